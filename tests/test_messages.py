"""The catalogues: every message that the code asks for is there with its parameters, and none is left over."""

from __future__ import annotations

import ast
import itertools
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as fluent
from fluent.syntax.visitor import Visitor

from bot.domain.access import Action, Actor, Policy, decide
from bot.domain.models import AccountStatus, TargetKind
from bot.domain.sync_id import SyncIdProblem
from bot.errors import CadErrorKind
from bot.i18n import DEFAULT_LOCALE, Catalogues, catalogue_texts
from bot.settings import PlayerAction, SelfLink
from tests.source import modules

if TYPE_CHECKING:
    from collections.abc import Iterator

ERRORS = {"CharlinkError", "Refused", "InvalidInput", "InvalidFields", "Expired", "Question"}
OWN = Catalogues.load()
ASKING = {"words", "plain", "translate"}
SENTENCE = 2000
"""The most characters of a message before its parameters: Discord's for a message's text."""


class Variables(Visitor):
    """Collects the names of the variables in a message."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def visit_VariableReference(self, node: fluent.VariableReference) -> None:  # noqa: N802 - the visitor's convention
        self.found.add(node.id.name)


@cache
def catalogue(locale: str = DEFAULT_LOCALE) -> dict[str, frozenset[str]]:
    """Return the variables of each message of a catalogue."""
    parsed = FluentParser().parse(catalogue_texts()[locale])
    found = {}
    for entry in parsed.body:
        assert not isinstance(entry, fluent.Junk), entry.content
        if isinstance(entry, fluent.Message):
            assert entry.id.name not in found, f"{entry.id.name} is there twice"
            variables = Variables()
            variables.visit(entry)
            found[entry.id.name] = frozenset(variables.found)
    return found


def refusals() -> set[str]:
    """Return the key of every refusal that a decision can lead to, by asking for all of them."""
    roles = [frozenset(some) for n in range(3) for some in itertools.combinations((1, 2, 3, 4), n)]
    sets = [frozenset[int](), frozenset({1})]
    found: set[str] = set()
    players = (frozenset[int](), frozenset({2}))
    may = (frozenset(PlayerAction), frozenset[PlayerAction]())
    for staff, those, rights, self_link in itertools.product(sets, players, may, SelfLink):
        policy = Policy(1, staff, those, blocked=frozenset({4}), player_may=rights, self_link=self_link)
        for held, guild, target, action in itertools.product(roles, (1, 2), (9, 8, None), Action):
            decision = decide(Actor(9, guild, held), policy, action, target)
            if not decision.allowed:
                found.add(f"rule-{decision.rule}" + ("" if decision.missing else "-nobody"))
    return found


def built() -> set[str]:
    """Return the keys that the code puts together."""
    unusable = (status for status in AccountStatus if status is not AccountStatus.ACTIVE)
    named = (kind for kind in TargetKind if kind is not TargetKind.USERNAME)  # nobody is named by it
    return {
        *refusals(),
        *(f"cad-{kind}" for kind in CadErrorKind),
        *(f"account-{status.name.lower()}" for status in unusable),
        *(f"account-none-{kind.replace('_', '-')}" for kind in named),
        *(f"{key}-yes" for key in questions()),
        *("-".join(parts) for parts in itertools.product(("link", "unlink"), ("done", "already", "undone"))),
        *(f"sync-id-{problem}" for problem in SyncIdProblem),
        *(f"hint-{kind}" for kind in ("date", "time", "mask")),
    }


def questions() -> set[str]:
    return {key for name, key, _ in asked() if name == "Question"}


def asked() -> Iterator[tuple[str, str, ast.Call]]:
    """Yield (who asks, key, call) for every message that is asked for by a literal key."""
    for tree in modules("bot", "cogs").values():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            place = {"Problem": 1, "Hint": 0, "Reason": 0, **dict.fromkeys(ERRORS | ASKING, 0)}.get(name)
            if place is not None and len(call.args) > place:
                for key in _literals(call.args[place]):
                    yield name, key, call


def _literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


def literals() -> set[str]:
    """Return every string in the code."""
    nodes = (node for tree in modules("bot", "cogs").values() for node in ast.walk(tree))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@cache
def patterns() -> re.Pattern[str]:
    """Return what the keys look like that the code puts together out of a fixed part and a value."""
    found = set()
    for tree in modules("bot", "cogs").values():
        for node in (one for one in ast.walk(tree) if isinstance(one, ast.JoinedStr)):
            parts = [str(one.value) if isinstance(one, ast.Constant) else "" for one in node.values]
            if re.fullmatch(r"[a-z0-9-]{3,}", "".join(parts)):
                found.add("".join(re.escape(part) or "[a-z0-9-]+" for part in parts))
    return re.compile("|".join(sorted(found)))


def test_the_code_asks_by_literal_keys() -> None:
    assert len({key for _, key, _ in asked()}) > 50


def test_every_message_asked_for_is_there() -> None:
    assert {key for _, key, _ in asked()} - catalogue().keys() == set()


def test_every_message_put_together_is_there() -> None:
    assert built() - catalogue().keys() == set()


def test_no_message_is_left_over() -> None:
    left = catalogue().keys() - literals() - built()
    assert {key for key in left if not patterns().fullmatch(key)} == set()


def test_every_parameter_is_given() -> None:
    for name, key, call in asked():
        given = {one.arg for one in call.keywords}
        if None in given or name in {"Problem", "Hint", "Reason", "InvalidFields"} or key not in catalogue():
            continue
        assert catalogue()[key] <= given, f"{key} (line {call.lineno})"


@pytest.mark.parametrize("locale", OWN.locales)
def test_catalogues_have_the_same_messages_and_variables(locale: str) -> None:
    assert catalogue(locale) == catalogue()


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_every_message_can_be_said(key: str) -> None:
    for locale in OWN.locales:
        for value in (0, 1, 7):
            params: dict[str, str | int] = dict.fromkeys(catalogue()[key], value)
            text = OWN.translate(key, locale, **params)
            assert 0 < len(text) < SENTENCE
            assert "{" not in text
            headline = text.split("\n")[0]
            assert headline == headline.strip() != ""


def test_refusals_say_that_nothing_changed_or_what_to_do() -> None:
    """A headline alone does not help: every refusal and failure has a second sentence."""
    keys = [key for name, key, _ in asked() if name in ERRORS - {"Question"}]
    keys += [key for key in built() if key.startswith(("rule-", "cad-", "account-")) and not key.endswith("-yes")]
    for key in keys:
        if key != "rule-no-action-nobody":
            text = OWN.translate(key, DEFAULT_LOCALE, **dict.fromkeys(catalogue()[key], 1))
            assert "\n" in text, key
