"""`/chars list`, `select` and `remove` as people use them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import CadErrorKind, Sent
from bot.services.tenants import Guild
from bot.settings import ApiVersion, DbSync, PlayerAction
from sandbox.cad.state import Community
from tests.cogs.people_of_the_cad import born, choose, deeds, settled, stop
from tests.cogs.stage import Answer, staged
from tests.community import Town, config_of, town

if TYPE_CHECKING:
    from sandbox.cad.state import Account
    from tests.cogs.stage import Stage


@pytest.fixture
def place() -> Town:
    return settled(town())


class TestList:
    async def test_names_them_and_what_tells_them_apart(self, stage: Stage, pia: Any, hers: Account) -> None:
        one, two = born(stage.town, hers), born(stage.town, hers, dob="04/12/2001")
        stage.town.state.select(hers, two)
        answer = await stage.slash(pia, "chars list")
        assert answer.headline == "2 characters."
        assert answer.result.ephemeral
        assert stage.callbacks() == [5]
        lines = answer.text
        assert lines.index("born 4 December 2001") < lines.index("born 17 April 1994")
        assert "1. **JANE DOE** (selected)" in lines
        assert "2. **JANE DOE**\n" in lines
        assert f"`{one}`" in lines
        assert f"`{two}`" in lines
        assert "17/04" not in lines
        assert stage.town.asked == ["characters"]

    async def test_none_says_what_to_do(self, stage: Stage, pia: Any, hers: Account) -> None:
        assert hers.links == []
        answer = await stage.slash(pia, "chars list")
        assert answer.headline == "No characters yet."
        assert "/newchar" in answer.text

    async def test_a_long_list_has_pages(self, stage: Stage, pia: Any, hers: Account) -> None:
        numbers = [born(stage.town, hers, f"Jane{n}") for n in range(23)]
        answer = await stage.slash(pia, "chars list")
        assert "Page 1 of 3." in answer.text
        assert answer.buttons == ["Next page"]
        answer = await stage.press(pia, await stage.press(pia, answer, "Next page"), "Next page")
        assert "23. **JANE22 DOE**" in answer.text
        assert f"`{numbers[-1]}`" in answer.text
        assert answer.buttons == ["Previous page"]

    async def test_shows_the_linked_sync_ids_under_database_sync(self) -> None:
        async with staged(settled(town(community=Community(db_sync=True)))) as stage:
            pia = stage.member("Pia", "player")
            account = stage.resident(pia, links=["ABC1", "GONE"])
            stage.town.state.add_game_character("ABC1", {"first": "Jane", "last": "Doe", "dob": "01/02/1990"})
            text = (await stage.slash(pia, "chars list")).text
            assert "sync ID `ABC1`" in text
            assert "born 1 February 1990" in text
            assert "Linked sync IDs: `ABC1`, `GONE`" in text
            assert account.links == ["ABC1", "GONE"]

    async def test_links_that_cannot_be_read_hide_no_character(self) -> None:
        async with staged(settled(town(db_sync=DbSync.ON))) as stage:
            pia = stage.member("Pia", "player")
            born(stage.town, stage.resident(pia))
            stage.town.cad.break_("links", CadErrorKind.SERVER)
            assert (await stage.slash(pia, "chars list")).headline == "1 character."

    async def test_a_character_leads_to_what_may_be_done(self, stage: Stage, pia: Any, hers: Account) -> None:
        number = born(stage.town, hers)
        answer = Answer(await choose(pia, await stage.slash(pia, "chars list"), str(number)))
        assert answer.headline == "JANE DOE"
        assert answer.buttons == ["Select", "Edit", "Remove", "All characters"]
        assert (await stage.press(pia, answer, "All characters")).headline == "1 character."

    async def test_what_players_may_not_is_not_offered_and_refused(self, stage: Stage, pia: Any, hers: Account) -> None:
        number = born(stage.town, hers)
        shown = Answer(await choose(pia, await stage.slash(pia, "chars list"), str(number)))
        stage.set_policy(replace(stage.policy, player_may=frozenset({PlayerAction.SELECT})))
        for label in ("Edit", "Remove"):
            refused = await stage.press(pia, shown, label)
            assert refused.headline == "Refused: players may not do this in this server."
        answer = Answer(await choose(pia, await stage.slash(pia, "chars list"), str(number)))
        assert answer.buttons == ["Select", "All characters"]
        refused = await stage.slash(pia, "chars remove", character=str(number))
        assert refused.headline == "Refused: players may not do this in this server."
        assert number in stage.town.state.held

    @pytest.mark.parametrize("role", ["player", "staff"])
    async def test_of_others_is_for_staff(self, stage: Stage, pia: Any, hers: Account, role: str) -> None:
        number = born(stage.town, hers)
        other = stage.member("Otto", role)
        for answer in (
            await stage.slash(other, "chars list", member=pia),
            Answer(await other.context_menu(stage.channel, "CAD characters", pia)),
        ):
            assert answer.result.ephemeral
            assert (answer.headline == "Refused: only staff can do that.") is (role == "player")
            assert (f"`{number}`" in answer.text) is (role == "staff")

    async def test_right_click_on_a_bot(self, stage: Stage, staff: Any) -> None:
        robot = stage.guild.add_member(stage.env.create_user("Robot", bot=True))
        answer = Answer(await staff.context_menu(stage.channel, "CAD characters", robot))
        assert answer.headline == "A bot has no CAD account."


class TestSelect:
    async def test_and_undo(self, stage: Stage, pia: Any, hers: Account) -> None:
        one, two = born(stage.town, hers), born(stage.town, hers, "Ann")
        stage.town.state.select(hers, one)
        answer = await stage.slash(pia, "chars select", character=str(two))
        assert answer.headline == "Selected ANN DOE."
        assert hers.selected == two
        stop(stage)
        answer = await stage.press(pia, answer, "Undo")
        assert answer.headline == "Undone: JANE DOE is selected again."
        assert answer.buttons == []
        assert hers.selected == one
        assert await deeds(stage.town) == [("select", "done", str(two)), ("select", "done", str(one))]

    async def test_undo_is_for_what_still_is_so(self, stage: Stage, pia: Any, hers: Account) -> None:
        one, two, three = (born(stage.town, hers, name) for name in ("Ann", "Bea", "Cat"))
        stage.town.state.select(hers, one)
        answer = await stage.slash(pia, "chars select", character=str(two))
        stage.town.state.select(hers, three)
        assert (await stage.press(pia, answer, "Undo")).headline.startswith("Not undone")
        assert hers.selected == three

    async def test_the_selected_one_says_so(self, stage: Stage, pia: Any, hers: Account) -> None:
        number = born(stage.town, hers)
        answer = await stage.slash(pia, "chars select", character=f" {number} ")
        assert answer.headline == "JANE DOE is selected."
        assert answer.buttons == []
        assert hers.selected == number, "sent all the same: a list of one proves nothing"

    async def test_never_anothers(self, stage: Stage, pia: Any, hers: Account) -> None:
        theirs = born(stage.town, stage.resident(stage.member("Otto", "player")))
        answer = await stage.slash(pia, "chars select", character=str(theirs))
        assert answer.headline == f"No such character: `{theirs}`."
        assert hers.selected is None
        assert "select" not in stage.town.asked

    async def test_by_sync_id(self) -> None:
        async with staged(settled(town(community=Community(db_sync=True)))) as stage:
            pia = stage.member("Pia", "player")
            account = stage.resident(pia, links=["ABC1", "ABC2"])
            for sync_id in account.links:
                stage.town.state.add_game_character(sync_id, {"first": sync_id})
            assert (await stage.slash(pia, "chars select", character="ABC2")).headline == "Selected ABC2."
            assert stage.town.state.changes[-1] == "selected ABC2 for Pia"

    async def test_an_id_of_two_is_not_guessed(self) -> None:
        community = Community(db_sync=True, includes_api_records=True)
        async with staged(settled(town(community=community))) as stage:
            pia = stage.member("Pia", "player")
            account = stage.resident(pia)
            number = born(stage.town, account)
            account.links.append(str(number))
            stage.town.state.add_game_character(str(number), {"first": "Twin"})
            answer = await stage.slash(pia, "chars select", character=str(number))
            assert answer.headline == f"`{number}` is two characters."
            assert account.selected is None

    @pytest.mark.parametrize("version", ApiVersion)
    @pytest.mark.parametrize("applied", [True, False])
    async def test_a_lost_answer_is_read_back(self, version: ApiVersion, *, applied: bool) -> None:
        async with staged(settled(town(version))) as stage:
            staff = stage.member("Sam", "staff")
            account = stage.resident(staff)
            if version is ApiVersion.V1:
                _by_own_id(stage)
                account.api_ids.append(str(staff.id))
            one, two = born(stage.town, account), born(stage.town, account, "Ann")
            stage.town.state.select(account, one)
            stage.town.cad.lose("select", applied=applied)
            answer = await stage.slash(staff, "chars select", character=str(two))
            if version is ApiVersion.V1:
                answer = await stage.press(staff, answer, "Yes, that is me")
            assert answer.headline == ("Selected ANN DOE." if applied else "Kept: the CAD can't take this right now.")
            assert (account.selected == two) is applied
            await stage.drive()
            assert account.selected == two
            assert (await deeds(stage.town))[-1] == ("select", "done", str(two))

    async def test_v1_reads_back_what_its_answer_does_not_say(self) -> None:
        async with staged(settled(town(ApiVersion.V1, api_id_is_discord_id=True))) as stage:
            pia = stage.member("Pia", "player")
            account = stage.resident(pia, api_ids=[str(pia.id)])
            born(stage.town, account)
            two = born(stage.town, account, "Ann")
            await stage.press(pia, await stage.slash(pia, "chars list"), "Yes, that is me")
            stage.town.asked.clear()
            assert (await stage.slash(pia, "chars select", character=str(two))).headline == "Selected ANN DOE."
            assert stage.town.asked[-2:] == ["select", "characters"]

    async def test_v1_that_agrees_is_not_believed_while_its_list_can_not_be_read(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with staged(settled(town(ApiVersion.V1, api_id_is_discord_id=True))) as stage:
            pia = stage.member("Pia", "player")
            account = stage.resident(pia, api_ids=[str(pia.id)])
            born(stage.town, account)
            two = born(stage.town, account, "Ann")
            await stage.press(pia, await stage.slash(pia, "chars list"), "Yes, that is me")
            cad = stage.town.cad
            with monkeypatch.context() as patch:
                patch.setattr(stage.town.state, "select", lambda *_: cad.break_("characters", CadErrorKind.TRANSPORT))
                answer = await stage.slash(pia, "chars select", character=str(two))
            assert answer.headline == "Kept: the CAD did not say whether this was done."
            assert account.selected != two
            await stage.drive()
            assert account.selected == two

    @pytest.mark.parametrize("typed", ["/look-at-chars-list", "/", "a/b", ".."])
    async def test_what_is_no_id_is_refused(self, stage: Stage, pia: Any, hers: Account, typed: str) -> None:
        answer = await stage.slash(pia, "chars select", character=typed)
        assert "Nothing was sent to the CAD." in answer.text
        assert hers.selected is None


def _by_own_id(stage: Stage) -> None:
    tenant = replace(stage.town.tenant, api_id_is_discord_id=True)
    stage.guilds.set_up(Guild(stage.guild.id, config_of(stage.policy), tenant))


class TestRemove:
    async def test_asks_and_removes(self, stage: Stage, pia: Any, hers: Account) -> None:
        number = born(stage.town, hers)
        asked = await stage.slash(pia, "chars remove", character=str(number))
        assert asked.headline == "Remove JANE DOE?"
        assert "cannot be undone" in asked.text
        assert f"`{number}`" in asked.text
        assert asked.buttons == ["Remove", "No, leave it"]
        assert number in stage.town.state.held
        stop(stage)
        done = await stage.press(pia, asked, "Remove")
        assert done.headline == "Removed JANE DOE."
        assert stage.town.state.held == {}
        assert await deeds(stage.town) == [("remove", "done", str(number))]

    async def test_staff_are_told_whose(self, stage: Stage, staff: Any, pia: Any, hers: Account) -> None:
        number = born(stage.town, hers)
        asked = await stage.slash(staff, "chars remove", character=str(number), member=pia)
        assert f"<@{pia.id}>" in asked.text
        assert (await stage.press(staff, asked, "Remove")).headline == "Removed JANE DOE."

    async def test_no_leaves_it(self, stage: Stage, pia: Any, hers: Account) -> None:
        number = born(stage.town, hers)
        asked = await stage.slash(pia, "chars remove", character=str(number))
        assert (await stage.press(pia, asked, "No, leave it")).headline == "Left as it is."
        assert number in stage.town.state.held

    async def test_whose_it_is_is_proven_right_before(self, stage: Stage, pia: Any, hers: Account) -> None:
        number = born(stage.town, hers)
        asked = await stage.slash(pia, "chars remove", character=str(number))
        stage.town.state.held[number].owner = stage.resident(stage.member("Otto", "player")).uuid
        answer = await stage.press(pia, asked, "Remove")
        assert answer.headline == "It was gone already."
        assert number in stage.town.state.held
        assert "remove" not in stage.town.asked

    @pytest.mark.parametrize("type_id", [2, 5])
    async def test_nothing_but_a_character(self, stage: Stage, pia: Any, hers: Account, type_id: int) -> None:
        number = born(stage.town, hers)
        for name in ("type", "recordTypeId"):
            stage.town.state.held[number].record[name] = type_id
        answer = await stage.slash(pia, "chars remove", character=str(number))
        assert answer.headline == f"No such character: `{number}`."

    async def test_gone_meanwhile_is_a_success_that_says_so(self, stage: Stage, pia: Any, hers: Account) -> None:
        number = born(stage.town, hers)
        asked = await stage.slash(pia, "chars remove", character=str(number))
        stage.town.cad.break_("remove", CadErrorKind.NOT_FOUND, Sent.ANSWERED)
        assert (await stage.press(pia, asked, "Remove")).headline == "It was gone already."

    @pytest.mark.parametrize("applied", [True, False])
    async def test_a_lost_answer_is_read_back(self, stage: Stage, pia: Any, hers: Account, *, applied: bool) -> None:
        number = born(stage.town, hers)
        asked = await stage.slash(pia, "chars remove", character=str(number))
        stage.town.cad.lose("remove", applied=applied)
        answer = await stage.press(pia, asked, "Remove")
        assert answer.headline == ("Removed JANE DOE." if applied else "Kept: the CAD can't take this right now.")
        assert stage.town.asked.count("remove") == 1
        await stage.drive()
        assert stage.town.state.held == {}
        assert await deeds(stage.town) == [("remove", "done", str(number))]

    async def test_of_the_game_is_explained(self) -> None:
        async with staged(settled(town(community=Community(db_sync=True)))) as stage:
            pia = stage.member("Pia", "player")
            stage.resident(pia, links=["ABC1"])
            stage.town.state.add_game_character("ABC1", {"first": "Jane"})
            for command in ("chars remove", "chars edit"):
                answer = await stage.slash(pia, command, character="ABC1")
                assert answer.headline.endswith("JANE comes from the game.")
            assert not {"remove", "edit"} & set(stage.town.asked)


class TestAutocomplete:
    async def test_offers_what_was_seen_without_a_call(self, stage: Stage, pia: Any, hers: Account) -> None:
        one, two = born(stage.town, hers), born(stage.town, hers, "Ann", dob="")
        await stage.slash(pia, "chars list")
        stage.town.asked.clear()
        for command in ("chars select", "chars edit", "chars remove"):
            offered = await pia.autocomplete(stage.channel, command, "character", "")
            found = {choice["value"]: choice["name"] for choice in offered}
            assert found == {
                str(one): f"JANE DOE, born 17 April 1994 ({one})",
                str(two): f"ANN DOE ({two})",
            }
        (offered,) = await pia.autocomplete(stage.channel, "chars select", "character", "ann")
        assert offered["value"] == str(two)
        assert stage.town.cad.asked == []

    async def test_is_never_empty(self, stage: Stage, pia: Any) -> None:
        (hint,) = await pia.autocomplete(stage.channel, "chars select", "character", "")
        assert hint["value"] == "/look-at-chars-list"
        (typed,) = await pia.autocomplete(stage.channel, "chars select", "character", " 123 ")
        assert typed["value"] == "123"

    async def test_never_anothers_to_players(self, stage: Stage, pia: Any, hers: Account, staff: Any) -> None:
        number = born(stage.town, hers)
        await stage.slash(pia, "chars list")
        otto = stage.member("Otto", "player")
        (refused,) = await otto.autocomplete(stage.channel, "chars select", "character", "", member=pia)
        assert refused["value"] == "/"
        (offered,) = await staff.autocomplete(stage.channel, "chars select", "character", "", member=pia)
        assert offered["value"] == str(number)

    async def test_of_the_game_only_where_they_can_be_chosen(self) -> None:
        async with staged(settled(town(community=Community(db_sync=True)))) as stage:
            pia = stage.member("Pia", "player")
            stage.resident(pia, links=["ABC1", "GONE"])
            stage.town.state.add_game_character("ABC1", {"first": "Jane"})
            await stage.slash(pia, "chars list")
            offered = await pia.autocomplete(stage.channel, "chars select", "character", "")
            assert len(offered) == 2
            (hint,) = await pia.autocomplete(stage.channel, "chars edit", "character", "")
            assert hint["value"] == "/look-at-chars-list"


async def test_who_has_no_account_is_told_the_step(stage: Stage, pia: Any) -> None:
    answer = await stage.slash(pia, "chars list")
    assert answer.headline == "The CAD knows no account for this Discord user."
