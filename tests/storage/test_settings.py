"""Settings are read where they are asked for, as the environment stands then."""

import os

from storage.settings import read_settings


def test_a_folder_without_a_root_is_meant_from_where_the_program_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("SECOND_VISIT_DATA", "kept")
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        assert read_settings().data == tmp_path / name / "kept"


def test_a_change_of_the_environment_counts_at_once(tmp_path, monkeypatch):
    monkeypatch.delenv("SECOND_VISIT_DATABASE_URL", raising=False)
    for name in ("one", "other"):
        monkeypatch.setenv("SECOND_VISIT_DATA", str(tmp_path / name))
        assert read_settings().database_url == f"sqlite:///{tmp_path / name / 'second_visit.db'}"
    monkeypatch.setenv("SECOND_VISIT_DATABASE_URL", "postgres://here/visits")
    assert read_settings().database_url == "postgresql+psycopg://here/visits"


def test_a_folder_with_a_root_is_found_also_from_a_folder_that_is_gone(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    monkeypatch.setenv("SECOND_VISIT_DATA", str(tmp_path / "kept"))
    try:
        assert read_settings().data == tmp_path / "kept"
    finally:
        os.chdir(tmp_path)
