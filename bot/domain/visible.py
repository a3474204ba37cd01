"""What can be seen of a text: names that people gave may consist of nothing but blanks and invisible characters."""

from __future__ import annotations

import unicodedata

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # control, format, half surrogates, separators
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that are drawn as nothing: fillers, the empty Braille pattern."""
_MARKS = frozenset({"Mn", "Me"})  # are drawn upon another character only


def blanked(text: str) -> str:
    """Return the text with a blank for everything that is invisible, and nothing else changed."""
    return "".join(" " if _unseen(character) else character for character in text)


def visible(text: str) -> str:
    """Return the text as it reads: what is invisible is a blank, none at either end; of marks alone nothing is left."""
    shown = blanked(text).strip()
    return shown if any(unicodedata.category(character) not in _MARKS for character in shown) else ""


def first_visible(*names: str) -> str:
    """Return the first name of which anything can be seen, as it is but for blanks around it; else blank."""
    return next((name.strip() for name in names if visible(name)), "")


def _unseen(character: str) -> bool:
    return character in _BLANK or unicodedata.category(character) in _INVISIBLE
