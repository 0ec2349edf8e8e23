"""Versions of the visit document: what an older phone sends is brought up to what this program reads."""

from collections.abc import Callable, Mapping
from typing import Any

from standards.errors import DocumentTooNew, DocumentTooOld

Document = dict[str, Any]

SCHEMA = 1
# Whose decision: a phone is understood for two versions after its own, which is many months.
VERSIONS_BACK = 2

# From each version to the next. A step is never changed once it has been published: phones hold documents
# of that version.
STEPS: Mapping[int, Callable[[Document], Document]] = {}


def brought_up(
    document: Mapping[str, Any],
    *,
    newest: int = SCHEMA,
    steps: Mapping[int, Callable[[Document], Document]] = STEPS,
) -> Document:
    """
    Return a document as the newest version writes it; its own number stays in `schema`.

    What names no version is returned as it is, for whoever reads its shape to refuse.

    Raises:
        DocumentTooOld: it is more than two versions old.
        DocumentTooNew: a newer program has written it.
    """
    made = dict(document)
    schema = made.get("schema")
    if not isinstance(schema, int) or isinstance(schema, bool):
        return made
    if schema > newest:
        raise DocumentTooNew(schema=schema, newest=newest)
    oldest = max(1, newest - VERSIONS_BACK)
    if schema < oldest:
        raise DocumentTooOld(schema=schema, oldest=oldest)
    for version in range(schema, newest):
        made = steps[version](made)
    return made | {"schema": schema}
