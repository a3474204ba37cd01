"""The options of one field, to be chosen by their names: folded once, then each name is only looked up.

Only a name that is unknown is compared, and with a bounded effort: players type it, and communities have long lists.
"""

from __future__ import annotations

import difflib
import heapq
from functools import cached_property
from typing import TYPE_CHECKING

from bot.domain.fields import OPTION_LIMIT, SELECT_LIMIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.fields import FormField

_CLOSE = 0.4  # how alike an option must be to be offered, from 0 to 1
_COMPARED = 50  # options that are compared letter by letter: those that share the most letters with the name
_LETTERS = 32  # of either side that are compared: the effort grows with their square, and more


class Choices:
    """The options of a field by name: their own spelling, or one that differs in case and blanks only."""

    def __init__(self, field: FormField) -> None:
        self._values = dict.fromkeys(option.value for option in field.options)

    def find(self, name: str) -> str | None:
        """Return the template's own spelling: the same text, else the only option that reads alike, else None."""
        if name in self._values:
            return name
        alike = self._by_fold.get(_folded(name), ())
        return alike[0] if len(alike) == 1 else None

    def split(self, typed: str) -> Sequence[str]:
        """Return the names in what was typed: one a line, or separated by commas where that is no option by itself."""
        lines = typed.splitlines()
        return lines if len(lines) > 1 or self.find(typed) is not None else typed.split(",")

    def near(self, name: str) -> tuple[str, ...]:
        """Return at most 25 options that may be meant by an unknown name.

        Those that read alike; else those that contain it, then those spelled alike, the closest first.
        """
        folded = _folded(name)
        typed = folded[:OPTION_LIMIT]
        found = self._by_fold.get(folded) or [
            *(value for fold, values in self._named if typed in fold for value in values),
            *self._close(typed[:_LETTERS]),
        ]
        return tuple(dict.fromkeys(found))[:SELECT_LIMIT]

    @cached_property
    def _by_fold(self) -> dict[str, list[str]]:
        folds: dict[str, list[str]] = {}
        for value in self._values:
            folds.setdefault(_folded(value), []).append(value)
        return folds

    @property
    def _named(self) -> Sequence[tuple[str, list[str]]]:
        """What can be offered: an option without a name can't."""
        return [(fold, values) for fold, values in self._by_fold.items() if fold]

    def _close(self, typed: str) -> list[str]:
        letters = set(typed)
        begun: dict[str, list[str]] = {}
        for fold, values in self._named:
            begun.setdefault(fold[:_LETTERS], []).extend(values)
        compared = heapq.nsmallest(_COMPARED, begun, key=lambda fold: len(letters.symmetric_difference(fold)))
        close = difflib.get_close_matches(typed, compared, n=SELECT_LIMIT, cutoff=_CLOSE)
        return [value for fold in close for value in begun[fold]]


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
