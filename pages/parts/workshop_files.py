"""A set in and out of the workshop: CSV, Excel, TOML and XLSForm."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath

import streamlit as st
from sqlmodel import Session

from pages.parts.import_forms import show_errors
from pages.parts.problems import telling
from pages.parts.signed_in import storing
from pages.parts.words import count_of, plain
from pages.parts.workshop_saving import go_to, key_of, save
from standards.drafting import Draft, DraftStandard
from standards.editions import DEFAULT_MINIMUM_COVERAGE
from standards.errors import FileHasErrors, FileNotReadable, Problem
from standards.library_files import StandardFile, read_standard_file
from standards.people import Action
from standards.set_files import to_csv, to_toml, to_xlsx
from standards.standard_files import read_standards_file
from standards.xlsform import to_xlsform
from standards.xlsform_reading import XlsFormReading, read_xlsform
from storage.drafts import replace_standards, start_draft
from storage.editions import list_sets

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BYTE_LIMIT = 10 * 1024 * 1024
_MOST_NOTES = 100
_FORMATS: dict[str, tuple[str, str, str, Callable[[StandardFile], str | bytes]]] = {
    "Excel": (".xlsx", _EXCEL, "a row a standard, for a spreadsheet program", to_xlsx),
    "CSV": (".csv", "text/csv", "the same rows for any other program", to_csv),
    "TOML": (".toml", "application/toml", "one readable file, made for version control", to_toml),
    "XLSForm": (".xlsform.xlsx", _EXCEL, "a form for ODK and Kobo tools", to_xlsform),
}


def show_downloads(found: StandardFile, key: str) -> None:
    """Offer a set in each format; its bytes are made on the tap."""
    for name, (ending, mime, about, make) in _FORMATS.items():

        def made(make: Callable[[StandardFile], str | bytes] = make) -> bytes:
            content = make(found)
            return content.encode() if isinstance(content, str) else content

        st.download_button(
            f"{name}: {about}",
            made,
            file_name=f"{found.name}{ending}",
            mime=mime,
            key=f"{key}_{name}",
            icon=":material/download:",
            on_click="ignore",
            width="stretch",
        )


def file_of(draft: Draft) -> StandardFile:
    """Return a draft as a file holds it."""
    return StandardFile(draft.set_name, draft.about, draft.plain, draft.minimum_coverage)


def files_of(draft: Draft) -> None:
    """Take a draft away in each format, or replace what stands in it by a file."""
    st.subheader("Take it away", anchor=False)
    if draft.standards:
        show_downloads(file_of(draft), key_of(draft, "download"))
    else:
        st.caption("Nothing stands in this draft yet.")
    st.subheader("Bring a file", anchor=False)
    read = _read_upload(key_of(draft, "upload"))
    if not read:
        return
    st.button(
        f"Replace this draft by its {count_of(len(read.standards), 'standard')}",
        key=key_of(draft, "replace"),
        type="primary",
        icon=":material/upload:",
        width="stretch",
        on_click=_replace,
        args=(draft, read),
    )


def ask_for_file() -> None:
    """Begin a draft from a file."""
    read = _read_upload("workshop_upload")
    if not read:
        return
    name = st.text_input("Name of the set", read.name, key=f"workshop_file_name_{read.name}", max_chars=200)
    st.button(
        f"Make a draft of {count_of(len(read.standards), 'standard')}",
        key="workshop_from_file",
        type="primary",
        icon=":material/upload:",
        width="stretch",
        on_click=_start,
        args=(read, name or read.name),
    )


def _read_upload(key: str) -> StandardFile | None:
    sent = st.file_uploader(
        "CSV, Excel, TOML or XLSForm",
        ["csv", "xlsx", "toml"],
        key=key,
        max_upload_size=_BYTE_LIMIT // 1024 // 1024,
    )
    if not sent:
        st.caption("You see what the file holds before anything is stored.")
        return None
    try:
        read, left_out = read_set_file(sent.name, sent.getvalue())
    except Problem as problem:
        st.error(str(problem), icon=":material/error:")
        if isinstance(problem, FileHasErrors):
            show_errors(problem.errors)
        return None
    st.success(
        f"“{plain(read.name)}” holds {count_of(len(read.standards), 'standard')}.", icon=":material/check:"
    )
    if left_out:
        with st.expander(f"Left out or to be looked at: {len(left_out)}", icon=":material/info:"):
            for note in left_out[:_MOST_NOTES]:
                st.caption(plain(note))
            if len(left_out) > _MOST_NOTES:
                st.caption(f"… and {len(left_out) - _MOST_NOTES} more.")
    return read


def read_set_file(name: str, data: bytes) -> tuple[StandardFile, tuple[str, ...]]:
    """
    Read a set from a file in any format of ours; also what was left out of it, in words.

    Raises:
        FileNotReadable, FileHasErrors: nothing of the file can be used.
    """
    stem = PurePath(name).stem.removesuffix(".xlsform") or "From a file"
    if name.lower().endswith(".toml"):
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            advice = "Save it as UTF-8 and bring it again."
            raise FileNotReadable(why="it is not in UTF-8", advice=advice) from error
        return read_standard_file(text, name), ()
    if (form := _read_form(data)) is not None:
        notes = [f"Row {one.row}, {one.what}: {one.why}" for one in form.left_out]
        notes += [f"{code}: the form holds no target, set it in its card" for code in form.without_target]
        return replace(form.as_set, name=form.name or stem), tuple(notes)
    read = read_standards_file(data)
    coverage = read.minimum_coverage or DEFAULT_MINIMUM_COVERAGE
    return StandardFile(read.name or stem, read.about, read.standards, coverage), read.notes


def _read_form(data: bytes) -> XlsFormReading | None:
    """Read a workbook as an XLSForm; None where it has no such sheets, as a list of standards."""
    try:
        return read_xlsform(data)
    except FileNotReadable:
        return None


def _drafts(read: StandardFile) -> list[DraftStandard]:
    return [DraftStandard(standard) for standard in read.standards]


def _replace(draft: Draft, read: StandardFile) -> None:
    def store(session: Session, known: Draft) -> Draft:
        return replace_standards(session, known, _drafts(read))

    save(draft, store)


@telling
def _start(read: StandardFile, name: str) -> None:
    with storing(Action.MANAGE) as session:
        free = free_name(name, {one.name for one in list_sets(session)})
        draft = start_draft(
            session, free, _drafts(read), about=read.about, minimum_coverage=read.minimum_coverage
        )
    go_to(draft)


def free_name(name: str, taken: set[str]) -> str:
    """Return a name that no set has: `Returns`, else `Returns 2`."""
    free, number = name, 2
    while free in taken:
        free, number = f"{name} {number}", number + 1
    return free
