"""Standards drawn as card.js and controls.js show them, before these have come."""

import re
from collections.abc import Callable
from functools import cache
from html import escape
from pathlib import Path

from standards.editions import Evidence, Standard
from standards.measuring import DAY_UNITS, Measure, Verdict
from standards.values import say_number, say_target, say_value, steps_of
from standards.visits import Observation

# What a browser alone can be answered with; every other control waits for the script.
RADIOS = (Measure.YES_NO, Measure.RATING)
_LONG_WAIT_SECONDS = 30 * 60
_DOM = Path(__file__).parent / "recorder" / "dom.js"
_NOT_PRESSED = 'aria-pressed="false"'
_CHOOSES = 'aria-label="Choose photos"'
_ICON = re.compile(r'^  "?([\w-]+)"?: "([^"]+)",$', re.MULTILINE)


def draw_card(standard: Standard, number: str, answer: Observation, *, has_photo: bool) -> str:
    """
    Return one standard as a card.

    Args:
        number: such as "7 of 29".
        answer: what is recorded; anything but a note only where the measure is among `RADIOS`.
    """
    judged = answer.verdict or ""
    has_choices = standard.measure in RADIOS
    target = say_target(standard.measure, standard.target)
    warning = f'<span class="no-no">{draw_icon("warning")}<span>No-no</span></span>'
    asks = f'<p class="wanted">{draw_icon("camera")}<span>This verdict asks for a photo or a note.</span></p>'
    opens = f'aria-expanded="{"true" if answer.note else "false"}"'
    return (
        f'<article class="card" data-code="{as_html(standard.code)}" data-verdict="{judged}">'
        f'<div class="place"><span>{number}</span>{warning if standard.no_no else ""}'
        f"{_verdict(standard, answer)}</div><fieldset><legend>{as_html(standard.statement)}</legend>"
        f"{'' if standard.measure is Measure.YES_NO else _line('target', f'Target: {target}')}"
        f"{_line('aid', standard.job_aid)}{_line('script', standard.script)}"
        f"{_choices(standard, answer) if has_choices else _CONTROLS[standard.measure](standard)}"
        f"{'' if has_choices else draw_button('Not applicable', 'skip', more=_NOT_PRESSED)}</fieldset>"
        f"{asks if _lacks_evidence(standard, answer, has_photo) else ''}"
        f'<div class="tools">{draw_button("Note", "tool", before="note", more=opens)}'
        f"{draw_button('Take photo', 'tool', before='camera')}"
        f"{draw_button('Choose', 'tool', before='picture', more=_CHOOSES)}</div>"
        f'{_note(standard, answer)}<div class="pictures"></div></article>'
    )


def is_timed(standard: Standard) -> bool:
    """Say whether a stopwatch measures a standard; a long wait has none."""
    target = standard.target
    is_long = target.unit in DAY_UNITS or target.value >= _LONG_WAIT_SECONDS
    return standard.measure is Measure.DURATION and not is_long


def _verdict(standard: Standard, answer: Observation) -> str:
    if not answer.verdict:
        return '<p class="verdict" data-said="" data-verdict=""></p>'
    words = answer.verdict.capitalize()
    if answer.value is not None and standard.measure is not Measure.YES_NO:
        words = f"{words} · {say_value(standard, answer.value)}"
    return (
        f'<p class="verdict" data-said="{words}" data-verdict="{answer.verdict}">'
        f'<span class="badge">{_mark(answer.verdict)}</span><span>{words}</span></p>'
    )


def _choices(standard: Standard, answer: Observation) -> str:
    if standard.measure is Measure.YES_NO:
        shape, named = "across", {"1": "Yes", "0": "No"}
    else:
        shape = "down"
        named = {str(step): f"{step} · {words}" for step, words in enumerate(steps_of(standard), 1)}
    chosen = "" if answer.value is None else f"{answer.value:g}"
    if answer.verdict is Verdict.NOT_APPLICABLE:
        chosen = "none"
    options = {**named, "none": "Not applicable"}
    drawn = (_choice(answer, value, words, is_chosen=value == chosen) for value, words in options.items())
    return f'<div class="choices {shape}">{"".join(drawn)}</div>'


def _choice(answer: Observation, value: str, words: str, *, is_chosen: bool) -> str:
    shown = answer.verdict if is_chosen else None
    # Without `autocomplete` a browser fills in by itself what was chosen before a reload.
    return (
        f'<label class="choice{" quiet" if value == "none" else ""}" data-verdict="{shown or ""}">'
        f'<input type="radio" name="drawn {as_html(answer.code)}" value="{value}" autocomplete="off"'
        f'{" checked" if is_chosen else ""}><span class="mark" data-shown="{shown or ""}">'
        f"{_mark(shown) if shown else ''}</span><span>{as_html(words)}</span></label>"
    )


def _number(standard: Standard) -> str:
    unit, hint = standard.target.unit, say_number(standard.target.value)
    label = f"What you measured, in {unit}" if unit else "What you measured"
    sign = draw_icon_button("Below or above zero", "minus")
    return f"<div>{_field(label, unit, hint=hint, size='wide', before=sign)}</div>"


def _count(standard: Standard) -> str:
    unit = standard.target.unit
    label = f"How many {unit}" if unit else "How many"
    less = draw_icon_button("One less", "minus", " step")
    more = draw_icon_button("One more", "plus", " step")
    row = "field-row counter"
    return f"<div>{_field(label, mode='numeric', size='middle', row=row, before=less, after=more)}</div>"


def _share(standard: Standard) -> str:
    fields = (
        _field("Percent", "%", hint=say_number(standard.target.value)),
        _field("or counted", mode="numeric"),
        _field("of", mode="numeric"),
    )
    return f'<div><div class="fields">{"".join(fields)}</div></div>'


def _duration(standard: Standard) -> str:
    unit = standard.target.unit
    if unit in DAY_UNITS:
        fields = _field(f"Or type how many {unit}", unit)
    elif is_timed(standard):
        fields = _field("Or type minutes", "min", mode="numeric") + _field("Seconds", "s", mode="numeric")
    else:
        fields = _field("Or type hours", "h", mode="numeric") + _field("Minutes", "min", mode="numeric")
    words, name = ("Start the stopwatch", "timer") if is_timed(standard) else ("Start waiting now", "wait")
    return (
        f'<div class="duration"><div>{draw_button(words, "big primary", before=name)}</div>'
        f'<div class="typed"><div class="fields">{fields}</div></div></div>'
    )


_CONTROLS: dict[Measure, Callable[[Standard], str]] = {
    Measure.NUMBER: _number,
    Measure.COUNT: _count,
    Measure.SHARE: _share,
    Measure.DURATION: _duration,
}


def _lacks_evidence(standard: Standard, answer: Observation, has_photo: bool) -> bool:
    if answer.verdict in (None, Verdict.NOT_APPLICABLE) or has_photo or answer.note.strip():
        return False
    if standard.evidence is Evidence.IF_MISSED:
        return answer.verdict is Verdict.MISSED
    return standard.evidence is Evidence.ALWAYS


def _note(standard: Standard, answer: Observation) -> str:
    if not answer.note:
        return ""
    # A line break that a field begins with is left out when it is read: it gets one to lose.
    return (
        f'<div class="note"><textarea rows="3" maxlength="4000" disabled '
        f'aria-label="Note: {as_html(standard.statement)}" '
        f'placeholder="What happened, in a line or two. No names.">\n{as_html(answer.note)}</textarea></div>'
    )


def _field(
    label: str,
    unit: str = "",
    *,
    mode: str = "decimal",
    hint: str = "",
    size: str = "",
    row: str = "field-row",
    before: str = "",
    after: str = "",
) -> str:
    shown = f'<span class="unit" aria-hidden="true">{as_html(unit)}</span>' if unit else ""
    # The label lies around no field and names none: its field has the name itself until the script comes.
    return (
        f'<div class="field"><label>{as_html(label)}</label><div class="{row}">{before}<input type="text" '
        f'inputmode="{mode}" autocomplete="off" enterkeyhint="done" aria-label="{as_html(label)}" '
        f'placeholder="{as_html(hint)}" class="{size}" disabled>{shown}{after}</div></div>'
    )


def _line(kind: str, words: str) -> str:
    return f'<p class="{kind}">{as_html(words)}</p>' if words else ""


def draw_button(label: str, kind: str, *, before: str = "", after: str = "", more: str = "") -> str:
    """Return a button that waits for the script, with its icons by name."""
    first, last = (draw_icon(name) if name else "" for name in (before, after))
    return f'<button type="button" class="{kind}" {more} disabled>{first}<span>{label}</span>{last}</button>'


def draw_icon_button(label: str, name: str, kind: str = "", more: str = "") -> str:
    """Return a button that shows only its icon, and waits for the script."""
    facts = f'type="button" aria-label="{label}" title="{label}" class="only-icon{kind}"'
    return f"<button {facts} {more} disabled>{draw_icon(name)}</button>"


def draw_icon(name: str) -> str:
    """Return one of the recorder's icons."""
    return (
        f'<svg viewBox="0 0 24 24" class="icon" aria-hidden="true"><path d="{_icons()[name]}"></path></svg>'
    )


def _mark(verdict: Verdict) -> str:
    return draw_icon("skipped" if verdict is Verdict.NOT_APPLICABLE else verdict)


@cache
def _icons() -> dict[str, str]:
    """Return what the recorder's own script draws, by name."""
    return dict(_ICON.findall(_DOM.read_text(encoding="utf-8")))


def as_html(words: str) -> str:
    """Return people's words so that a page shows them, and an attribute holds them."""
    return escape(words).replace("\r", "&#13;").replace("\0", "")
