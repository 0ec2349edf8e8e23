"""What every problem a person can meet is made of."""

from typing import Any, ClassVar


class Problem(Exception):  # noqa: N818 - the field's word: what the reader meets is a problem
    """
    Something the reader can act on; `text` is filled from the keywords given to it.

    A programming mistake is no Problem: it crashes, and is mended.
    """

    code: ClassVar[str] = "PROBLEM"
    text: ClassVar[str] = ""

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(f"{self.text.format(**facts)} ({self.code})")
