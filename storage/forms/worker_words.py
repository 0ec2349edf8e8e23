"""How a process that sets pages answers: with a mark, how many parts come, and each with its length."""

OK, FAILED = b"+", b"-"
LENGTH_BYTES = 8
