"""From a sentence to a standard that can be measured: what is understood in it, and what is missing."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from standards.vagueness import Finding, VagueClass, findings_in, with_blanks
from standards.wording_quantities import main_quantity, quantities_in
from standards.wording_roles import Quantity
from standards.wording_tokens import END, MAX_CHARACTERS, START, Token, tokens_of
from standards.wording_words import words_of

__all__ = ["MAX_CHARACTERS", "Finding", "Measure", "Reading", "VagueClass", "read_statement"]

YES_NO = "yes/no"


@dataclass(frozen=True)
class Measure:
    """
    What a sentence asks for.

    `kind` is yes/no, duration, count, number, share or rating. `comparator` is one of <=, >=, <, >, =.
    Durations are in seconds, days or working days; a share is in percent; a rating's unit holds its top
    step ("of 5"); a count's unit is what is counted. A yes/no measure has none of the three.
    `upper_target` is the other end of a range such as "between 2 and 8 °C". `start` and `end` are the
    places in the sentence it was read from.
    """

    kind: str
    comparator: str | None = None
    target: Decimal | None = None
    unit: str | None = None
    upper_target: Decimal | None = None
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Reading:
    """
    What was understood of one sentence.

    `measure` is None when nothing in it can be measured. `rewritten` is the sentence with a blank at
    each finding. `is_cut` tells that the text was longer than what is read.
    """

    text: str
    measure: Measure | None
    findings: tuple[Finding, ...]
    rewritten: str
    is_cut: bool = False

    @property
    def is_measurable(self) -> bool:
        """Whether it can be published as it stands: measured, and nothing vague left in it."""
        return self.measure is not None and not self.findings


def read_statement(text: str, language: str = "en") -> Reading:
    """
    Read one sentence as a standard.

    A quantity gives a measure with comparator, target and unit. Without one, a sentence in which
    nothing is vague can be seen to happen or not: yes/no. A vague word leaves it unmeasured.

    Args:
        text: one sentence, in any shape; only the first MAX_CHARACTERS characters are read.
        language: the name of a file in `standards/words/`.
    Returns:
        The measure, the findings in the order of the sentence, and the sentence with blanks.
    Raises:
        FileNotFoundError: there are no words for that language.
    """
    words = words_of(language)
    read = text[:MAX_CHARACTERS]
    inner = tokens_of(read, frozenset(words.data["numbers"]))
    tokens = (Token(START, 0, 0), *inner, Token(END, len(read), len(read)))
    quantities = quantities_in(tokens, words)
    main = main_quantity(quantities)
    findings = findings_in(read, tokens, quantities, main, words)
    return Reading(
        text=read,
        measure=_measure(tokens, main, findings),
        findings=findings,
        rewritten=with_blanks(read, findings),
        is_cut=len(text) > MAX_CHARACTERS,
    )


def _measure(
    tokens: tuple[Token, ...], main: Quantity | None, findings: tuple[Finding, ...]
) -> Measure | None:
    if main is not None:
        return Measure(
            kind=main.kind,
            comparator=main.comparator,
            target=_decimal(main.target),
            unit=main.unit,
            upper_target=None if main.upper is None else _decimal(main.upper),
            start=tokens[main.first].start,
            end=tokens[main.last].end,
        )
    says_something = any(token.is_word for token in tokens)
    return Measure(YES_NO) if says_something and not findings else None


def _decimal(value: Fraction) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1)) if value.denominator == 1 else round(exact, 4).normalize()
