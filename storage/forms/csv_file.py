"""Raw observations as a tidy CSV file: one row each, the columns below, as many rows as there are."""

from collections.abc import Iterable, Iterator
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import csv

from standards.scorecards.values import RawObservation
from standards.spreadsheets import guard
from storage.forms.clean_text import clean_cell

# Every column of the file, in its order, by what it holds; README.md says what each means.
COLUMNS: dict[str, pa.DataType] = {
    "visit": pa.int64(),
    "visited_on": pa.date32(),
    "part_of_day": pa.string(),
    "brand": pa.string(),
    "channel": pa.string(),
    "kind": pa.string(),
    "area": pa.string(),
    "edition": pa.int64(),
    "touchpoint": pa.string(),
    "code": pa.string(),
    "statement": pa.string(),
    "measure": pa.string(),
    "target": pa.string(),
    "weight": pa.float64(),
    "no_no": pa.string(),
    "verdict": pa.string(),
    "value": pa.float64(),
    "unit": pa.string(),
    "longer_than": pa.string(),
    "is_complete": pa.string(),
    "note": pa.string(),
}
ROWS_AT_ONCE = 16_384
_SCHEMA = pa.schema(list(COLUMNS.items()))
# A byte holds the place of each of so many.
_FEW = 256
_KEPT_TEXTS = 50_000
_LONGEST_KEPT = 200


class _Texts(dict[Any, str | None]):
    """What a text becomes in the file; the same few fill most cells, so that each is cleaned once."""

    def __missing__(self, held: Any) -> str | None:
        written = _text(held)
        if written is None or len(written) <= _LONGEST_KEPT:
            if len(self) >= _KEPT_TEXTS:
                self.clear()
            self[held] = written
        return written


def _text(held: str | bool | None) -> str | None:
    if isinstance(held, bool):
        return "yes" if held else "no"
    return guard(clean_cell(held)) or None if held else None


def write_csv(observations: Iterable[RawObservation], to: Path) -> int:
    """
    Write observations as UTF-8, one row each, header first, and return how many there were.

    A text that a spreadsheet program would run as a formula gets an apostrophe before it; a number never
    does. What is not known is empty. However many there are, some thousand lie in memory at once.
    """
    count = 0
    options = csv.WriteOptions(include_header=False, quoting_style="needed")
    with pa.OSFile(str(to), "wb") as sink:
        sink.write((",".join(COLUMNS) + "\n").encode())
        with csv.CSVWriter(sink, _SCHEMA, write_options=options) as writer:
            for batch in _batches(observations):
                writer.write_batch(batch)
                count += batch.num_rows
    return count


def _batches(observations: Iterable[RawObservation]) -> Iterator[pa.RecordBatch]:
    texts = _Texts()
    source = iter(observations)
    while rows := list(islice(source, ROWS_AT_ONCE)):
        arrays = [_column(list(map(attrgetter(name), rows)), kind, texts) for name, kind in COLUMNS.items()]
        yield pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA)


def _column(values: list[Any], kind: pa.DataType, texts: _Texts) -> pa.Array:
    # Five million rows are a hundred million cells: what is there many times is turned once.
    distinct = list(set(values))
    if len(distinct) > _FEW:
        return _array(values, kind, texts)
    dictionary = _array(distinct, kind, texts)
    if len(distinct) == 1:
        return pa.repeat(dictionary[0], len(values))
    places = {held: place for place, held in enumerate(distinct)}
    places_in_bytes = pa.py_buffer(bytes(map(places.__getitem__, values)))
    return dictionary.take(pa.Array.from_buffers(pa.uint8(), len(values), [None, places_in_bytes]))


def _array(values: list[Any], kind: pa.DataType, texts: _Texts) -> pa.Array:
    return pa.array(list(map(texts.__getitem__, values)) if kind == pa.string() else values, kind)
