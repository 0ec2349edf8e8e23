"""Exports hold every submitted visit, are safe to open, and are read again by the importer."""

import csv
import io
from math import fsum
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlmodel import select

from standards.editions import Standard
from standards.measuring import Comparator, Measure, Target, Verdict
from standards.values import Answer, answer_of
from standards.visits import State
from storage.exporting import (
    OBSERVATION_COLUMNS,
    SCORE_COLUMNS,
    count_exported,
    observation_lines,
    score_lines,
    write_lines,
)
from storage.importing import import_standards, import_visits
from storage.sessions import close_database, in_session
from storage.tables import VisitRow
from storage.visits import record_answer, record_note, start_visit, submit_visit
from tests.builders import a_brand, a_channel, a_visit, an_edition
from tests.storage.test_importing import STANDARDS, VISITS

MEASURED = (
    Standard("yes", "Till", "It is so"),
    Standard("wait", "Till", "In time", Measure.DURATION, Target(Comparator.AT_MOST, 180, "seconds")),
    Standard("days", "Till", "In time", Measure.DURATION, Target(Comparator.AT_MOST, 2, "days")),
    Standard("count", "Till", "Few", Measure.COUNT, Target(Comparator.AT_MOST, 3, "rings")),
    Standard("heat", "Till", "Hot", Measure.NUMBER, Target(Comparator.AT_LEAST, 65, "°C")),
    Standard("share", "Till", "In stock", Measure.SHARE, Target(Comparator.AT_LEAST, 95, "%")),
    Standard("rating", "Till", "Clean", Measure.RATING, Target(Comparator.AT_LEAST, 4)),
)


def rows_of(lines) -> list[dict[str, str]]:
    with in_session(read_only=True) as session:
        return list(csv.DictReader(io.StringIO("".join(lines(session)))))


def exported(lines) -> bytes:
    with in_session(read_only=True) as session:
        return "".join(lines(session)).encode()


def imported(data: bytes = VISITS, **facts):
    with in_session() as session:
        import_standards(session, "Shop", STANDARDS)
        return import_visits(session, "Shop", data, **facts)


def test_a_score_row_says_how_a_visit_did(database):
    imported(own="Own")
    first, second = rows_of(score_lines)
    assert list(first) == list(SCORE_COLUMNS)
    assert first | {"visit_id": "", "score_percent": ""} == {
        "external_id": "1", "brand": "Own", "channel": "High Street", "area": "North",
        "visited_on": "2026-03-01", "score_percent": "", "coverage": "1.0", "no_nos_missed": "0",
        "failed": "no", "visit_id": "", "set": "Shop", "edition": "1", "kind": "shop",
    }  # fmt: skip
    assert float(first["score_percent"]) == 100 * 5 / 6
    assert (second["score_percent"], second["no_nos_missed"], second["failed"]) == ("0.0", "1", "yes")


def test_a_visit_to_which_nothing_applied_has_no_score_rather_than_0():
    with in_session() as session:
        channel = a_channel(session, a_brand(session))
        a_visit(session, channel, an_edition(session), {"A": Verdict.NOT_APPLICABLE})
    (row,) = rows_of(score_lines)
    assert (row["score_percent"], row["coverage"]) == ("", "0.5")
    assert row["external_id"] == row["visit_id"]


def test_only_submitted_visits_are_exported(database):
    with in_session() as session:
        channel, edition = a_channel(session, a_brand(session)), an_edition(session)
        visits = {state: a_visit(session, channel, edition) for state in State}
        for state, visit in visits.items():
            session.get_one(VisitRow, visit.id).state = state
    with in_session(read_only=True) as session:
        assert count_exported(session) == (2, 4)
    wanted = {str(visits[state].id) for state in (State.SUBMITTED, State.APPROVED)}
    assert {row["visit_id"] for row in rows_of(score_lines)} == wanted
    assert {row["visit_id"] for row in rows_of(observation_lines)} == wanted


def test_an_empty_export_is_a_header(database):
    assert exported(observation_lines) == (",".join(OBSERVATION_COLUMNS) + "\n").encode()


def test_text_never_begins_as_a_formula_and_numbers_stay_numbers():
    with in_session() as session:
        channel = a_channel(session, a_brand(session, "=cmd"), "@home", area="+44")
        edition = an_edition(session, MEASURED[4:5], name="-set")
        a_visit(session, channel, edition, {"heat": -5.5}, notes={"heat": "=1+1"}, shopper="-Kim")
    (row,) = rows_of(observation_lines)
    assert row["value"] == "-5.5"
    texts = [row[name] for name in ("brand", "channel", "area", "set", "shopper", "note")]
    assert texts == ["'=cmd", "'@home", "'+44", "'-set", "'-Kim", "'=1+1"]


def test_our_own_export_changes_nothing_when_it_is_imported(database):
    with in_session() as session:
        channel = a_channel(session, a_brand(session, "Own", is_own=True))
        edition = an_edition(session, MEASURED, name="Shop")
        a_visit(
            session,
            channel,
            edition,
            {"wait": 12.345678, "days": 2.123456789012345, "count": 3, "heat": 1e-5, "rating": 4},
            notes={"yes": 'A "note"\nof two lines'},
        )
    with in_session() as session:
        again = import_visits(session, "Shop", exported(observation_lines))
    assert (len(again.new), again.unchanged, again.differing) == (0, 1, ())


answers = some.fixed_dictionaries(
    {},
    optional={
        "yes": some.sampled_from([0, 1, *Verdict]),
        "wait": some.floats(1e-3, 1e7) | some.sampled_from([answer_of(MEASURED[1], 300, longer_than=True)]),
        "days": some.floats(1e-3, 1e4),
        "count": some.integers(0, 10**9),
        "heat": some.floats(-1e6, 1e6).filter(lambda heat: heat == 0 or abs(heat) > 1e-3),
        "share": some.floats(0, 100).filter(lambda share: share == 0 or share > 1e-3)
        | some.builds(lambda n, k: (100 * min(k, n) / n, n), some.integers(1, 500), some.integers(0, 500)),
        "rating": some.integers(1, 5),
    },
).filter(bool)
notes = some.text(some.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30)


def answer_from(standard: Standard, what) -> Answer:
    if isinstance(what, Answer):
        return what
    if isinstance(what, Verdict):
        return Answer(what)
    value, counted_of = what if isinstance(what, tuple) else (what, None)
    return answer_of(standard, float(value), counted_of=counted_of)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.lists(some.tuples(answers, notes), min_size=1, max_size=5))
def test_what_is_exported_is_imported_the_same(tmp_path_factory, visits):

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECOND_VISIT_DATA", str(tmp_path_factory.mktemp("first")))
        with in_session() as session:
            channel = a_channel(session, a_brand(session, "Own", is_own=True))
            edition = an_edition(session, MEASURED, name="Shop")
            for given_answers, note in visits:
                visit_id = uuid4()
                start_visit(session, visit_id, channel.id, edition.id)
                for code, what in given_answers.items():
                    standard = edition.by_code()[code]
                    record_answer(session, visit_id, standard, answer_from(standard, what))
                record_note(session, visit_id, edition.standards[0], note)
                submit_visit(session, visit_id)
        first = exported(observation_lines)
        with in_session() as session:
            assert import_visits(session, "Shop", first).unchanged == len(visits)
        close_database()
        patch.setenv("SECOND_VISIT_DATA", str(tmp_path_factory.mktemp("second")))
        with in_session() as session:
            an_edition(session, MEASURED, name="Shop")
            import_visits(session, "Shop", first, own="Own")
        assert sorted(exported(observation_lines).splitlines()) == sorted(first.splitlines())
        close_database()


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    target = tmp_path / "scores.csv"
    target.write_text("before")

    def broken():
        yield "half"
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="full"):
        write_lines(broken(), target)
    assert target.read_text() == "before"
    write_lines(["größer\n", "b\n"], target)
    assert target.read_bytes() == "größer\nb\n".encode()
    assert list(tmp_path.iterdir()) == [target]


def test_the_chicago_scores_equal_recomputed_ones(database, chicago):
    with in_session() as session:
        import_standards(session, "Chicago", (chicago / "standards.csv").read_bytes())
        import_visits(session, "Chicago", (chicago / "visits.csv").read_bytes(), own="Starbucks")
        assert len(session.exec(select(VisitRow.id)).all()) == 1_001
    weights = {}
    no_nos = set()
    for row in csv.DictReader((chicago / "standards.csv").read_text("utf-8").splitlines()):
        weights[row["code"]] = float(row["weight"])
        if row["no_no"] == "yes":
            no_nos.add(row["code"])
    scores = {row["external_id"]: row for row in rows_of(score_lines)}
    for row in csv.DictReader((chicago / "visits.csv").read_text("utf-8").splitlines()):
        said = scores.pop(row["visit_id"])
        met = fsum(weight for code, weight in weights.items() if row[code] == "met")
        asked = fsum(weight for code, weight in weights.items() if row[code] in ("met", "missed"))
        missed = sum(row[code] == "missed" for code in no_nos)
        assert abs(float(said["score_percent"]) - 100 * met / asked) <= 1e-9
        assert abs(float(said["coverage"]) - 1) <= 1e-9
        assert (said["no_nos_missed"], said["failed"]) == (str(missed), "yes" if missed else "no")
        assert [said[n] for n in ("brand", "channel", "area", "visited_on")] == [
            row[n] for n in ("brand", "channel", "area", "visited_on")
        ]
    assert scores == {}
