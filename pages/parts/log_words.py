"""The log in sentences: who did what to which thing."""

from collections.abc import Mapping
from typing import Any

from storage.events import Event

# By action and thing, with the words that filter by it: {who} did it, {about} names the thing, {was} and
# {now} say what changed. What is not listed is said in the words it was noted in.
SENTENCES: Mapping[tuple[str, str], tuple[str, str]] = {
    ("signed in", "person"): ("signed in", "{about} signed in{device}"),
    ("signed out", "person"): ("signed out", "{about} was signed out{device}"),
    ("sign-in refused", "person"): ("sign-in refused", "A sign-in as {about} was refused"),
    ("changed password", "person"): ("password changed", "{about} got a new password"),
    ("password change refused", "person"): (
        "password change refused",
        "{about} tried to change the password with a wrong one",
    ),
    ("invited", "person"): ("link made", "{who} made a link for {about}: {purpose}"),
    ("added", "person"): ("person added", "{who} added {about} as {role}"),
    ("changed", "person"): ("person changed", "{who} changed {about}: {changes}"),
    ("removed", "person"): ("person removed", "{who} removed {about}; their visits stay"),
    ("exported", "file"): ("file taken away", "{who} took away the file “{id}”"),
    ("started", "visit"): ("visit started", "{who} started a visit to {about}"),
    ("planned", "visit"): ("visit planned", "{who} planned a visit to {about}, due {due_on}"),
    ("sent", "visit"): ("visit sent", "{who} sent a visit to {about} from a phone"),
    ("described", "visit"): ("impression written", "{who} wrote an impression of {about}"),
    ("submitted", "visit"): ("visit submitted", "{who} submitted a visit to {about}"),
    ("voided", "visit"): ("visit voided", "{who} voided a visit to {about}: {reason}"),
    ("answered", "observation"): ("standard answered", "{who} answered {code} at {about}"),
    ("cleared", "observation"): ("answer taken back", "{who} took back the answer to {code} at {about}"),
    ("noted", "observation"): ("note written", "{who} wrote a note beside {code} at {about}"),
    ("started waiting", "observation"): ("wait started", "{who} started waiting for {code} at {about}"),
    ("stopped waiting", "observation"): ("wait ended", "{who} ended the wait for {code} at {about}"),
    ("gave up waiting", "observation"): ("wait given up", "{who} gave up waiting for {code} at {about}"),
    ("added", "photo"): ("photo added", "{who} added a photo at {about}"),
    ("captioned", "photo"): ("photo captioned", "{who} wrote what a photo at {about} shows"),
    ("blacked out", "photo"): (
        "photo may be shown",
        "{who} said that nobody can be recognised on a photo at {about}",
    ),
    ("not blacked out", "photo"): (
        "photo not to be shown",
        "{who} said that somebody may be recognised on a photo at {about}",
    ),
    ("removed", "photo"): ("photo removed", "{who} removed a photo at {about}"),
    ("added", "brand"): ("brand added", "{who} added the brand {about}"),
    ("renamed", "brand"): ("brand renamed", "{who} renamed the brand {was} to {now}"),
    ("made our own", "brand"): ("brand made our own", "{who} made {about} our own brand"),
    ("added", "channel"): ("channel added", "{who} added the channel {about}"),
    ("changed", "channel"): ("channel changed", "{who} changed the channel {about}: {changes}"),
    ("placed", "channel"): ("channel placed", "{who} placed the channel {about} on the map: {changes}"),
    ("closed", "channel"): ("channel closed", "{who} closed the channel {about}"),
    ("reopened", "channel"): ("channel reopened", "{who} opened the channel {about} again"),
    ("renamed", "area"): ("area renamed", "{who} renamed the area {was} to {now}"),
    ("added", "time note"): ("note on time line", "{who} put {now} on the time line"),
    ("removed", "time note"): ("note off time line", "{who} took {was} off the time line"),
    ("shared", "scorecard"): ("scorecard shared", "{who} shared the scorecard {now} by a link"),
    ("opened", "scorecard"): ("shared scorecard opened", "Somebody opened the shared scorecard {now}"),
    ("revoked", "scorecard"): ("scorecard link ended", "{who} ended the link to the scorecard {was}"),
    ("changed", "look"): ("look changed", "{who} changed the look of the scorecards: {changes}"),
    ("published", "edition"): ("edition published", "{who} published an edition of {about}"),
    ("imported", "visits"): ("visits imported", "{who} imported visits for {about}"),
    ("loaded", "example"): ("example loaded", "{who} loaded the example"),
    ("removed", "example"): ("example removed", "{who} removed the example"),
}
PURPOSES = {"set-up": "to set up", "invitation": "to come in", "password": "to choose a new password"}
_PROGRAM = "Second Visit"


def say_kind(kind: tuple[str, str]) -> str:
    """Say in a few words what kind of event it is."""
    action, thing = kind
    return SENTENCES[kind][0] if kind in SENTENCES else f"{thing}: {action}"


def say_event(event: Event) -> str:
    """Say an event as a sentence, in plain text."""
    after, before = event.after or {}, event.before or {}
    _, sentence = SENTENCES.get((event.action, event.thing), ("", "{who}: {action} ({thing} {about})"))
    unknown = "somebody unknown" if event.thing == "person" else "what is gone now"
    return sentence.format(
        who=event.person or _PROGRAM,
        about=event.about or unknown,
        action=event.action,
        thing=event.thing,
        id=event.thing_id,
        code=event.thing_id.partition("/")[2],
        device=f" on {after['device']}" if after.get("device") else "",
        purpose=PURPOSES.get(str(after.get("purpose")), "to come in"),
        role=_with_scope(after),
        reason=after.get("reason", ""),
        due_on=after.get("due_on", ""),
        was=f"“{before.get('name', '')}”",
        now=f"“{after.get('name', '')}”",
        changes=_say_changes(before, after),
    )


def _with_scope(person: Mapping[str, Any]) -> str:
    areas = ", ".join(person.get("areas") or [])
    return f"{person.get('role', '')}{f' of {areas}' if areas else ''}"


def _say_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Say `role shopper, now manager`, for each fact that changed."""
    changed = [name for name in after if before.get(name) != after[name]]
    return "; ".join(
        f"{name} {_say_value(before.get(name))}, now {_say_value(after[name])}" for name in changed
    )


def _say_value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(part) for part in value) or "none"
    return str(value) if value not in (None, "") else "none"
