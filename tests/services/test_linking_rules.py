"""What players may link to themselves, and what is known to be somebody else's."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.domain.access import Rule
from bot.domain.models import Target
from bot.errors import Question
from bot.services.linking import Linking, LinkOutcome, ViewIntent
from bot.services.turn import Subject
from bot.settings import ApiVersion
from bot.storage import owners
from bot.storage.bindings import Source
from tests.community import GUILD, OTTO, PIA, Town, town
from tests.services.binding import bind
from tests.services.intents import MINE, add, refusal, remove

if TYPE_CHECKING:
    from sandbox.cad.state import Account


async def own(place: Town, sync_id: str, owner: str, guild: int = GUILD) -> None:
    """Store what the game database says of an owner."""
    await place.database.write(lambda tx: owners.put(tx, guild, {sync_id: owner}, job_id="job", now=1.0))


class TestPlayersOwnLinks:
    async def test_approval_answers_that_staff_must_do_it(self, place: Town, pia: Account, linking: Linking) -> None:
        refused = await refusal(linking, place.turn(rule=Rule.APPROVAL), add())
        assert (refused.key, refused.params) == ("self-link-approval", {"sync_id": "ABC"})
        assert pia.links == []
        assert place.asked == []

    @pytest.mark.parametrize(("sync_id", "allowed"), [("char1:lic", True), ("char1:LIC", False), ("char1:x", False)])
    async def test_a_proven_pattern_needs_no_approval(
        self, place: Town, pia: Account, linking: Linking, sync_id: str, *, allowed: bool
    ) -> None:
        pia.community_user_id = "lic"
        place.policy = replace(place.policy, self_link_pattern="char#:{api_id}")
        turn = place.turn(rule=Rule.APPROVAL)
        if allowed:
            assert (await linking.change(turn, add(sync_id))).changed
        else:
            assert (await refusal(linking, turn, add(sync_id))).key == "self-link-approval"
        assert pia.links == ([sync_id] if allowed else [])

    @pytest.mark.parametrize("owner", [str(PIA), f"discord:{PIA}"])
    async def test_whom_the_game_database_names_by_his_discord_id_links_at_once(
        self, place: Town, pia: Account, linking: Linking, owner: str
    ) -> None:
        await own(place, "ABC", owner)
        assert (await linking.change(place.turn(rule=Rule.APPROVAL), add("ABC"))).changed
        assert pia.links == ["ABC"]
        assert place.asked == ["link"]

    @pytest.mark.parametrize(("sync_id", "allowed"), [("char1:Abc", True), ("char1:abc", False), ("Abc", False)])
    async def test_whom_it_names_by_a_proven_id_links_at_once(
        self, place: Town, pia: Account, linking: Linking, sync_id: str, *, allowed: bool
    ) -> None:
        pia.community_user_id = "license:lic"
        await own(place, "char1:Abc", "license:lic")
        turn = place.turn(rule=Rule.APPROVAL)
        if allowed:
            assert (await linking.change(turn, add(sync_id))).changed
        else:
            assert (await refusal(linking, turn, add(sync_id))).key == "self-link-approval"
        assert pia.links == ([sync_id] if allowed else [])

    @pytest.mark.parametrize("owner", [str(OTTO), "license:LIC", "lic", f"Discord:{PIA}", f"{PIA}0"])
    async def test_another_owner_is_for_staff_to_decide(
        self, place: Town, pia: Account, linking: Linking, owner: str
    ) -> None:
        pia.community_user_id = "license:lic"
        await own(place, "ABC", owner)
        assert (await refusal(linking, place.turn(rule=Rule.APPROVAL), add("ABC"))).key == "self-link-approval"
        assert pia.links == []

    async def test_an_owner_in_another_guild_is_none_here(self, place: Town, pia: Account, linking: Linking) -> None:
        await own(place, "ABC", str(PIA), guild=GUILD + 1)
        assert (await refusal(linking, place.turn(rule=Rule.APPROVAL), add("ABC"))).key == "self-link-approval"
        assert pia.links == []

    async def test_an_id_that_an_account_typed_is_no_owner(self) -> None:
        place = town(ApiVersion.V1)
        linking = Linking(place.accounts, place.history)
        account = place.resident("Pia", api_ids=["license:lic"])
        await bind(place, PIA, account, source=Source.SECRET, api_id="license:lic")
        await own(place, "ABC", "license:lic")
        assert (await refusal(linking, place.turn(rule=Rule.APPROVAL), add("ABC"))).key == "self-link-approval"
        await bind(place, PIA, account, api_id="license:lic", api_id_proven=True)
        assert (await linking.change(place.turn(rule=Rule.APPROVAL), add("ABC"))).changed

    async def test_an_owner_does_not_take_what_is_anothers(self, place: Town, pia: Account, linking: Linking) -> None:
        await own(place, "ABC", str(PIA))
        place.tenant.memory.note(Target.of(discord=OTTO), "ABC", linked=True)
        assert (await refusal(linking, place.turn(rule=Rule.APPROVAL), add("ABC"))).key == "link-held"
        assert pia.links == []

    @pytest.mark.usefixtures("pia")
    async def test_no_id_proves_nothing(self, place: Town, linking: Linking) -> None:
        place.policy = replace(place.policy, self_link_pattern="char#:{api_id}")
        assert (await refusal(linking, place.turn(rule=Rule.APPROVAL), add("char1:"))).key == "self-link-approval"

    async def test_a_typed_id_of_v1_proves_nothing(self, linking: Linking) -> None:
        place = town(ApiVersion.V1, api_id_is_discord_id=True)
        account = place.resident("Pia", api_ids=[str(PIA)])
        place.policy = replace(place.policy, self_link_pattern="char#:{api_id}")
        intent = add(f"char1:{PIA}", MINE, f"account:{account.uuid}")
        assert (await refusal(linking, place.turn(rule=Rule.APPROVAL), intent)).key == "self-link-approval"
        assert account.links == []

    async def test_an_unknown_account_is_told_its_step_first(self, place: Town, linking: Linking) -> None:
        place.policy = replace(place.policy, self_link_pattern="char#:{api_id}")
        refused = await refusal(linking, place.turn(rule=Rule.APPROVAL), add("char1:lic"))
        assert refused.key == "account-none-discord"

    async def test_the_limit_is_counted_by_a_fresh_read(self, place: Town, pia: Account, linking: Linking) -> None:
        place.policy = replace(place.policy, max_links=2)
        pia.links.append("ONE")
        await linking.view(place.turn(), ViewIntent(subject=MINE))
        pia.links.append("TWO")
        refused = await refusal(linking, place.turn(), add("THREE"))
        assert (refused.key, refused.params) == ("max-links", {"count": 2, "limit": 2})
        assert pia.links == ["ONE", "TWO"]
        assert not (await linking.change(place.turn(), add("TWO"))).changed
        assert (await linking.change(place.turn(rule=Rule.STAFF), add("THREE"))).changed

    async def test_two_at_once_do_not_pass_the_limit(self, place: Town, pia: Account, linking: Linking) -> None:
        place.policy = replace(place.policy, max_links=1)
        results = await asyncio.gather(
            *(linking.change(place.turn(), add(sync_id)) for sync_id in "ABCDEF"), return_exceptions=True
        )
        assert len(pia.links) == 1
        assert sum(isinstance(result, LinkOutcome) for result in results) == 1

    async def test_within_the_limit_two_calls(self, place: Town, pia: Account, linking: Linking) -> None:
        place.policy = replace(place.policy, max_links=2)
        await linking.change(place.turn(), add())
        assert place.asked == ["links", "link"]
        assert pia.links == ["ABC"]


class TestSomethingElsePasted:
    """What is plainly no sync ID is refused with a plain word."""

    @pytest.mark.usefixtures("pia")
    @pytest.mark.parametrize("typed", [str(PIA), f"<@{PIA}>", "<@!1234>", "<@&5>", "<#6>"])
    async def test_a_discord_id(self, place: Town, linking: Linking, typed: str) -> None:
        assert (await refusal(linking, place.turn(), add(typed))).key == "sync-id-discord"
        assert place.asked == []

    async def test_the_members_id_from_staff(self, place: Town, linking: Linking) -> None:
        other = add(str(OTTO), Subject(member_id=OTTO))
        assert (await refusal(linking, place.turn(rule=Rule.STAFF), other)).key == "sync-id-discord"

    async def test_another_number_is_a_sync_id(self, place: Town, pia: Account, linking: Linking) -> None:
        await linking.change(place.turn(), add("1234"))
        assert pia.links == ["1234"]


class TestHeldByAnother:
    @pytest.fixture
    async def otto(self, place: Town, linking: Linking) -> Account:
        """Otto's account, of which the bot knows that it has ABC."""
        otto = place.resident("Otto", OTTO, community_user_id="lic-otto")
        await linking.change(place.turn(rule=Rule.STAFF), add("ABC", Subject(api_id="lic-otto")))
        place.asked.clear()
        return otto

    @pytest.mark.usefixtures("otto")
    async def test_players_are_refused_without_the_owners_name(
        self, place: Town, pia: Account, linking: Linking
    ) -> None:
        refused = await refusal(linking, place.turn(), add())
        assert (refused.key, refused.params) == ("link-held", {"sync_id": "ABC"})
        assert pia.links == []

    @pytest.mark.usefixtures("otto")
    async def test_staff_are_asked(self, place: Town, pia: Account, linking: Linking) -> None:
        turn, subject = place.turn(OTTO, Rule.STAFF), Subject(member_id=PIA)
        with pytest.raises(Question) as asked:
            await linking.change(turn, add("ABC", subject))
        assert pia.links == []
        await linking.change(turn, add("ABC", subject).with_yes(asked.value.token))
        assert pia.links == ["ABC"]

    @pytest.mark.usefixtures("otto")
    async def test_a_yes_to_one_is_no_yes_to_another(self, place: Town, pia: Account, linking: Linking) -> None:
        await linking.change(place.turn(rule=Rule.STAFF), add("DEF", Subject(api_id="lic-otto")))
        with pytest.raises(Question):
            await linking.change(place.turn(rule=Rule.STAFF), add("DEF", MINE, "held:ABC"))
        assert pia.links == []

    async def test_the_same_account_under_another_name_is_no_other(
        self, place: Town, otto: Account, linking: Linking
    ) -> None:
        outcome = await linking.change(place.turn(OTTO), add("ABC", Subject(member_id=OTTO)))
        assert not outcome.changed
        assert otto.links == ["ABC"]

    async def test_given_up_it_is_free(self, place: Town, otto: Account, pia: Account, linking: Linking) -> None:
        await linking.change(place.turn(rule=Rule.STAFF), remove("ABC", Subject(api_id="lic-otto")))
        assert otto.links == []
        assert (await linking.change(place.turn(), add())).changed
        assert pia.links == ["ABC"]

    @pytest.mark.usefixtures("otto")
    async def test_one_without_an_account_is_told_his_step(self, place: Town, linking: Linking) -> None:
        refused = await refusal(linking, place.turn(), add())
        assert refused.key == "account-none-discord"
