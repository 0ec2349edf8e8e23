"""What the Import page asks and shows: the kind of file, the set, the columns, a preview, and errors."""

from collections.abc import Sequence

import streamlit as st

from pages.parts.tables import as_csv
from pages.parts.words import plain
from standards.errors import CellError
from standards.standard_files import NEEDED, OPTIONAL
from standards.values import allowed_for, say_target
from standards.visit_files import HEAD_COLUMNS, LONG_COLUMNS, NAME_LIMIT
from storage.brands import own_brand
from storage.editions import latest_edition, list_sets
from storage.import_plans import VisitsImport
from storage.importing import StandardsPlan
from storage.sessions import in_session

VISITS, STANDARDS = "Visits", "Standards"
_NEW = "A new set"
_SHOWN = 5


def choose_kind() -> str:
    """Ask what the file holds."""
    return str(
        st.segmented_control(
            "What does the file hold?",
            [VISITS, STANDARDS],
            default=VISITS,
            required=True,
            key="import_kind",
            width="stretch",
        )
    )


def choose_set(kind: str) -> str | None:
    """Ask for the standard set: one that exists for visits, any name for standards."""
    with in_session(read_only=True) as session:
        names = [found.name for found in list_sets(session) if not found.is_example]
    if kind == STANDARDS:
        chosen = st.selectbox(
            "Standard set",
            [_NEW, *names],
            help="Other standards for a set that exists become its next edition.",
            key="import_set_of_standards",
        )
        if chosen != _NEW:
            return chosen
        return st.text_input("Its name", key="import_new_set", max_chars=NAME_LIMIT).strip() or None
    if not names:
        st.info(
            "Visits need the standards they were made by. Import those first, or take a set from the library."
        )
        st.page_link("read_standards.py", label="Standards", icon=":material/checklist:")
        return None
    return st.selectbox("Standard set", names, key="import_set_of_visits")


def choose_own() -> str | None:
    """Ask which brand of the file is our own, unless it is known already."""
    with in_session(read_only=True) as session:
        if own_brand(session):
            return None
    return st.text_input(
        "Our own brand (optional)",
        placeholder="As the file writes it",
        key="import_own",
        max_chars=NAME_LIMIT,
    )


def explain_columns(kind: str, set_name: str) -> None:
    """Say which columns a file has, and offer one to fill in."""
    with st.expander("Which columns?", icon=":material/help:"):
        if kind == STANDARDS:
            st.markdown(
                f"Needed: {_named(NEEDED)}.  \nOptional: {_named(OPTIONAL)}.\n\n"
                "One row a standard. `no_no` is yes or no; without a `measure` a standard is yes or no. "
                "The five `steps` of a rating have | between them."
            )
            _offer(["A1,Welcome,Somebody greets first,5,no", "A2,Till,The bill is right,5,yes"], kind)
            return
        with in_session(read_only=True) as session:
            edition = latest_edition(session, set_name)
        st.markdown(
            f"**One row a visit:** {_named(HEAD_COLUMNS)}, then one column for each standard's code.  \n"
            f"**Or one row an observation:** {_named(HEAD_COLUMNS)}, then {_named(LONG_COLUMNS)}.\n\n"
            "`kind` (else shop), `area` and `shopper` may be left out. Dates are written 2026-03-01. "
            "A blank cell is unanswered; a cell is `met`, `missed`, `n/a` or a value:"
        )
        st.dataframe(
            [
                {"Code": s.code, "Statement": s.statement, "Allowed": allowed_for(s)}
                for s in edition.standards
            ],
            hide_index=True,
            height=240,
            key="import_codes",
            alt="What each standard's cell may hold",
        )
        _offer([], kind, (*HEAD_COLUMNS, *(standard.code for standard in edition.standards)))


def _named(columns: Sequence[str]) -> str:
    return ", ".join(f"`{column}`" for column in columns)


def _offer(lines: list[str], kind: str, header: Sequence[str] = NEEDED) -> None:
    template = as_csv([dict.fromkeys(header, "")]).decode("utf-8-sig").splitlines()[0]
    st.download_button(
        "Download an empty file",
        ("\ufeff" + "\r\n".join((template, *lines)) + "\r\n").encode(),
        file_name=f"{kind.lower()}.csv",
        mime="text/csv",
        key=f"import_template_{kind}",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )


def show_preview(plan: VisitsImport | StandardsPlan) -> bool:
    """Show what storing a file would do, and its first rows; return whether it would do anything."""
    with st.container(border=True):
        st.subheader("This file", anchor=False)
        for said in plan.summary:
            st.text(said)
    if isinstance(plan, StandardsPlan):
        rows = [
            {
                "Code": s.code,
                "Statement": s.statement,
                "Target": say_target(s.measure, s.target),
                "Weight": s.weight,
            }
            for s in plan.standards[:_SHOWN]
        ]
    else:
        rows = [
            {
                "Visit": visit.head.external_id,
                "Brand": visit.head.brand,
                "Channel": visit.head.channel,
                "Date": visit.head.visited_on.isoformat(),
                "Answers": len(visit.observations),
            }
            for _, visit in plan.new[:_SHOWN]
        ]
        if plan.new_brands:
            st.caption("New brands: " + ", ".join(plain(name) for name in plan.new_brands[:20]))
    if rows:
        st.caption("Its first rows")
        st.dataframe(rows, hide_index=True, key="import_preview", alt="The first rows of the file")
    return plan.is_new if isinstance(plan, StandardsPlan) else bool(plan.new)


def show_errors(errors: Sequence[CellError]) -> None:
    """Show the cells that cannot be stored, and offer them as a file."""
    rows = [
        {"Row": error.row, "Column": error.column, "Holds": error.holds, "Allowed": error.allowed}
        for error in errors
    ]
    st.dataframe(rows, hide_index=True, key="import_errors", alt="Cells that cannot be stored")
    st.download_button(
        "Download this table",
        as_csv(rows),
        file_name="import_errors.csv",
        mime="text/csv",
        key="import_errors_csv",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )


def show_stored(done: VisitsImport | StandardsPlan) -> None:
    """Say what was stored, and where to see it."""
    said = "  \n".join(plain(line) for line in done.summary)
    st.success(f"The file is stored.  \n{said}", icon=":material/check_circle:")
    if isinstance(done, StandardsPlan):
        st.page_link("read_standards.py", label="Read the standards", icon=":material/arrow_forward:")
    else:
        st.page_link("read_visits.py", label="See the visits", icon=":material/arrow_forward:")
