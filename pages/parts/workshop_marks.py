"""A sentence with its vague words marked, why each is vague, and the question that would mend it."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from pages.parts.words import plain
from standards.wording import Finding, VagueClass

# Not colour alone: a dashed line under the word and a sign behind it, and the word again in the list below.
_MARK = (
    "background:none;color:inherit;text-decoration:underline dashed 2px;text-underline-offset:3px;"
    "text-decoration-color:#D55E00"
)
_SIGN = '<span aria-label="vague" role="img" style="color:#D55E00">\u2009⚠\ufe0e</span>'
# A right-to-left mark in somebody's sentence must not turn the words around it.
_SENTENCE = "margin:0;white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate;font-weight:600"


def show_marked(text: str, findings: Sequence[Finding]) -> None:
    """Show a sentence as it was written, each vague word underlined and signed."""
    st.html(f'<p dir="auto" style="{_SENTENCE}">{_marked(text, findings) or "…"}</p>')


def list_findings(findings: Sequence[Finding]) -> None:
    """List vague words: the word, why it is vague, and what to ask oneself."""
    for finding in findings:
        st.markdown(
            f":orange-badge[:material/help: {plain(_shown(finding.word))}] {plain(finding.why)} "
            f"**{plain(_capital(finding.question))}**"
        )


def _marked(text: str, findings: Sequence[Finding]) -> str:
    # Several standards in one sentence span the other findings: these are marked first.
    spans = sorted(findings, key=lambda finding: (finding.kind is VagueClass.SEVERAL, finding.start))
    taken: list[tuple[int, int]] = []
    for finding in spans:
        if all(finding.end <= start or finding.start >= end for start, end in taken):
            taken.append((finding.start, finding.end))
    parts, at = [], 0
    for start, end in sorted(taken):
        parts += [escape(text[at:start]), f'<mark style="{_MARK}">{escape(text[start:end])}</mark>{_SIGN}']
        at = end
    return "".join([*parts, escape(text[at:])])


def _shown(word: str, limit: int = 60) -> str:
    return word if len(word) <= limit else f"{word[: limit - 1]}…"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
