"""
How well sentences are read: `python -m benchmarks.wording FILE [--hostile]` prints one line of JSON.

FILE is a CSV with the columns sentence, kind, comparator, target, unit, vague (words parted by ";").
A unit may be labelled "calendar days" for what the reader calls "days", and "business days" for "working
days".
"""

import argparse
import csv
import json
import random
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from standards.wording import Reading, read_statement

HOSTILE_STRINGS = 10_000
_MILLION = 1_000_000
# Days that are not said to be working days are calendar days: two labels for one unit.
_SAME_UNIT = {"calendar days": "days", "business days": "working days"}
_PIECES = (
    *"0123456789.,:;-/%°€$£'\"()[]{}<>=+*^\\\n\t\0½²\u202e\u200f\u2066\ufeff\ud800\U0001f600İßﬁ",
    *(
        "within ",
        "no more than ",
        "as ",
        "as soon as possible ",
        "a ",
        "half ",
        "and ",
        "of ",
        "one hundred ",
    ),
    *("twenty ", "1,000,", "between ", "scale of ", "not ", "or more ", "out of ", "who wait ", "and/or "),
)


@dataclass
class Tally:
    """Counts over one labelled file, and the sentences that were read otherwise than labelled."""

    sentences: int = 0
    measurable: int = 0
    measured_right: int = 0
    vague: int = 0
    vague_found: int = 0
    clean: int = 0
    flagged: int = 0
    misread: list[str] = field(default_factory=list)

    def rates(self) -> dict[str, float | int | None]:
        """Shares from 0 to 1; None where the file has nothing to take a share of."""
        return {
            "measure_accuracy": _share(self.measured_right, self.measurable),
            "vague_recall": _share(self.vague_found, self.vague),
            "false_alarm_rate": _share(self.flagged, self.clean),
            "sentences": self.sentences,
            "measurable": self.measurable,
            "vague_words": self.vague,
            "clean_sentences": self.clean,
        }


def tally_of(path: Path) -> Tally:
    """
    Read every sentence of a labelled file and compare.

    A measurable sentence counts when all of kind, comparator, target and unit are as labelled; a vague
    word when a finding overlaps it; a sentence without vague words is flagged by any finding at all.
    """
    tally = Tally()
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            reading = read_statement(row["sentence"])
            tally.sentences += 1
            if row["kind"]:
                tally.measurable += 1
                right = measured_as_labelled(reading, row)
                tally.measured_right += right
                if not right:
                    tally.misread.append(f"measure: {row['sentence']} -> {reading.measure}")
            labels = [label.strip() for label in (row["vague"] or "").split(";") if label.strip()]
            for label in labels:
                tally.vague += 1
                found = is_found(reading, label)
                tally.vague_found += found
                if not found:
                    tally.misread.append(f"vague word not found: {label} in {row['sentence']}")
            if not labels:
                tally.clean += 1
                tally.flagged += bool(reading.findings)
                if reading.findings:
                    words = [finding.word for finding in reading.findings]
                    tally.misread.append(f"false alarm: {words} in {row['sentence']}")
    return tally


def measured_as_labelled(reading: Reading, row: Mapping[str, str]) -> bool:
    """Whether all four fields are as labelled; an empty label asks for an empty field."""
    measure = reading.measure
    return (
        measure is not None
        and measure.kind == row["kind"]
        and (measure.comparator or "") == row["comparator"]
        and (measure.unit or "") == _SAME_UNIT.get(row["unit"], row["unit"])
        and (measure.target == Decimal(row["target"]) if row["target"] else measure.target is None)
    )


def is_found(reading: Reading, label: str) -> bool:
    """Whether a finding overlaps a place where the labelled words stand."""
    sentence, wanted = reading.text.lower(), label.lower()
    start = sentence.find(wanted)
    while start >= 0:
        if any(finding.start < start + len(wanted) and start < finding.end for finding in reading.findings):
            return True
        start = sentence.find(wanted, start + 1)
    return False


def hostile_strings(count: int, seed: int = 4) -> Iterator[str]:
    """Strings made to break or slow a reader; some are a million characters long."""
    yield from ("9" * _MILLION, "as " * _MILLION, "a" * _MILLION, "\u202e" * _MILLION, "-" * _MILLION)
    yield from ("1 " * _MILLION, "1," * _MILLION, "half a " * _MILLION, '"' * _MILLION, "½" * _MILLION)
    chance = random.Random(seed)  # noqa: S311
    for _ in range(count - 10):
        if chance.random() < 0.5:
            yield "".join(chance.choices(_PIECES, k=chance.randrange(400)))
        else:
            yield "".join(chr(chance.randrange(sys.maxunicode + 1)) for _ in range(chance.randrange(1_200)))


def slowest_read_ms(count: int = HOSTILE_STRINGS) -> tuple[float, float]:
    """
    The longest of `count` reads of hostile strings, in milliseconds: by the clock, and of processor time.

    On a busy machine the clock also counts what others did meanwhile.
    """
    read_statement("Warm up")
    slowest = slowest_cpu = 0.0
    for text in hostile_strings(count):
        started, started_cpu = time.perf_counter(), time.process_time()
        read_statement(text)
        slowest = max(slowest, time.perf_counter() - started)
        slowest_cpu = max(slowest_cpu, time.process_time() - started_cpu)
    return slowest * 1_000, slowest_cpu * 1_000


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def main() -> None:
    """Print the rates of one file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.wording", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--hostile", action="store_true", help="also time 10,000 hostile strings")
    parser.add_argument("--misread", action="store_true", help="name misread sentences on standard error")
    asked = parser.parse_args()
    tally = tally_of(asked.file)
    report = tally.rates()
    if asked.hostile:
        slowest, slowest_cpu = slowest_read_ms()
        report["hostile_strings"] = HOSTILE_STRINGS
        report["slowest_read_ms"] = round(slowest, 2)
        report["slowest_read_cpu_ms"] = round(slowest_cpu, 2)
    if asked.misread:
        print("\n".join(tally.misread), file=sys.stderr)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
