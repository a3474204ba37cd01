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

Test = Callable[[set[str], set[str]], bool]
Condition = tuple[str, Test | None, set[str]]
"""The uid of a parent, how what it holds is compared, and with which values."""

_TESTS: Mapping[str, Test] = {
    "": lambda held, listed: bool(held & listed),  # a missing type is EQUAL
    "EQUAL": lambda held, listed: bool(held & listed),
    "NOTEQUAL": lambda held, listed: not held & listed,
    "CONTAINS": lambda held, listed: any(part in whole for part in listed for whole in held),
}


class Dependencies:
    """The dependencies of one template. A type or a parent that nobody knows hides nothing."""

    def __init__(self, template: Template) -> None:
        self._held: dict[str, Answer] = {}
        wanted: dict[str, tuple[Dependency, ...]] = {}
        for section, field in template.each_field():
            if field.uid in self._held:
                continue
            self._held[field.uid] = field.flags or field.value
            parents = (section.dependency, field.dependency)
            wanted[field.uid] = tuple(one for one in parents if one and one.fid and one.acceptable_values)
        self._dependent = {uid: tuple(map(self._condition, parents)) for uid, parents in wanted.items() if parents}
        self._parents = {parent for conditions in self._dependent.values() for parent, *_ in conditions} & set(wanted)

    @property
    def parents(self) -> frozenset[str]:
        """The uids of the fields whose answers decide which others are shown."""
        return frozenset(self._parents)

    def shown(self, answers: Answers) -> frozenset[str]:
        """Return the uids of the fields that are shown with these answers.

        Fields that only depend on each other in turn may never settle: after as many rounds as a chain can be long,
        what was shown stays, so that the search ends, and always at the same set.
        """
        held = {uid: _values(answers.get(uid, self._held[uid])) for uid in self._parents}
        shown, before, rounds = set(self._held), set[str](), 0
        while shown != before:
            before = shown
            hidden = {
                uid
                for uid, conditions in self._dependent.items()
                if not all(self._met(condition, held, before) for condition in conditions)
            }
            shown = set(self._held) - (hidden if rounds <= len(self._dependent) else hidden - before)
            rounds += 1
        return frozenset(shown)

    @staticmethod
    def _condition(dependency: Dependency) -> Condition:
        test = _TESTS.get(dependency.type.strip().upper())
        return dependency.fid, test, {_folded(value) for value in dependency.acceptable_values}

    @staticmethod
    def _met(condition: Condition, held: Mapping[str, set[str]], shown: set[str]) -> bool:
        parent, test, listed = condition
        if test is None or parent not in held:
            return True
        return test(held[parent] if parent in shown else {""}, listed)


def _values(answer: Answer) -> set[str]:
    return {_folded(answer)} if isinstance(answer, str) else {_folded(value) for value in answer} or {""}


def _folded(value: str) -> str:
    return value.strip().casefold()
