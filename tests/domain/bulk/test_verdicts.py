"""Verdicts: what rows of one file say against each other, and against what is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain.bulk.rows import LinkRow, NewRow, OwnerRow, Whose
from bot.domain.bulk.verdicts import RowVerdict, judge_characters, judge_links, judge_owners
from bot.domain.models import Target
from tests.domain import templates

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bot.domain.bulk.verdicts import CheckedRow

READY, ALREADY, HELD, TWICE, WRONG = (RowVerdict(one) for one in ("ready", "already", "held", "twice", "wrong"))
A, B = Whose(api_id="a"), Whose(api_id="b")
ALIAS, STRANGER = Whose(username="also a"), Whose(member_id=1)
UNIQUE = templates.form(templates.field("ssn", unique=True), staff=True).unique


@dataclass
class What:
    """What is known, as data."""

    links: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)

    def account(self, whose: Whose) -> Target | None:
        if whose.member_id is not None:
            return None
        return Target.of(account="a" if whose == ALIAS else str(whose.api_id))

    def linked(self, account: Target, sync_id: str) -> bool | None:
        return self.links.get((account.value, sync_id))

    def holders(self, sync_id: str) -> Collection[Target]:
        return {Target.of(account=who) for (who, one), linked in self.links.items() if one == sync_id and linked}

    def owner(self, sync_id: str) -> str | None:
        return self.owners.get(sync_id)


def told(rows: list[CheckedRow]) -> list[tuple[RowVerdict, list[tuple[str, object]]]]:
    return [(one.verdict, [(why.key, why.params.get("line")) for why in one.reasons]) for one in rows]


def links(
    *rows: tuple[Whose, str] | tuple[Whose, str, str], known: What | None = None, held: bool = False
) -> list[CheckedRow]:
    """Judge rows of (whose, sync ID with `-` before one to remove, old sync ID); numbers count from 1."""
    made = [
        LinkRow(number, row[0], row[1].removeprefix("-"), row[2] if len(row) > 2 else "", row[1].startswith("-"))
        for number, row in enumerate(rows, 1)
    ]
    judged = judge_links(made, known or What(), held=held)
    assert [one.number for one in judged] == [one.number for one in made]
    return judged


class TestInTheFile:
    def test_rows_that_have_nothing_to_do_with_each_other(self) -> None:
        judged = links((A, "X"), (B, "Y"), (A, "-Z"), (A, "N", "O"))
        assert told(judged) == [(READY, [])] * 4

    def test_case_tells_sync_ids_apart(self) -> None:
        assert told(links((A, "x"), (B, "X"))) == [(READY, [])] * 2

    def test_the_same_again_is_left_out_by_whatever_name(self) -> None:
        judged = links((A, "X"), (ALIAS, "X"), (A, "X"))
        assert told(judged) == [(READY, []), (TWICE, [("bulk-row-twice", 1)]), (TWICE, [("bulk-row-twice", 1)])]

    def test_one_sync_id_for_two_accounts_names_both_lines(self) -> None:
        judged = links((A, "X"), (A, "Y"), (B, "X"))
        assert told(judged) == [
            (WRONG, [("bulk-row-two-accounts", 3)]),
            (READY, []),
            (WRONG, [("bulk-row-two-accounts", 1)]),
        ]

    def test_add_and_remove_of_the_same(self) -> None:
        contradiction = "bulk-row-contradiction"
        assert told(links((A, "X"), (A, "-X"))) == [(WRONG, [(contradiction, 2)]), (WRONG, [(contradiction, 1)])]
        assert told(links((A, "N", "O"), (A, "O"))) == [(WRONG, [(contradiction, 2)]), (WRONG, [(contradiction, 1)])]

    def test_taking_from_one_and_giving_to_another_is_none(self) -> None:
        assert told(links((A, "-X"), (B, "X"))) == [(READY, [])] * 2

    def test_a_member_whom_nobody_knows(self) -> None:
        judged = links((STRANGER, "X"), (A, "X"))
        assert told(judged) == [(WRONG, [("bulk-row-member-unknown", None)]), (READY, [])]


class TestAgainstWhatIsKnown:
    def test_what_is_so_already(self) -> None:
        known = What({("a", "X"): True, ("a", "Y"): False, ("a", "O"): True})
        judged = links((A, "X"), (A, "-Y"), (A, "-X2"), known=known)
        assert told(judged) == [
            (ALREADY, [("bulk-row-linked", None)]),
            (ALREADY, [("bulk-row-not-linked", None)]),
            (READY, []),
        ]
        assert told(links((A, "X", "O"), known=known)) == [(READY, [])]
        assert told(links((A, "X", "Y"), known=known)) == [(ALREADY, [("bulk-row-linked", None)])]

    def test_what_is_another_accounts_needs_a_yes(self) -> None:
        known = What({("b", "X"): True})
        (asked,) = links((A, "X"), known=known)
        assert (asked.verdict, [why.key for why in asked.reasons]) == (HELD, ["bulk-row-held"])
        (allowed,) = links((A, "X"), known=known, held=True)
        assert allowed.verdict is READY
        assert allowed.row == LinkRow(1, A, "X", held=True)

    def test_an_earlier_line_that_takes_it_from_there_is_enough(self) -> None:
        known = What({("b", "X"): True})
        assert [one.verdict for one in links((B, "-X"), (A, "X"), known=known)] == [READY, READY]
        assert [one.verdict for one in links((B, "N", "X"), (A, "X"), known=known)] == [READY, READY]
        assert [one.verdict for one in links((A, "X"), (B, "-X"), known=known)] == [HELD, READY]


class TestOwners:
    def test_verdicts(self) -> None:
        rows = [("X", "1"), ("Y", "2"), ("X", "1"), ("Z", "3"), ("Z", "4"), ("y", "2")]
        made = [OwnerRow(number, *row) for number, row in enumerate(rows, 1)]
        judged = judge_owners(made, What(owners={"Y": "2", "y": "1"}))
        assert told(judged) == [
            (READY, []),
            (ALREADY, [("bulk-row-owner-known", None)]),
            (TWICE, [("bulk-row-twice", 1)]),
            (WRONG, [("bulk-row-two-owners", 5)]),
            (WRONG, [("bulk-row-two-owners", 4)]),
            (READY, []),
        ]


class TestCharacters:
    def test_verdicts(self) -> None:
        rows = [
            (A, {"first": "Jane", "ssn": "1"}),
            (ALIAS, {"ssn": "1", "first": "Jane"}),
            (B, {"first": "Jane"}),
            (STRANGER, {"first": "Jane"}),
        ]
        judged = judge_characters([NewRow(number, *row) for number, row in enumerate(rows, 1)], What(), ())
        assert told(judged) == [
            (READY, []),
            (TWICE, [("bulk-row-twice", 1)]),
            (READY, []),
            (WRONG, [("bulk-row-member-unknown", None)]),
        ]

    def test_what_must_be_unique(self) -> None:
        values = [{"ssn": "ab"}, {"ssn": "AB"}, {"ssn": "c"}, {"first": "x"}, {"first": "y"}]
        rows = [NewRow(number, A, value) for number, value in enumerate(values, 1)]
        judged = judge_characters(rows, What(), UNIQUE)
        assert [one.verdict for one in judged] == [WRONG, WRONG, READY, READY, READY]
        assert [(why.key, why.column) for why in judged[0].reasons] == [("bulk-row-unique", "Ssn")]
