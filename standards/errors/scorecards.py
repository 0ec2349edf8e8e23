"""Problems met around scorecards: their period, what they are about, and links to them."""

from standards.errors.problem import Problem


class PeriodUnclear(Problem):
    code = "SCORECARD-1"
    text = (
        "“{written}” is no period. Nothing was written. Write a year (2026), a quarter (2026-Q3), a month "
        "(2026-07) or days (2026-07-05..2026-08-14)."
    )


class ScorecardEmpty(Problem):
    code = "SCORECARD-2"
    text = (
        "There is no scorecard of {name} in this period: no complete visit was made. Nothing was written. "
        "Choose another period, or visit it."
    )


class ScorecardNotFound(Problem):
    code = "SCORECARD-3"
    text = "There is no such scorecard, or it is not yours to read. Nothing was written. Choose another one."


class ScorecardLinkDead(Problem):
    code = "SCORECARD-4"
    text = (
        "This link shows no scorecard: its time is over, it was ended, or it is not whole. "
        "Ask who sent it for a new one."
    )


class ScorecardOptionUnknown(Problem):
    code = "SCORECARD-5"
    text = "“{written}” is not known here. Nothing was written. Write one of: {allowed}."


class LogoUnreadable(Problem):
    code = "SCORECARD-6"
    text = (
        "This logo cannot be used: {why}. The look of the scorecards is as before. "
        "Save the logo as PNG (parts may be see-through), JPEG, WebP or HEIC, and choose that file."
    )


class LogoTooLarge(Problem):
    code = "SCORECARD-7"
    text = (
        "This logo has {size} and the limit is {limit}. The look of the scorecards is as before. "
        "Save the logo smaller and choose that file: 512 dots either way are enough."
    )


class ColourUnclear(Problem):
    code = "SCORECARD-8"
    text = (
        "“{written}” is no colour. The look of the scorecards is as before. "
        "Choose a colour, or write one like #00629b."
    )
