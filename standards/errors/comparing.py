"""Problems met around comparing: where a channel is on the map, and notes on the time line."""

from standards.errors.problem import Problem


class CoordinatesNotAllowed(Problem):
    code = "PLACE-1"
    text = (
        "“{value}” is no place on the map. Nothing was changed. Write latitude (−90 to 90), a comma, "
        "and longitude (−180 to 180), such as 48.2082, 16.3738, or leave it empty."
    )


class TimeNoteEmpty(Problem):
    code = "NOTE-1"
    text = (
        "The note says nothing yet, or more than {limit} characters. Nothing was stored. "
        "Write in a few words what changed that day."
    )
