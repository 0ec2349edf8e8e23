"""The whole program and one page more: `/bare`, plain HTML with radio buttons, to measure by."""

from html import escape

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from app import app as program
from server.compression import PackedContent
from server.shell import assets_cache
from standards.library_files import library_sets

STANDARDS = 30
_SET = "Shop visit"


def _page() -> str:
    """Return HTML as nobody could make it simpler: the same 30 statements, three radio buttons each."""
    shop_visit = next(ready for ready in library_sets() if ready.name == _SET)
    statements = [standard.statement for standard in shop_visit.standards][:STANDARDS]
    choices = "".join(
        f'<label><input type="radio" name="s{{0}}" value="{value}"> {escape(words)}</label> '
        for value, words in (("1", "Yes"), ("0", "No"), ("none", "Not applicable"))
    )
    fields = "".join(
        f"<fieldset><legend>{escape(statement)}</legend>{choices.format(place)}</fieldset>"
        for place, statement in enumerate(statements, 1)
    )
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Bare</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"></head><body><form>{fields}</form></body></html>'
    )


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer the bare page, packed as ours are; hand everything else to the program."""
    if scope["type"] == "http" and scope["path"] == "/bare":
        packed = PackedContent(_page().encode(), "bare.html", assets_cache())
        await packed.answer(Headers(raw=list(scope["headers"])), kept="no-cache")(scope, receive, send)
    else:
        await program(scope, receive, send)
