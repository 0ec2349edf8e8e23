"""People's own words in places that read Markdown."""

import pytest

from pages.parts.words import plain


@pytest.mark.parametrize(
    ("written", "escaped"),
    [
        ("SHOP-01", "SHOP-01"),
        ("No. 5 (first floor)", "No. 5 (first floor)"),
        ("- a list", r"\- a list"),
        ("**bold**", r"\*\*bold\*\*"),
        ("a [link](x)", r"a \[link\](x)"),
        ("![p](x)", r"\!\[p\](x)"),
        (":red[x] :material/home:", r"\:red\[x\] \:material/home\:"),
        ("<b>", r"\<b\>"),
        ("$x$", r"\$x\$"),
    ],
)
def test_only_what_markdown_reads_is_escaped(written, escaped):
    assert plain(written) == escaped


@pytest.mark.parametrize("address", ["www.example.invalid", "http://example.invalid", "a@example.invalid"])
def test_an_address_is_no_link(address):
    assert address not in plain(address).replace("\\", "")
