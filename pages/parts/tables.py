"""A table with the same figures as the chart above it, and the same as a file."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

import streamlit as st

from pages.parts.problems import telling
from pages.parts.signed_in import note_export

# A spreadsheet takes a cell that begins so for a formula, whoever wrote it.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def show_table(
    rows: Sequence[Mapping[str, Any]],
    *,
    name: str,
    alt: str,
    label: str = "The same figures as a table",
) -> None:
    """
    Show rows in a table that opens with a tap, with a button to take them away as CSV.

    Args:
        name: of the file, without its ending; keys of the widgets start with it. A column called
            Score is in percent.
    """
    with st.expander(label, icon=":material/table:"):
        st.dataframe(
            list(rows),
            hide_index=True,
            key=f"{name}_table",
            alt=alt,
            column_config={"Score": st.column_config.NumberColumn("Score", format="%.1f %%")},
        )
        st.download_button(
            "Download as CSV",
            as_csv(rows),
            file_name=f"{name}.csv",
            mime="text/csv",
            key=f"{name}_csv",
            icon=":material/download:",
            on_click=_note_export,
            args=(name,),
        )


@telling
def _note_export(name: str) -> None:
    note_export(name)


def as_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """
    Return rows as CSV in UTF-8 with a mark, which spreadsheets ask for.

    Text that a spreadsheet would take for a formula gets a quote before it.
    """
    written = StringIO(newline="")
    writer = csv.DictWriter(written, fieldnames=list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows({column: _harmless(value) for column, value in row.items()} for row in rows)
    return written.getvalue().encode("utf-8-sig")


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
