"""The whole program and one page more: `/bare`, plain HTML with the same radio buttons, to measure by."""

from html import escape

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from app import app as program
from server.compression import PackedContent
from server.shell import assets_cache
from standards.editions import Standard
from standards.library_files import library_sets
from standards.measuring import Measure
from standards.values import steps_of

STANDARDS = 30
_SET = "Shop visit"


def _page() -> str:
    """Return HTML as nobody could make it simpler: the same 30 statements with the same choices."""
    shop_visit = next(ready for ready in library_sets() if ready.name == _SET)
    fields = "".join(
        f"<fieldset><legend>{escape(standard.statement)}</legend>{_control(standard, place)}</fieldset>"
        for place, standard in enumerate(shop_visit.standards[:STANDARDS], 1)
    )
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Bare</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"></head><body><form>{fields}</form></body></html>'
    )


def _control(standard: Standard, place: int) -> str:
    """Return the radio buttons that the recorder has for a standard; where it has none, a field."""
    if standard.measure is Measure.YES_NO:
        choices = ["Yes", "No", "Not applicable"]
    elif standard.measure is Measure.RATING:
        choices = [
            *(f"{step} · {words}" for step, words in enumerate(steps_of(standard), 1)),
            "Not applicable",
        ]
    else:
        return f'<label><input name="s{place}"> {escape(standard.target.unit)}</label>'
    return "".join(
        f'<label><input type="radio" name="s{place}" value="{at}"> {escape(words)}</label> '
        for at, words in enumerate(choices)
    )


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer the bare page, packed as ours are; hand everything else to the program."""
    if scope["type"] == "http" and scope["path"] == "/bare":
        packed = PackedContent(_page().encode(), "bare.html", assets_cache())
        await packed.answer(Headers(raw=list(scope["headers"])), kept="no-cache")(scope, receive, send)
    else:
        await program(scope, receive, send)
