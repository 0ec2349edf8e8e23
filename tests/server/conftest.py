"""What tests of the server share: the whole program, running."""

from collections.abc import Iterator

import pytest

from tests.server.whole_program import Program, running_program


@pytest.fixture
def program() -> Iterator[Program]:
    """Start the whole program for a test."""
    with running_program() as found:
        yield found
