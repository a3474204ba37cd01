"""What people can rely on in an answer: its outcome in the first words, and its reference."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.e2e.world import shown, text

if TYPE_CHECKING:
    from sandbox.discord import Exchange

REFERENCE = re.compile(r"[Rr]eference[^`\n]*`([A-Z0-9a-z_-]{6,})`")
UNCERTAIN = re.compile(r"not certain|not be found out|may be there already", re.IGNORECASE)
UNCHANGED = re.compile(
    r"nothing (was|has been|had to be|had to) (changed|created|sent|linked|unlinked|change)|\bNot (un)?linked\b"
    r"|\bNot created\b|\bNot undone\b|\bwas not (un)?linked\b",
    re.IGNORECASE,
)


def headline(exchange: Exchange) -> str:
    """Return the first words of an answer: its plain text's first line."""
    return (shown(exchange).content or text(exchange)).partition("\n")[0]


def reference(exchange: Exchange) -> str:
    """Return the reference in an answer, empty where it has none."""
    found = REFERENCE.search(text(exchange))
    return found[1] if found else ""


def says_done(exchange: Exchange) -> bool:
    """Whether the answer says that what was wanted is done (now or already)."""
    done = ("Linked", "Already linked", "Unlinked", "Undone", "Created", "Done: ")
    return headline(exchange).startswith(done) and not says_unchanged(exchange)


def says_kept(exchange: Exchange) -> bool:
    """Whether the answer says that the bot goes on by itself."""
    return headline(exchange).startswith("Kept: ")


def says_unchanged(exchange: Exchange) -> bool:
    """Whether the answer says that nothing was changed."""
    return UNCHANGED.search(text(exchange)) is not None and not says_uncertain(exchange)


def says_uncertain(exchange: Exchange) -> bool:
    """Whether the answer says that nobody knows yet."""
    return UNCERTAIN.search(text(exchange)) is not None


def assert_refused(exchange: Exchange, *words: str) -> None:
    """Check that the answer is a refusal that says so, with these words and a reference."""
    assert not says_done(exchange), text(exchange)
    assert reference(exchange), text(exchange)
    for each in words:
        assert each.casefold() in text(exchange).casefold(), text(exchange)
