"""Raw observations as a tidy CSV file: one row each, the columns below, as many rows as there are."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute, csv

from standards.scorecards.raw import Coded, RawObservations
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
_SCHEMA = pa.schema(list(COLUMNS.items()))
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


def write_csv(parts: Iterable[RawObservations], to: Path) -> int:
    """
    Write observations as UTF-8, one row each, header first, and return how many there were.

    A text that a spreadsheet program would run as a formula gets an apostrophe before it; a number never
    does. What is not known is empty. However many there are, one part of them lies in memory at once.
    """
    count, texts = 0, _Texts()
    # Arrow's own keeps what it has used once, many times what one part takes.
    pool = pa.system_memory_pool()
    options = csv.WriteOptions(include_header=False, quoting_style="needed")
    with pa.OSFile(str(to), "wb") as sink:
        sink.write((",".join(COLUMNS) + "\n").encode())
        with csv.CSVWriter(sink, _SCHEMA, write_options=options, memory_pool=pool) as writer:
            for part in parts:
                arrays = [_array(getattr(part, name), kind, texts, pool) for name, kind in COLUMNS.items()]
                writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA))
                count += len(part)
    return count


def _array(column: Coded[Any], kind: pa.DataType, texts: _Texts, pool: pa.MemoryPool) -> pa.Array:
    # Five million rows are a hundred million cells: what is there many times is turned once.
    if kind == pa.string():
        held = _strings([texts[one] for one in column.held])
    elif kind == pa.date32():
        held = _numbers(np.array(column.held, "datetime64[D]").astype(np.int32), kind)
    else:
        held = _numbers(np.array(column.held, kind.to_pandas_dtype()), kind)
    return compute.take(held, _numbers(column.places, pa.int64()), memory_pool=pool)


# `pa.array` would do, too, but looks for pandas first: importing that takes a fifth of an export's memory.
def _strings(texts: Sequence[str | None]) -> pa.Array:
    written = [(text or "").encode() for text in texts]
    ends = np.zeros(len(texts) + 1, np.int32)
    np.cumsum([len(one) for one in written], out=ends[1:])
    known = np.fromiter((text is not None for text in texts), np.bool_, len(texts))
    buffers = [_bits(known), pa.py_buffer(ends), pa.py_buffer(b"".join(written))]
    return pa.Array.from_buffers(pa.string(), len(texts), buffers)


def _numbers(numbers: NDArray[Any], kind: pa.DataType) -> pa.Array:
    known = ~np.isnan(numbers) if kind == pa.float64() else np.ones(len(numbers), np.bool_)
    return pa.Array.from_buffers(kind, len(numbers), [_bits(known), pa.py_buffer(numbers)])


def _bits(known: NDArray[np.bool_]) -> pa.Buffer | None:
    """Say which values are known as Arrow keeps that; it needs nothing where all are."""
    return None if known.all() else pa.py_buffer(np.packbits(known, bitorder="little"))
