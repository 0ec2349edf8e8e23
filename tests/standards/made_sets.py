"""Standard sets that Hypothesis makes: hostile texts, every measure, every rule."""

from dataclasses import replace

from hypothesis import strategies as some

from standards.editions import Evidence, Kind, Scope, Standard
from standards.library_files import StandardFile
from standards.measuring import YES, Comparator, Measure, Target
from standards.set_files import lines_of, one_line
from standards.spreadsheets import column_name
from standards.standard_files import CODE_LIMIT, NAME_LIMIT, RESERVED_CODES, UNIT_LIMIT

HOSTILE = (
    "=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", "'=1", "''", "${s_a}", "$\u2060{a}", "${", "$$${{",
    "instance('a')/root/item[name = 1]", "instance\u2060(", "pulldata('a')", "_x0041_", "_x000D_", "]]>",
    "<b>", "&amp;", '"""', '"', "\\", "\\u0041", "a|b", "a\nb", "a\r\nb", "\t", "\u202eabc", "\ufeff",
    "\ufffe", "\x85", "\N{NO-BREAK SPACE}x", "\U0001f600", "İßﬁ", "مرحبا", "*bold*", "[x](http://x)",
    "%s", "{0}", "1e5", "null", "#", "e\u0301", "\u200b", "x" * 5_000,
)  # fmt: skip

texts = some.one_of(
    some.text(max_size=40),
    some.sampled_from(HOSTILE),
    some.lists(some.sampled_from(HOSTILE), max_size=4).map(" ".join),
    some.lists(some.text(max_size=12) | some.sampled_from(HOSTILE), max_size=4).map("".join),
)
long_texts = some.sampled_from([lines_of(("ab c. " * 3_333)[:20_000]), "=" * 20_000, "\U0001f600" * 19_999])
lines = some.one_of(texts.map(lines_of), long_texts)


def line(limit: int) -> some.SearchStrategy[str]:
    """Return texts of one line that are not empty."""
    return texts.map(lambda text: one_line(one_line(text)[:limit])).filter(bool)


codes = line(CODE_LIMIT).filter(lambda code: column_name(code, RESERVED_CODES) not in RESERVED_CODES)
decimals = some.decimals(min_value=0, max_value=10**6, places=3).map(float)
signed = some.decimals(min_value=-(10**6), max_value=10**6, places=6).map(float)
comparators = some.sampled_from(Comparator)
units = texts.map(lambda text: one_line(one_line(text)[:UNIT_LIMIT])) | some.sampled_from(["", "°C", "rings"])

targets = {
    Measure.YES_NO: some.sampled_from([YES, Target(Comparator.EXACTLY, 0)]),
    Measure.DURATION: some.builds(
        Target,
        comparators,
        decimals | some.integers(0, 10**6).map(float),
        some.sampled_from(["seconds", "days", "working days"]),
    ),
    Measure.COUNT: some.builds(Target, comparators, some.integers(0, 10**9).map(float), units),
    Measure.NUMBER: some.builds(Target, comparators, signed, units),
    Measure.SHARE: some.builds(
        Target, comparators, some.decimals(0, 100, places=2).map(float), some.just("%")
    ),
    Measure.RATING: some.builds(Target, comparators, some.integers(1, 5).map(float), some.just("")),
}


@some.composite
def standards(draw) -> Standard:
    """Make one standard of any measure."""
    measure = draw(some.sampled_from(Measure))
    steps: tuple[str, ...] = ()
    if measure is Measure.RATING and draw(some.booleans()):
        steps = tuple(draw(some.lists(line(400), min_size=5, max_size=5, unique=True)))
    return Standard(
        code=draw(codes),
        touchpoint=draw(line(NAME_LIMIT)),
        statement=draw(line(20_000)),
        measure=measure,
        target=draw(targets[measure]),
        weight=draw(decimals),
        no_no=draw(some.booleans()),
        scope=draw(some.sampled_from(Scope)),
        kinds=draw(some.frozensets(some.sampled_from(Kind))),
        evidence=draw(some.sampled_from(Evidence)),
        job_aid=draw(lines),
        script=draw(lines),
        steps=steps,
    )


@some.composite
def made_sets(draw) -> StandardFile:
    """Make a set as it is kept: each code once, touchpoints together, positions in order."""
    made = draw(some.lists(standards(), min_size=1, max_size=6, unique_by=lambda one: one.code))
    runs = list(dict.fromkeys(one.touchpoint for one in made))
    made.sort(key=lambda one: runs.index(one.touchpoint))
    placed = tuple(replace(one, position=at) for at, one in enumerate(made))
    coverage = draw(some.decimals(0, 1, places=2).map(float))
    return StandardFile(draw(line(NAME_LIMIT)), draw(texts.map(lines_of)), placed, coverage)
