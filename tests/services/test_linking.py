"""The use cases of links: one call where the bot knows enough, nothing sent that can be refused, nothing sent twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.access import Rule
from bot.domain.models import Target
from bot.errors import CadError, CadErrorKind, InvalidInput, Kept, NotApplied, Question, Sent
from bot.services.linking import HINT_VALUE, Linking, LinkIntent, Suggestion, ViewIntent
from bot.services.turn import Subject
from bot.settings import ApiVersion, DbSync
from tests.community import OTTO, PIA, Town, town
from tests.engine import drive
from tests.services.intents import MINE, add, refusal, remove

if TYPE_CHECKING:
    from bot.services.turn import Turn
    from sandbox.cad.state import Account


async def test_linking_is_one_call(place: Town, pia: Account, linking: Linking) -> None:
    outcome = await linking.change(place.turn(), add(' "ABC" '))
    assert pia.links == ["ABC"]
    assert place.asked == ["link"]
    assert (outcome.changed, outcome.undo, outcome.intent.sync_id) == (True, None, "ABC")


async def test_what_the_bot_linked_it_remembers(place: Town, pia: Account, linking: Linking) -> None:
    await linking.change(place.turn(), add())
    again = await linking.change(place.turn(), add())
    assert (again.changed, again.undo) == (False, None)
    assert pia.links == ["ABC"]


async def test_undo_takes_back_what_was_linked_after_the_list_was_read(
    place: Town, pia: Account, linking: Linking
) -> None:
    await linking.view(place.turn(), ViewIntent(subject=MINE))
    outcome = await linking.change(place.turn(), add())
    assert outcome.changed
    assert outcome.undo is not None
    undone = await linking.change(place.turn(), outcome.undo)
    assert pia.links == []
    assert (undone.changed, undone.undo) == (True, None)


async def test_linked_again_what_was_unlinked_can_be_undone(place: Town, pia: Account, linking: Linking) -> None:
    pia.links.append("ABC")
    await linking.change(place.turn(), remove())
    outcome = await linking.change(place.turn(), add())
    assert outcome.undo is not None
    await linking.change(place.turn(), outcome.undo)
    assert pia.links == []


async def test_unlinking_asks_first_and_names_what_is_confirmed(place: Town, pia: Account, linking: Linking) -> None:
    pia.links.append("ABC")
    with pytest.raises(Question) as asked:
        await linking.change(place.turn(), remove(confirmed=frozenset()))
    assert asked.value.params == {"sync_id": "ABC"}
    assert place.asked == []
    outcome = await linking.change(place.turn(), remove(confirmed=frozenset()).with_yes(asked.value.token))
    assert pia.links == []
    assert outcome.changed
    assert outcome.undo == LinkIntent(sync_id="ABC", subject=MINE, undo=True)
    await linking.change(place.turn(), outcome.undo)
    assert pia.links == ["ABC"]


async def test_unlinking_what_is_not_linked_is_a_success_without_a_write(
    place: Town, pia: Account, linking: Linking
) -> None:
    outcome = await linking.change(place.turn(), remove())
    assert (outcome.changed, outcome.undo) == (False, None)
    assert place.asked == ["links"]
    assert pia.links == []


async def test_undo_is_refused_when_somebody_changed_it_since(place: Town, pia: Account, linking: Linking) -> None:
    pia.links.append("ABC")
    outcome = await linking.change(place.turn(), remove())
    assert outcome.undo is not None
    pia.links.append("ABC")
    place.clock.now += 31
    assert (await refusal(linking, place.turn(), outcome.undo)).key == "undo-changed"
    assert "link" not in place.asked


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        (HINT_VALUE, "sync-id-hint"),
        ("", "sync-id-empty"),
        ("  ''  ", "sync-id-empty"),
        ("a/b", "sync-id-path"),
        ("..", "sync-id-path"),
        ("a\u200bb", "sync-id-characters"),
        ("x" * 256, "sync-id-too-long"),
    ],
)
async def test_nothing_is_sent_that_can_be_refused_here(
    place: Town, pia: Account, linking: Linking, typed: str, key: str
) -> None:
    for intent in (add(typed), remove(typed)):
        with pytest.raises(InvalidInput) as caught:
            await linking.change(place.turn(), intent)
        assert caught.value.key == key
    assert place.asked == []
    assert pia.links == []


async def test_without_database_sync_linking_is_explained(linking: Linking) -> None:
    place = town(db_sync=DbSync.OFF)
    assert (await refusal(linking, place.turn(), add())).key == "db-sync-off"
    assert place.asked == []


async def test_a_link_tells_that_the_community_uses_database_sync(place: Town, pia: Account, linking: Linking) -> None:
    assert not place.tenant.synced
    await linking.view(place.turn(), ViewIntent(subject=MINE))
    assert not place.tenant.synced
    pia.links.append("ABC")
    place.clock.now += 31
    assert await linking.view(place.turn(), ViewIntent(subject=MINE)) == ("ABC",)
    assert place.tenant.synced


class TestLostAnswers:
    async def test_applied(self, place: Town, pia: Account, linking: Linking) -> None:
        place.cad.lose("link", applied=True)
        outcome = await linking.change(place.turn(), add())
        assert outcome.read_back
        assert outcome.changed
        assert pia.links == ["ABC"]
        assert place.asked == ["link", "links"]

    async def test_not_applied_is_kept_and_sent_again(self, place: Town, pia: Account, linking: Linking) -> None:
        place.cad.lose("link", applied=False)
        kept = await self.kept(linking, place.turn(), add())
        assert kept.key == "kept-unsent"
        assert pia.links == []
        assert place.asked == ["link", "links"]
        await drive(place.operations.attempt, kept.operation, place.clock)
        assert pia.links == ["ABC"]
        assert place.asked == ["link"]

    async def test_removal(self, place: Town, pia: Account, linking: Linking) -> None:
        pia.links.append("ABC")
        place.cad.lose("unlink", applied=False)
        kept = await self.kept(linking, place.turn(), remove())
        assert (kept.key, pia.links) == ("kept-unsent", ["ABC"])
        await drive(place.operations.attempt, kept.operation, place.clock)
        assert pia.links == []
        pia.links.append("ABC")
        place.cad.lose("unlink", applied=True)
        assert (await linking.change(place.turn(), remove())).read_back
        assert pia.links == []

    async def test_unreadable_is_read_later_and_not_sent_again(
        self, place: Town, pia: Account, linking: Linking
    ) -> None:
        place.cad.lose("link", applied=True)
        place.cad.break_("links", CadErrorKind.TIMEOUT)
        kept = await self.kept(linking, place.turn(), add())
        assert kept.key == "kept-unknown"
        place.asked.clear()
        await drive(place.operations.attempt, kept.operation, place.clock)
        assert place.asked == ["links"]
        assert pia.links == ["ABC"]

    async def test_what_was_not_sent_is_sent_later(self, place: Town, pia: Account, linking: Linking) -> None:
        place.cad.break_("link", CadErrorKind.TRANSPORT, Sent.NO)
        kept = await self.kept(linking, place.turn(), add())
        assert kept.key == "kept-unsent"
        assert place.asked == ["link"]
        await drive(place.operations.attempt, kept.operation, place.clock)
        assert place.asked == ["link"]
        assert pia.links == ["ABC"]

    @pytest.mark.usefixtures("pia")
    async def test_an_approval_is_asked_again_instead(self, place: Town, linking: Linking) -> None:
        place.cad.break_("link", CadErrorKind.TRANSPORT, Sent.NO)
        with pytest.raises(CadError):
            await linking.approve(place.turn(OTTO, Rule.APPROVER), add())
        place.cad.lose("link", applied=False)
        with pytest.raises(NotApplied, match="link-not-applied"):
            await linking.approve(place.turn(OTTO, Rule.APPROVER), add())
        assert await place.operations.of_guild(place.guild.id) == ()

    @staticmethod
    async def kept(linking: Linking, turn: Turn, intent: LinkIntent) -> Kept:
        with pytest.raises(Kept) as caught:
            await linking.change(turn, intent)
        return caught.value


class TestRemovedElsewhere:
    """A 404 for a removal may mean the account or the link: the list tells which."""

    async def test_what_is_gone_already_is_a_success(self, place: Town, pia: Account, linking: Linking) -> None:
        await linking.change(place.turn(), add())
        pia.links.clear()
        place.cad.break_("unlink", CadErrorKind.NOT_FOUND, Sent.ANSWERED)
        assert not (await linking.change(place.turn(), remove())).changed

    async def test_what_is_still_there_is_a_failure(self, place: Town, pia: Account, linking: Linking) -> None:
        await linking.change(place.turn(), add())
        place.cad.break_("unlink", CadErrorKind.NOT_FOUND, Sent.ANSWERED)
        with pytest.raises(CadError):
            await linking.change(place.turn(), remove())
        assert pia.links == ["ABC"]


class TestMissingAccounts:
    async def test_the_step_that_is_missing(self, place: Town, linking: Linking) -> None:
        refused = await refusal(linking, place.turn(), add())
        assert refused.key == "account-none-discord"
        assert "link" not in place.state.changes

    @pytest.mark.parametrize(
        ("status", "key"),
        [(0, "account-pending"), (2, "account-expired"), (3, "account-removed"), (4, "account-banned")],
    )
    async def test_on_view(self, place: Town, linking: Linking, status: int, key: str) -> None:
        place.resident("Pia", PIA, status=status)
        place.cad.lose("links", applied=False)
        with pytest.raises(CadError):
            await linking.view(place.turn(), ViewIntent(subject=MINE))
        unknown = CadError(CadErrorKind.NOT_LINKED, sent=Sent.ANSWERED)
        explained = await place.accounts.explain(place.turn(), Target.of(discord=PIA), unknown)
        assert (explained.key, explained.params) == (key, {"account": "Pia"})

    async def test_an_unknown_api_id_is_named(self, place: Town, linking: Linking) -> None:
        refused = await refusal(linking, place.turn(rule=Rule.STAFF), add("ABC", Subject(api_id="lic")))
        assert (refused.key, refused.params) == ("account-none-api-id", {"id": "lic"})

    async def test_v1_players_have_no_name_there(self, linking: Linking) -> None:
        place = town(ApiVersion.V1)
        assert (await refusal(linking, place.turn(), add())).key == "account-unknown"
        other = add("ABC", Subject(member_id=OTTO))
        assert (await refusal(linking, place.turn(rule=Rule.STAFF), other)).key == "account-unknown-member"
        assert place.asked == []


class TestVersionOne:
    @pytest.fixture
    def place(self) -> Town:
        return town(ApiVersion.V1)

    @pytest.fixture
    def pia(self, place: Town) -> Account:
        return place.resident("Pia", api_ids=["STEAM:1"])

    async def test_names_the_account(self, place: Town, pia: Account, linking: Linking) -> None:
        outcome = await linking.change(place.turn(rule=Rule.STAFF), add("ABC", Subject(api_id="STEAM:1")))
        assert (outcome.account, outcome.changed) == ("Pia", True)
        assert place.asked == ["link"]
        assert pia.links == ["ABC"]

    async def test_reads_back_after_every_removal(self, place: Town, pia: Account, linking: Linking) -> None:
        pia.links.append("ABC")
        turn = place.turn(rule=Rule.STAFF)
        outcome = await linking.change(turn, remove("ABC", Subject(api_id="STEAM:1")))
        assert place.asked == ["links", "unlink", "links"]
        assert (outcome.changed, outcome.read_back) == (True, False)

    async def test_takes_no_removal_at_its_word_when_it_cannot_look(
        self, place: Town, pia: Account, linking: Linking
    ) -> None:
        pia.links.append("ABC")
        turn, subject = place.turn(rule=Rule.STAFF), Subject(api_id="STEAM:1")
        await linking.view(turn, ViewIntent(subject=subject))
        place.cad.break_("links", CadErrorKind.TIMEOUT)
        with pytest.raises(Kept) as caught:
            await linking.change(turn, remove("ABC", subject))
        assert not caught.value.unsent
        assert pia.links == []


class TestSuggestions:
    async def test_come_from_memory_alone(self, place: Town, pia: Account, linking: Linking) -> None:
        pia.links += ["ABC", "XYZ"]
        assert await linking.suggest(place.turn(), MINE, "", remove=False) == ()
        await linking.view(place.turn(), ViewIntent(subject=MINE))
        place.asked.clear()
        found = await linking.suggest(place.turn(), MINE, " x", remove=True)
        assert found == (Suggestion("XYZ", "", linked=True),)
        assert place.cad.asked == []

    async def test_name_the_characters(self, linking: Linking) -> None:
        place = town()
        place.state.community.db_sync = True
        pia = place.resident("Pia", PIA)
        pia.links.append("ABC")
        place.state.add_game_character("ABC", {"first": "Jane", "last": "Doe"})
        turn = place.turn()
        await turn.tenant.cad.characters(turn.caller, Target.of(discord=PIA))
        (found,) = await linking.suggest(turn, MINE, "jane", remove=False)
        assert (found.sync_id, found.linked) == ("ABC", True)
        assert "Jane" in found.name or "JANE" in found.name

    async def test_removing_offers_only_what_is_linked(self, place: Town, pia: Account, linking: Linking) -> None:
        pia.links += ["A1", "A2"]
        await linking.change(place.turn(), remove("A1"))
        assert [one.sync_id for one in await linking.suggest(place.turn(), MINE, "", remove=True)] == ["A2"]
        adding = await linking.suggest(place.turn(), MINE, "", remove=False)
        assert [(one.sync_id, one.linked) for one in adding] == [("A1", False), ("A2", True)]

    @pytest.mark.usefixtures("pia")
    async def test_never_another_members(self, place: Town, linking: Linking) -> None:
        place.resident("Otto", OTTO).links.append("OTTOS")
        await linking.view(place.turn(OTTO), ViewIntent(subject=Subject(member_id=OTTO)))
        assert await linking.suggest(place.turn(), MINE, "", remove=False) == ()

    async def test_an_account_without_a_name_has_none(self, linking: Linking) -> None:
        assert await linking.suggest(town(ApiVersion.V1).turn(), MINE, "", remove=False) == ()
