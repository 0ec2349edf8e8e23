"""The visits behind a figure, as a text that fits into an address: a link opens the same evidence."""

from datetime import date
from urllib.parse import parse_qs, urlencode

from standards.comparing.figures import Behind
from standards.editions import Kind
from standards.measuring import Measure, Verdict


def write_behind(behind: Behind) -> str:
    """Write which visits are meant; `read_behind` reads it again."""
    facts = {
        "brand": behind.brand_id,
        "channel": behind.channel_id,
        "kind": behind.kind,
        "code": behind.code,
        "measure": behind.measure,
        "touchpoint": behind.touchpoint,
        "verdict": behind.verdict,
        "since": behind.since,
        "until": behind.until,
        "failed": "yes" if behind.failed else None,
    }
    return urlencode({name: str(fact) for name, fact in facts.items() if fact is not None}) or "all"


def read_behind(text: str) -> Behind | None:
    """Read which visits are meant; None where an address was changed into something unreadable."""
    given = {name: values[0] for name, values in parse_qs(text).items()}
    try:
        return Behind(
            brand_id=int(given["brand"]) if "brand" in given else None,
            channel_id=int(given["channel"]) if "channel" in given else None,
            kind=Kind(given["kind"]) if "kind" in given else None,
            code=given.get("code"),
            measure=Measure(given["measure"]) if "measure" in given else None,
            touchpoint=given.get("touchpoint"),
            verdict=Verdict(given["verdict"]) if "verdict" in given else None,
            since=date.fromisoformat(given["since"]) if "since" in given else None,
            until=date.fromisoformat(given["until"]) if "until" in given else None,
            failed="failed" in given,
        )
    except ValueError:
        return None
