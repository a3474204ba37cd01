"""Which fields are shown: a field or its section may depend on what another field holds (cad-api.md 4.3).

A parent that was not asked holds its template's value, a hidden one holds nothing. Comparison ignores case, since
the CAD upper-cases much of what people type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.template import Dependency, Template

Answer = str | tuple[str, ...]
"""What a field holds: a text, or the chosen options of checkboxes and flags. Blank and empty are no answer."""

Answers = Mapping[str, Answer]
"""Answers by field uid."""

_TESTS: Mapping[str, Callable[[set[str], set[str]], bool]] = {
    "": lambda held, listed: bool(held & listed),  # a missing type is EQUAL
    "EQUAL": lambda held, listed: bool(held & listed),
    "NOTEQUAL": lambda held, listed: not held & listed,
    "CONTAINS": lambda held, listed: any(part in whole for part in listed for whole in held),
}


class Dependencies:
    """The dependencies of one template. A type or a parent that nobody knows hides nothing."""

    def __init__(self, template: Template) -> None:
        self._held: dict[str, Answer] = {}
        self._parents: dict[str, tuple[Dependency, ...]] = {}
        for section, field in template.each_field():
            if field.uid in self._held:
                continue
            self._held[field.uid] = field.flags or field.value
            wanted = (section.dependency, field.dependency)
            self._parents[field.uid] = tuple(one for one in wanted if one and one.fid and one.acceptable_values)

    def shown(self, answers: Answers) -> frozenset[str]:
        """Return the uids of the fields that are shown with these answers.

        Fields that only depend on each other in turn may never settle: after as many rounds as a chain can be long,
        what was shown stays, so that the search ends, and always at the same set.
        """
        held = {uid: _values(answers.get(uid, value)) for uid, value in self._held.items()}
        dependent = {uid: parents for uid, parents in self._parents.items() if parents}
        shown, before, rounds = set(held), set[str](), 0
        while shown != before:
            before = shown
            hidden = {
                uid
                for uid, parents in dependent.items()
                if not all(self._met(parent, held, before) for parent in parents)
            }
            shown = set(held) - (hidden if rounds <= len(dependent) else hidden - before)
            rounds += 1
        return frozenset(shown)

    def _met(self, dependency: Dependency, held: Mapping[str, set[str]], shown: set[str]) -> bool:
        test = _TESTS.get(dependency.type.strip().upper())
        if test is None or dependency.fid not in held:
            return True
        values = held[dependency.fid] if dependency.fid in shown else {""}
        return test(values, {_folded(value) for value in dependency.acceptable_values})


def _values(answer: Answer) -> set[str]:
    return {_folded(answer)} if isinstance(answer, str) else {_folded(value) for value in answer} or {""}


def _folded(value: str) -> str:
    return value.strip().casefold()
