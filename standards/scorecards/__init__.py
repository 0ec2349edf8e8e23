"""Scorecards: what is handed out of one brand, area, channel or visit, every figure worked out once."""

from standards.scorecards.making import make_scorecard
from standards.scorecards.material import Material, Pictured, Told, VisitMaterial
from standards.scorecards.one_visit import make_visit_scorecard
from standards.scorecards.own_words import Cleaner, cleaner_of
from standards.scorecards.periods import read_span, span_before, write_span
from standards.scorecards.raw import RawObservations
from standards.scorecards.values import (
    PartOfDay,
    Scorecard,
    Span,
    Subject,
    SubjectKind,
)

__all__ = [
    "Cleaner",
    "Material",
    "PartOfDay",
    "Pictured",
    "RawObservations",
    "Scorecard",
    "Span",
    "Subject",
    "SubjectKind",
    "Told",
    "VisitMaterial",
    "cleaner_of",
    "make_scorecard",
    "make_visit_scorecard",
    "read_span",
    "span_before",
    "write_span",
]
