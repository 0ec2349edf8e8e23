"""Spreadsheets are read within limits; whatever else is handed in gets a clear message."""

import io
import zipfile
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from openpyxl import Workbook
from openpyxl.styles import Font

from standards.errors import FileHasErrors, FileNotReadable
from standards.spreadsheets import LARGEST_FILE_BYTES, LONGEST_CELL, guard, read_sheet, unguard

COLUMNS = ("visit_id", "brand", "note")


def read(data: bytes | str):
    return read_sheet(data.encode() if isinstance(data, str) else data, COLUMNS)


def errors_of(data: bytes | str):
    with pytest.raises(FileHasErrors) as found:
        read(data)
    return found.value.errors


def xlsx(*rows, more_sheets=()) -> bytes:
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    for name in more_sheets:
        workbook.create_sheet(name)
    return saved(workbook)


def saved(workbook: Workbook) -> bytes:
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def repacked(data: bytes, **changed: bytes) -> bytes:
    """Return an XLSX file with some of its parts replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changed.get(name.rsplit("/", 1)[-1].split(".")[0], old.read(name)))
    return file.getvalue()


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["without a mark", "with a mark"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_usual_csv_gives_the_same_rows(mark, newline, delimiter):
    lines = ["visit_id,brand,Größe", 'a,"x,;\ty",1', "b,z,2", ""]
    text = newline.join(lines).replace(",", delimiter).replace(f"x{delimiter};", "x,;")
    sheet = read(mark + text.encode())
    assert sheet.header == ("visit_id", "brand", "Größe")
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (2, ("a", "x,;\ty", "1")),
        (3, ("b", "z", "2")),
    ]


def test_a_comma_inside_a_header_is_not_taken_for_the_delimiter():
    sheet = read('visit_id;brand;"a, b, c, d, e, f"\n1;x;y\n')
    assert sheet.header == ("visit_id", "brand", "a, b, c, d, e, f")


def test_known_columns_are_found_whatever_their_case_and_a_code_stays_as_written():
    assert read("Visit ID,BRAND,Code-7\n1,x,y\n").header == ("visit_id", "brand", "Code-7")


def test_empty_rows_and_empty_columns_at_the_end_are_passed_over():
    sheet = read("\nvisit_id,brand,,\n\n1,x,,\n,,,\n2,y\n")
    assert sheet.header == ("visit_id", "brand")
    assert [(row.number, row.cells) for row in sheet.rows] == [(4, ("1", "x")), (6, ("2", "y"))]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"", "it is empty", id="empty"),
        pytest.param(b"\xef\xbb\xbf", "it has no header", id="only a mark"),
        pytest.param(b" \n\n ", "it is empty", id="blank"),
        pytest.param(b",,\n,,\n", "it has no header", id="only commas"),
        pytest.param(b"visit_id,brand\n", "a header and no rows", id="only a header"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00\x00", "not a CSV or XLSX file", id="binary"),
        pytest.param("visit_id,brand\n1,Café\n".encode("latin-1"), "byte 0xe9 in line 2", id="Latin-1"),
        pytest.param("visit_id,brand\n1,x\n".encode("utf-16"), "its text is UTF-16", id="UTF-16"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "password", id="encrypted or .xls"),
        pytest.param(b"visit_id,brand,brand\n1,x,y\n", "more than once: brand", id="the same column twice"),
        pytest.param(b"brand,Brand\nx,y\n", "more than once: brand", id="the same column in another case"),
        pytest.param(b"visit_id,,brand\n1,,x\n", "column 2 has no name", id="a column without a name"),
        pytest.param(b'visit_id,brand\n1,"x\n2,y\n', "quotation marks that do not match", id="open quote"),
        pytest.param(b'visit_id,brand\n1,"x"y\n', "row 2 has quotation marks", id="text after a quote"),
        pytest.param(b"PK\x03\x04 not a zip at all", "not a whole XLSX file", id="renamed text"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data, said):
    with pytest.raises(FileNotReadable, match=said):
        read(data)


def test_a_file_over_the_limit_is_not_even_looked_at():
    with pytest.raises(FileNotReadable, match="larger than 50 MB"):
        read(b"x" * (LARGEST_FILE_BYTES + 1))


def test_too_many_rows_are_refused():
    with pytest.raises(FileNotReadable, match="more than 200,000 rows"):
        read("visit_id\n" + "1\n" * 200_001)


def test_too_many_columns_are_refused():
    with pytest.raises(FileNotReadable, match="more than 1,000 columns"):
        read(",".join(f"c{n}" for n in range(1_001)) + "\n1\n")


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("length", [LONGEST_CELL + 1, 10**6])
def test_a_huge_cell_is_named_by_row_and_column(length, quote):
    (error,) = errors_of(f"visit_id,brand,note\n1,x,y\n2,{quote}{'a' * length}{quote},y\n")
    assert (error.row, error.column) == (3, "brand")
    assert error.holds.startswith("aaa")
    assert len(error.holds) <= 60
    assert error.allowed == "at most 20,000 characters"


def test_the_longest_cell_that_is_allowed_is_read():
    assert read(f"visit_id,note\n1,{'a' * LONGEST_CELL}\n").rows[0].cells[1] == "a" * LONGEST_CELL


def test_rows_of_another_length_are_named():
    found = errors_of("visit_id,brand\n1\n2,x\n3,x,y\n")
    assert [(error.row, error.holds, error.allowed) for error in found] == [
        (2, "1 cells", "2 cells, as in the header"),
        (4, "3 cells", "2 cells, as in the header"),
    ]


def test_a_formula_is_refused_in_csv_and_a_bare_equals_sign_is_not():
    (error,) = errors_of('visit_id,brand\n1,"=HYPERLINK(""http://x"")"\n')
    assert (error.row, error.column) == (2, "brand")
    assert "formulas" in error.allowed
    assert read("visit_id,brand\n1,=\n").rows[0].cells == ("1", "=")


def test_a_hundred_errors_come_at_once_and_no_more():
    with pytest.raises(FileHasErrors, match="More than 100") as found:
        read("visit_id,brand\n" + "1,=A1\n" * 150)
    assert len(found.value.errors) == 100


@given(some.text())
def test_a_guarded_text_comes_back_and_never_begins_as_a_formula(text):
    assert unguard(guard(text)) == text
    assert not guard(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_an_excel_sheet_gives_what_a_person_would_type():
    share = Workbook()
    share.active.append(["visit_id", "brand", "a", "b", "c", "d", "e", "f", "g"])
    share.active.append(
        [
            614464, "x", date(2026, 3, 1), datetime.combine(date(2026, 3, 1), time(9, 30)), time(0, 2, 30),
            5.0, 2.5, 0.07, timedelta(hours=30),
        ]
    )  # fmt: skip
    share.active["H2"].number_format = "0%"
    share.active["A1"].font = Font(bold=True)
    (row,) = read(saved(share)).rows
    assert row.cells == (
        "614464", "x", "2026-03-01", "2026-03-01 09:30:00", "00:02:30", "5", "2.5", "7 %", "108000",
    )  # fmt: skip


def test_excel_truth_is_yes_and_no():
    assert read(xlsx(["visit_id", "brand"], [True, False])).rows[0].cells == ("yes", "no")


def test_only_the_first_sheet_is_read_and_that_is_said():
    sheet = read(xlsx(["visit_id"], [1], more_sheets=["Other"]))
    assert sheet.notes == ("The file has 2 sheets. Only the first, “Sheet”, is read.",)


def test_merged_and_missing_cells_are_blank():
    workbook = Workbook()
    workbook.active.append(["visit_id", "brand", "note"])
    workbook.active.append(["1", "x"])
    workbook.active.append([None, "y", None])
    workbook.active.merge_cells("A2:A3")
    assert [row.cells for row in read(saved(workbook)).rows] == [("1", "x", ""), ("", "y", "")]


def test_formulas_and_errors_in_excel_are_named():
    found = errors_of(xlsx(["visit_id", "brand"], ["=1+1", "x"], ["2", "#REF!"]))
    assert [(error.row, error.column, error.holds) for error in found] == [
        (2, "visit_id", "=1+1"),
        (3, "brand", "#REF!"),
    ]


def test_a_huge_cell_in_excel_is_named():
    data = repacked(
        xlsx(["visit_id"], ["marker"]),
        sheet1=b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="str"><v>visit_id</v></c></row>'
        b'<row r="2"><c r="A2" t="str"><v>' + b"a" * 10**6 + b"</v></c></row></sheetData></worksheet>",
    )
    (error,) = errors_of(data)
    assert (error.row, error.column, error.allowed) == (2, "visit_id", "at most 20,000 characters")


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    with pytest.raises(FileNotReadable, match="it unpacks to"):
        read(repacked(xlsx(["visit_id"], [1]), sheet1=b" " * (201 * 1024**2)))


SHEET = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b'<row r="1"><c r="A1"><v>1</v></c></row>%s</sheetData></worksheet>'
)


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + SHEET % b"", id="entities"),
        pytest.param(SHEET % b'<row r="2"><c r="ZZZZZZ2"><v>1</v></c></row>', id="a column far out"),
        pytest.param(SHEET % b'<row r="999999999"><c r="A999999999"><v>1</v></c></row>', id="a row far down"),
        pytest.param(SHEET % b'<row r="2"><c r="A2"', id="cut off"),
        pytest.param(b"no XML", id="no XML"),
    ],
)
def test_a_crafted_workbook_neither_crashes_nor_fills_the_memory(part):
    with pytest.raises(FileNotReadable, match=r"not a whole XLSX|too many cells"):
        read(repacked(xlsx(["visit_id"], [1]), sheet1=part))


def test_a_document_type_is_refused_in_every_part():
    with pytest.raises(FileNotReadable, match="not a whole XLSX"):
        read(repacked(xlsx(["visit_id"], [1]), theme1=b"<!DOCTYPE x><x/>"))


def test_a_zip_that_is_no_workbook_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("a.txt", "x")
    with pytest.raises(FileNotReadable, match="not a whole XLSX file"):
        read(file.getvalue())


@given(some.binary(max_size=300))
def test_no_bytes_at_all_crash_the_reader(data):
    for whole in (data, b"PK\x03\x04" + data, b"visit_id,brand\n" + data):
        try:
            sheet = read(whole)
        except (FileNotReadable, FileHasErrors):
            continue
        assert all(len(row.cells) == len(sheet.header) for row in sheet.rows)
