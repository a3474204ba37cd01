"""The history's words: everything there is has some, and what others wrote in it harms nobody."""

from __future__ import annotations

import pytest

from bot.domain.access import Action, Rule
from bot.i18n import Catalogues
from bot.services.auditing import PAGE, Export
from bot.services.explaining import KINDS
from bot.storage.history import State
from bot.ui.access import KIND, RULES
from bot.ui.audit import OUTCOME, WHAT, export_reply, line_of
from bot.ui.reply import DESCRIPTION
from bot.ui.words import Words
from tests.cogs.entries import entry

WORDS = Words(Catalogues.load(), "en-US")


def test_everything_has_its_words() -> None:
    assert WHAT.keys() >= {str(action) for action in Action}
    assert OUTCOME.keys() == set(State)
    assert RULES.keys() == set(Rule)
    assert tuple(KIND) == KINDS


def test_ten_of_the_longest_lines_fit_into_a_message() -> None:
    assert max(len(WORDS.plain(key, 300, id="")) for key in WHAT.values()) < 50
    row = entry(
        2**63, actor_id=2**63, member_id=None, account="a" * 300, subject="`" * 300,
        state=State.REFUSED, cause="rule-staff-only-nobody", reference="R" * 16,
    )  # fmt: skip
    assert PAGE * (len(line_of(WORDS, row)) + 3) < DESCRIPTION


@pytest.mark.parametrize(
    "hostile", ["<@123> @everyone", "[x](https://evil.example)", "**bold**", "`` ` ``", "a\u202eb"]
)
def test_what_others_wrote_is_shown_as_it_reads(hostile: str) -> None:
    for row in (entry(1, subject=hostile), entry(1, member_id=None, account=hostile), entry(1, action=hostile)):
        line = line_of(WORDS, row)
        outside = "".join(line.split("`")[::2]) if "`" not in hostile else ""
        assert hostile not in outside
        assert "\u202e" not in line
    assert line_of(WORDS, entry(1, state=State.FAILED, cause=hostile[:64])).count("\n") == 0


def test_a_cut_file_says_so() -> None:
    reply = export_reply(WORDS, Export(b"x", 3, 5))
    assert "newest 3 of 5 entries" in reply.detail
    assert "Cut" not in export_reply(WORDS, Export(b"x", 5, 5)).detail
