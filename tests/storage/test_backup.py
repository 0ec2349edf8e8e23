"""A backup holds everything, is restored whole or not at all, and goes from one database to the other."""

import io
import json
import zipfile
from hashlib import sha256

import psycopg
import pytest
from sqlalchemy import text

from standards.errors import BackupUnusable, HoldsVisits
from standards.measuring import Verdict
from storage.backup import restore_backup, write_backup
from storage.brands import add_brand
from storage.checking import find_faults
from storage.photo_files import photo_path
from storage.photos import add_photo
from storage.sessions import close_database, in_session
from storage.tables import PhotoRow, VisitRow
from tests.builders import a_brand, a_channel, a_visit, an_edition
from tests.pictures import upright
from tests.storage.test_importing import stored, the_one


def jpeg(size=(60, 40)) -> bytes:
    file = io.BytesIO()
    upright(size).save(file, "JPEG")
    return file.getvalue()


def fill(name: str = "Own") -> None:
    with in_session() as session:
        edition = an_edition(session)
        channel = a_channel(session, a_brand(session, name, is_own=True), area="Köln")
        notes = {"A": "a note\nof two lines ✓"}
        draft = a_visit(session, channel, edition, {"A": Verdict.MET}, notes=notes, submitted=False)
        add_photo(session, draft.id, "A", jpeg())
        a_visit(session, channel, edition, {"A": Verdict.MISSED}, shopper="Kim", story="It rained.")


def files(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "photos").rglob("*") if path.is_file()}


def elsewhere(folder, monkeypatch) -> None:
    """Go on with another, empty data folder and SQLite database."""
    close_database()
    monkeypatch.setenv("SECOND_VISIT_DATA", str(folder))
    monkeypatch.delenv("SECOND_VISIT_DATABASE_URL", raising=False)


def changed(source, target, **parts: bytes | None) -> None:
    """Copy a ZIP with parts replaced, left out (None) or added."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            if parts.get(name, b"") is not None:
                new.writestr(name, parts.pop(name, None) or old.read(name))
            else:
                parts.pop(name)
        for name, data in parts.items():
            new.writestr(name, data or b"")


def test_what_is_restored_is_what_was_backed_up(database, data_folder, tmp_path, monkeypatch):
    fill()
    before, photos = stored(), files(data_folder)
    made = write_backup(tmp_path / "all.zip")
    assert (made.visits, made.photos, made.photos_missing) == (2, 2, 0)
    with in_session() as session:
        add_brand(session, "Later")
        session.execute(text("DELETE FROM observation"))
        photo_path(the_one(session, PhotoRow).sha256).unlink()
    restore_backup(tmp_path / "all.zip", replace=True)
    assert stored() == before
    assert files(data_folder) == photos
    with in_session(read_only=True) as session:
        assert list(find_faults(session)) == []


def test_ids_go_on_after_a_restore(database, tmp_path):
    fill()
    write_backup(tmp_path / "all.zip")
    restore_backup(tmp_path / "all.zip", replace=True)
    with in_session() as session:
        assert add_brand(session, "Next").id == 2


def test_a_backup_goes_from_one_database_to_the_other(
    database, postgresql_server, data_folder, tmp_path, monkeypatch
):
    fill()
    before, photos = stored(), files(data_folder)
    write_backup(tmp_path / "all.zip")
    elsewhere(tmp_path / "other", monkeypatch)
    restore_backup(tmp_path / "all.zip")
    assert stored() == before
    assert files(tmp_path / "other") == photos


def test_an_sqlite_backup_is_restored_into_postgresql(postgresql_server, data_folder, tmp_path, monkeypatch):
    fill()
    before = stored()
    write_backup(tmp_path / "all.zip")
    close_database()
    with psycopg.connect(f"{postgresql_server}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE restored_from_sqlite")
    monkeypatch.setenv("SECOND_VISIT_DATABASE_URL", f"{postgresql_server}/restored_from_sqlite")
    restore_backup(tmp_path / "all.zip")
    assert stored() == before


def test_stored_visits_are_not_replaced_unasked(database, tmp_path):
    fill()
    write_backup(tmp_path / "all.zip")
    before = stored()
    with pytest.raises(HoldsVisits, match="2 visits"):
        restore_backup(tmp_path / "all.zip")
    assert stored() == before


def test_photos_that_are_no_longer_named_are_dropped_after_a_restore(data_folder, tmp_path):
    fill()
    write_backup(tmp_path / "all.zip")
    kept = files(data_folder)
    with in_session() as session:
        draft = the_one(session, VisitRow, state="draft")
        add_photo(session, draft.id, None, jpeg((90, 30)))
    assert len(files(data_folder)) == 4
    restore_backup(tmp_path / "all.zip", replace=True)
    assert files(data_folder) == kept


def test_a_missing_photo_is_told_and_the_rest_is_backed_up(data_folder, tmp_path):
    fill()
    with in_session() as session:
        photo_path(the_one(session, PhotoRow).sha256).unlink()
    made = write_backup(tmp_path / "all.zip")
    assert (made.visits, made.photos, made.photos_missing) == (2, 1, 1)
    assert "1 photo files were missing already" in made.summary


def manifest_of(path):
    with zipfile.ZipFile(path) as packed:
        return json.loads(packed.read("manifest.json"))


def test_a_backup_that_was_touched_is_refused_before_anything_is(database, data_folder, tmp_path):
    fill()
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    write_backup(good)
    before, photos = stored(), files(data_folder)
    manifest = manifest_of(good)
    photo = next(iter(manifest["photos"]))

    def with_manifest(**facts) -> bytes:
        return json.dumps(manifest | facts).encode()

    outside = "photos/../../outside.jpg"
    cases: list[tuple[dict[str, bytes | None], str]] = [
        ({"tables/visit.jsonl": b"[]\n"}, "tables/visit.jsonl is not what was backed up"),
        ({photo: b"other"}, "is not what was backed up"),
        ({photo: None}, "not those its manifest names"),
        ({"more.txt": b"x"}, "not those its manifest names"),
        ({"manifest.json": None}, "has no manifest"),
        ({"manifest.json": b"{"}, "manifest cannot be read"),
        ({"manifest.json": b"[]"}, "manifest cannot be read"),
        ({"manifest.json": with_manifest(format=2)}, "newer version"),
        ({"manifest.json": with_manifest(revision="20991231_later")}, "newer version"),
        (
            {"manifest.json": with_manifest(photos=manifest["photos"] | {outside: "0"}), outside: b"x"},
            "a part that no backup has",
        ),
    ]
    for parts, said in cases:
        changed(good, bad, **parts)
        with pytest.raises(BackupUnusable, match=said):
            restore_backup(bad, replace=True)
        assert (stored(), files(data_folder)) == (before, photos)
    assert not list(data_folder.parent.rglob("outside.jpg"))


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04" + b"x" * 100])
def test_what_is_no_backup_is_refused(data, tmp_path):
    (tmp_path / "bad.zip").write_bytes(data)
    with pytest.raises(BackupUnusable, match="not a whole ZIP file"):
        restore_backup(tmp_path / "bad.zip")


def test_rows_that_do_not_fit_together_change_nothing(database, data_folder, tmp_path):
    """Hashes can be right and the rows wrong: the old tables come back, and so do the photos."""
    fill()
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    write_backup(good)
    with in_session() as session:
        photo_path(the_one(session, PhotoRow).sha256).write_bytes(b"changed meanwhile")
    before, photos = stored(), files(data_folder)
    manifest = manifest_of(good)
    manifest["tables"]["brand"] |= {"rows": 0, "sha256": sha256(b"").hexdigest()}
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(bad, "w") as new:
        for name in old.namelist():
            data = b"" if name == "tables/brand.jsonl" else old.read(name)
            new.writestr(name, json.dumps(manifest) if name == "manifest.json" else data)
    with pytest.raises(BackupUnusable, match="do not fit together"):
        restore_backup(bad, replace=True)
    assert (stored(), files(data_folder)) == (before, photos)


def test_a_backup_is_there_in_full_or_not_at_all(data_folder, tmp_path, monkeypatch):
    target = tmp_path / "all.zip"
    target.write_bytes(b"before")
    monkeypatch.setenv("SECOND_VISIT_DATABASE_URL", "sqlite:////proc/nowhere/none.db")
    with pytest.raises(Exception, match=r"unable to open|No such file"):
        write_backup(target)
    assert target.read_bytes() == b"before"
    assert list(tmp_path.glob(".*.part")) == []
