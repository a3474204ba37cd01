"""Ways around the rules that were tried: other routes, lost roles, one's own id, late answers. None of them leads."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.client import ATTACHMENT_SIZE_LIMIT, _completed
from bot.errors import CadErrorKind, Expired
from bot.services.tenants import Guild
from bot.settings import SelfLink
from bot.ui.reply import PREFIX
from cogs.linkchar import _removes
from tests.cogs.people_of_the_cad import deeds
from tests.community import config_of

if TYPE_CHECKING:
    from sandbox.cad.state import Account
    from tests.cogs.stage import Stage

EXPIRED = "This button has expired."
UNDER_WAY = "It is being created already."


class TestTickets:
    async def test_one_is_good_for_its_own_route_only(self, stage: Stage, pia: Any, hers: Account) -> None:
        stage.set_policy(replace(stage.policy, self_link=SelfLink.APPROVAL))
        stage.town.cad.break_("links", CadErrorKind.SERVER)
        failed = await stage.slash(pia, "linkchar")
        ticket = stage.custom_id(failed, "Try again").split(":")[2]
        for route in ("enter", "entered", "link", "start", "draft"):
            assert (await stage.forge(pia, failed, f"{PREFIX}:{route}:{ticket}:")).headline == EXPIRED
        assert hers.links == []

    async def test_a_button_asks_for_all_that_the_command_asked_for(self, stage: Stage) -> None:
        both = stage.member("Sam", "staff", "player")
        olga = stage.town.resident("Olga", community_user_id="olga")
        linked = await stage.slash(both, "linkchar", sync_id="S1", member=both, api_id="olga")
        assert linked.headline == "Linked `S1`."
        stage.set_policy(replace(stage.policy, staff=frozenset({stage.roles["admin"].id})))
        for label in ("Show character", "Unlink"):
            assert (await stage.press(both, linked, label)).headline == "Refused: only staff can do that."
        assert olga.links == ["S1"]

    async def test_a_question_takes_one_answer(self, stage: Stage, pia: Any, hers: Account) -> None:
        await stage.slash(pia, "linkchar", sync_id="ABC")
        asked = await stage.slash(pia, "linkchar", sync_id="ABC", action="remove")
        no = stage.custom_id(asked, "No, leave it")
        assert (await stage.press(pia, asked, "Unlink")).headline == "Unlinked `ABC`."
        assert (await stage.forge(pia, asked, no)).headline == "This button was already pressed."
        assert hers.links == []


class TestOwnAccount:
    async def test_staff_cannot_leave_the_players_rules_by_their_id(self, stage: Stage, staff: Any) -> None:
        stage.set_policy(replace(stage.policy, self_link=SelfLink.OFF))
        own = stage.resident(staff, community_user_id="sam")
        assert (await stage.slash(staff, "linkchar", sync_id="OWN")).headline.startswith("Not linked: players do not")
        answer = await stage.slash(staff, "linkchar", sync_id="OWN", api_id="sam")
        assert answer.headline == "Refused: that is your own CAD account."
        assert own.links == []

    async def test_an_undo_takes_nothing_that_another_holds_by_now(self, stage: Stage, pia: Any, hers: Account) -> None:
        quinn = stage.member("Quinn", "player")
        his = stage.resident(quinn)
        await stage.slash(pia, "linkchar", sync_id="ABC")
        asked = await stage.slash(pia, "linkchar", sync_id="ABC", action="remove")
        done = await stage.press(pia, asked, "Unlink")
        await stage.slash(quinn, "linkchar", sync_id="ABC")
        assert (await stage.press(pia, done, "Undo")).headline.startswith("Not undone")
        assert (hers.links, his.links) == ([], ["ABC"])

    async def test_what_was_seen_on_another_list_is_not_free(self, stage: Stage, pia: Any, hers: Account) -> None:
        hers.links.append("K1")
        await stage.slash(pia, "linkchar")
        quinn = stage.member("Quinn", "player")
        his = stage.resident(quinn)
        answer = await stage.slash(quinn, "linkchar", sync_id="K1")
        assert answer.headline == "Not linked: `K1` belongs to another CAD account."
        assert his.links == []


class TestWhatIsKnown:
    async def test_an_old_list_never_says_was_not_linked(
        self, stage: Stage, pia: Any, staff: Any, hers: Account
    ) -> None:
        hers.community_user_id = "pia"
        await stage.slash(pia, "linkchar")  # an empty list is at hand now
        await stage.slash(staff, "linkchar", sync_id="X3", api_id="pia")
        asked = await stage.slash(pia, "linkchar", sync_id="X3", action="remove")
        assert (await stage.press(pia, asked, "Unlink")).headline == "Unlinked `X3`."
        assert hers.links == []


@pytest.mark.parametrize("action", ["frob", "", "ADD"])
def test_an_action_that_discord_never_offered_is_refused(action: str) -> None:
    with pytest.raises(Expired) as caught:
        _removes(action)
    assert caught.value.key == "command-outdated"


class TestDrafts:
    async def draft(self, stage: Stage, pia: Any, name: str = "Jane") -> Any:
        start = await stage.slash(pia, "newchar")
        form = (
            await stage.press(pia, start, "Start")
            if "Start" in (start.buttons if not start.result.modal else [])
            else start
        )
        return await stage.submit(pia, form, First=name)

    async def test_presses_at_once_leave_the_result_standing(self, stage: Stage, pia: Any, hers: Account) -> None:
        draft = await self.draft(stage, pia)
        create, before = stage.custom_id(draft, "Create"), stage.callbacks().count(6)
        answers = await asyncio.gather(*(stage.forge(pia, draft, create) for _ in range(3)))
        headlines = sorted(answer.headline.split()[0] for answer in answers)
        assert len(stage.town.state.characters(hers)) == 1
        assert headlines[0] == "Created"
        assert stage.callbacks().count(6) == before + 1, "only one press touches the message"

    async def test_cancel_does_not_deny_what_is_under_way(self, stage: Stage, pia: Any, hers: Account) -> None:
        draft = await self.draft(stage, pia)
        create, cancel = stage.custom_id(draft, "Create"), stage.custom_id(draft, "Cancel")
        creating, cancelled = await asyncio.gather(stage.forge(pia, draft, create), stage.forge(pia, draft, cancel))
        assert creating.headline.startswith("Created")
        assert cancelled.headline in {UNDER_WAY, "It was created already."}
        assert len(stage.town.state.characters(hers)) == 1

    @pytest.mark.usefixtures("hers")
    async def test_a_cancelled_one_creates_nothing(self, stage: Stage, pia: Any) -> None:
        draft = await self.draft(stage, pia)
        create = stage.custom_id(draft, "Create")
        await stage.press(pia, draft, "Cancel")
        again = await stage.forge(pia, draft, create)
        assert again.headline == "Not created: this form was thrown away."
        assert "create" not in stage.town.asked

    async def test_a_yes_to_sending_again_is_good_for_one_time(self, stage: Stage, pia: Any, hers: Account) -> None:
        draft = await self.draft(stage, pia)
        create = stage.custom_id(draft, "Create")
        for _ in range(2):
            stage.town.cad.lose("create", applied=False)
            stage.town.cad.break_("characters", CadErrorKind.SERVER)
        await stage.press(pia, draft, "Create")
        await self.disconnected(stage)
        asked = await stage.forge(pia, draft, create)
        assert asked.headline == "It may be there already."
        again = await stage.press(pia, asked, "Yes, create it again")
        assert again.headline == "The CAD has a problem of its own.", "it can't look, so nothing is sent"
        assert (await stage.forge(pia, draft, create)).headline == "It may be there already."
        assert len(stage.town.state.characters(hers)) == 0
        assert next(state for _, state, _ in await deeds(stage.town)) == "unknown"

    @staticmethod
    async def disconnected(stage: Stage) -> None:
        """Drive what was kept while the guild has no connection: what may have been sent stays unknown."""
        stage.guilds.set_up(Guild(stage.guild.id, config_of(stage.policy)))
        await stage.drive()
        stage.set_policy(stage.policy)


def test_an_event_that_lacks_what_discordpy_needs_ends_nothing() -> None:
    seen: list[dict[str, Any]] = []
    parse = _completed(seen.append)
    parse({"id": "1"})
    parse({"id": "2", "attachment_size_limit": 7})
    assert [(event["id"], event["version"], event["attachment_size_limit"]) for event in seen] == [
        ("1", 1, ATTACHMENT_SIZE_LIMIT),
        ("2", 1, 7),
    ]
