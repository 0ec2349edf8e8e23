"""Shared scorecards: a still page, a picture and a PDF for whoever has the link, and nothing else."""

from contextlib import suppress
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.sign_in import still_page
from standards.errors import NoRoomLeft, ScorecardLinkDead, StoreBusy
from standards.scorecards.shown import shown_date, shown_failed, shown_range, shown_score, shown_visits
from storage.forms.pdf import write_pdf, write_picture
from storage.scorecard_links import SharedScorecard, is_due, note_opened, open_link
from storage.scorecards import photos_of_card
from storage.sessions import in_session

# The address itself opens the scorecard: it goes to no other page, and into no index or shared cache.
_HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


def scorecard_link_routes() -> list[BaseRoute]:
    """Return the routes below `/scorecard/`, which answer without a session."""
    # Starlette runs functions that are not coroutines in threads: setting a page holds up nobody.
    return [
        Route("/scorecard/{token}", show_scorecard, methods=["GET"]),
        Route("/scorecard/{token}/picture.png", show_scorecard_picture, methods=["GET"]),
        Route("/scorecard/{token}/scorecard.pdf", show_scorecard_pdf, methods=["GET"]),
    ]


def show_scorecard(request: Request) -> Response:
    """Show the headline as words and as a picture, and where to get the PDF."""
    token = request.path_params["token"]
    try:
        shared, _ = _find(token)
    except ScorecardLinkDead as problem:
        return _with_headers(still_page("dead_link.html", status=404, problem=problem))
    # A database that is busy or full is no reason to show nothing: the next opening is written down.
    with suppress(StoreBusy, NoRoomLeft):
        _note(token)
    card = shared.card
    page = still_page(
        "scorecard.html",
        card=card,
        address=request.url.path,
        score=shown_score(card.headline.score.percent),
        reach=shown_range(card.headline.score),
        visits=shown_visits(card.headline.score.visits),
        failed=shown_failed(card),
        until=shown_date(shared.expires_at.date()),
    )
    return _with_headers(page)


def show_scorecard_picture(request: Request) -> Response:
    """Answer with the headline as a picture."""
    try:
        shared, _ = _find(request.path_params["token"])
    except ScorecardLinkDead:
        return _nothing()
    return Response(write_picture(shared.card, shared.look), media_type="image/png", headers=_HEADERS)


def show_scorecard_pdf(request: Request) -> Response:
    """Answer with the scorecard as a PDF."""
    try:
        shared, photos = _find(request.path_params["token"], with_photos=True)
    except ScorecardLinkDead:
        return _nothing()
    headers = _HEADERS | {"Content-Disposition": 'attachment; filename="scorecard.pdf"'}
    return Response(
        write_pdf(shared.card, photos, shared.look), media_type="application/pdf", headers=headers
    )


def _find(token: str, *, with_photos: bool = False) -> tuple[SharedScorecard, dict[UUID, bytes]]:
    with in_session(read_only=True) as session:
        shared = open_link(session, token)
        photos = photos_of_card(session, shared.card) if with_photos else {}
        return shared, photos


def _note(token: str) -> None:
    with in_session(read_only=True) as session:
        due = is_due(session, token)
    if due:
        with in_session() as session:
            note_opened(session, token)


def _with_headers(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response


def _nothing() -> Response:
    return Response("There is no scorecard at this address.", 404, _HEADERS, media_type="text/plain")
