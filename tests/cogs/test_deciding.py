"""Approvers decide a request: who may, what is checked anew, what the card and the player get, and what fails."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import CadErrorKind, Sent
from bot.settings import SelfLink
from bot.storage import requests as rows
from tests.cogs.requests import Office, dms

if TYPE_CHECKING:
    from sandbox.cad.state import Account
    from tests.cogs.stage import Stage


@pytest.fixture
def office(stage: Stage) -> Office:
    return Office.opened(stage)


class TestApprove:
    async def test_links_and_tells(self, office: Office, pia: Any, hers: Account, staff: Any) -> None:
        await office.ask(pia)
        answer = await office.press(staff, "Approve")
        assert answer.headline == f"Approved: `ABC` is linked for <@{pia.id}>."
        assert answer.result.ephemeral
        assert "The player is told." in answer.text
        assert hers.links == ["ABC"]
        assert office.stage.town.asked == ["link"]
        assert office.card.startswith(f"Approved: `ABC` is linked for <@{pia.id}>.")
        assert f"Decided by <@{staff.id}> <t:1000:R>." in office.card
        assert office.buttons == []
        (told,) = dms(pia)
        assert told.startswith("Approved: `ABC` is linked.")
        assert (await office.requests(pia))[0].told
        assert (await office.history())[2:] == [("link", "done", staff.id), ("approve", "done", staff.id)]

    @pytest.mark.usefixtures("hers")
    async def test_counts_once(self, office: Office, pia: Any, staff: Any) -> None:
        other = office.stage.member("Sue", "staff")
        await office.ask(pia)
        message = office.channel.last_message
        await office.press(staff, "Approve")
        again = await office.forge(other, message, "approve")
        assert again.headline == "Already approved."
        assert f"<@{staff.id}>" in again.text
        assert office.stage.town.asked == ["link"]

    async def test_of_two_at_once_one_wins(self, office: Office, pia: Any, hers: Account, staff: Any) -> None:
        other = office.stage.member("Sue", "staff")
        await office.ask(pia)
        message = office.channel.last_message
        answers = await asyncio.gather(office.forge(staff, message, "approve"), office.forge(other, message, "approve"))
        heads = sorted(one.headline for one in answers)
        assert heads[0] == f"Approved: `ABC` is linked for <@{pia.id}>."
        assert heads[1] in {"Somebody else is deciding this right now.", "Already approved."}
        assert office.stage.town.asked == ["link"]
        assert hers.links == ["ABC"]
        assert office.card.startswith("Approved")
        assert len(dms(pia)) == 1

    @pytest.mark.usefixtures("hers")
    async def test_is_for_approvers(self, office: Office, pia: Any, staff: Any) -> None:
        otto = office.stage.member("Otto", "player")
        await office.ask(pia)
        for label in ("Look up", "Approve", "Deny"):
            answer = await office.press(otto, label)
            assert answer.headline == "Refused: only approvers can decide this."
        role = office.stage.guild.create_role("approver")
        office.set(office.channel.id, approvers=frozenset({role.id}))
        assert (await office.press(staff, "Approve")).headline == "Refused: only approvers can decide this."
        assert office.stage.town.asked == []

    async def test_nobody_decides_his_own(self, office: Office, stage: Stage) -> None:
        role = stage.roles["admin"]
        sam = stage.member("Sam", "player", "staff")
        stage.resident(sam)
        await office.ask(sam)
        office.set(office.channel.id, approvers=frozenset({role.id, stage.roles["staff"].id}))
        assert (await office.press(sam, "Approve")).headline == "Refused: this is your own request."
        form = await office.press(sam, "Deny")
        denied = await stage.submit(sam, form, Reason="")
        assert denied.headline == "Refused: this is your own request."
        assert office.buttons == ["Look up", "Approve", "Deny"]

    async def test_what_was_linked_meanwhile(self, office: Office, pia: Any, hers: Account, staff: Any) -> None:
        await office.ask(pia)
        await office.stage.slash(staff, "linkchar", sync_id="ABC", member=pia)
        answer = await office.press(staff, "Approve")
        assert answer.headline == f"Approved: `ABC` was linked already for <@{pia.id}>."
        assert hers.links == ["ABC"]

    async def test_a_lost_answer_is_read_back(self, office: Office, pia: Any, hers: Account, staff: Any) -> None:
        await office.ask(pia)
        office.stage.town.cad.lose("link", applied=True)
        answer = await office.press(staff, "Approve")
        assert answer.headline.startswith("Approved")
        assert office.stage.town.asked == ["link", "links"]
        assert hers.links == ["ABC"]


class TestCheckedAnew:
    async def test_the_limit(self, office: Office, pia: Any, hers: Account, staff: Any) -> None:
        office.set(office.channel.id, max_links=1)
        await office.ask(pia)
        hers.links.append("OLD")
        answer = await office.press(staff, "Approve")
        assert answer.headline == "Not approved: the player has as many characters as this server allows."
        assert "1 are linked, the limit is 1" in answer.text
        assert "Not linked yet" in office.card
        assert office.buttons == ["Look up", "Retry", "Deny"]
        hers.links.clear()
        office.stage.town.clock.now += 31
        assert (await office.press(staff, "Retry")).headline.startswith("Approved")
        assert hers.links == ["ABC"]

    async def test_the_role(self, office: Office, pia: Any, hers: Account, staff: Any) -> None:
        await office.ask(pia)
        office.stage.env.backend.get_member(office.stage.guild.id, pia.id).role_ids.clear()
        answer = await office.press(staff, "Approve")
        assert answer.headline == f"Not approved: <@{pia.id}> may not link a character now."
        assert f"<@&{office.stage.roles['player'].id}>" in answer.text
        assert f"Not approved: <@{pia.id}> may not link a character now." in office.card
        assert hers.links == []
        assert (await office.deny(staff)).headline.startswith("Denied")

    @pytest.mark.usefixtures("hers")
    async def test_the_rules(self, office: Office, pia: Any, staff: Any) -> None:
        await office.ask(pia)
        office.set(office.channel.id, self_link=SelfLink.OFF)
        answer = await office.press(staff, "Approve")
        assert "do not link themselves" in answer.text
        office.set(office.channel.id, player_may=frozenset())
        assert "Players may not link in this server" in (await office.press(staff, "Retry")).text

    @pytest.mark.usefixtures("hers")
    async def test_who_left_closes_the_card(self, office: Office, pia: Any, staff: Any) -> None:
        await office.ask(pia)
        office.stage.guild.remove_member(pia)
        answer = await office.press(staff, "Approve")
        assert answer.headline == f"Not approved: <@{pia.id}> has left the server."
        assert office.card.startswith(f"Closed: <@{pia.id}> has left the server")
        assert office.buttons == []
        assert dms(pia) == []
        assert office.stage.town.asked == []

    @pytest.mark.usefixtures("hers")
    async def test_who_left_can_be_denied(self, office: Office, pia: Any, staff: Any) -> None:
        await office.ask(pia)
        office.stage.guild.remove_member(pia)
        assert (await office.deny(staff)).headline.startswith("Denied")
        assert office.card.startswith("Denied")

    async def test_another_holder_needs_a_yes(self, office: Office, pia: Any, hers: Account, staff: Any) -> None:
        await office.ask(pia)
        office.stage.town.resident("Otto", community_user_id="lic")
        await office.stage.slash(staff, "linkchar", sync_id="ABC", api_id="lic")
        asked = await office.press(staff, "Approve")
        assert asked.result.ephemeral
        assert asked.buttons == ["Yes, link anyway", "No, leave it"]
        assert hers.links == []
        assert office.buttons == ["Look up", "Approve", "Deny"], "a question is no failure"
        done = await office.stage.press(staff, asked, "Yes, link anyway")
        assert done.headline.startswith("Approved")
        assert hers.links == ["ABC"]
        assert office.card.startswith("Approved")

    @pytest.mark.usefixtures("hers")
    async def test_discord_that_does_not_tell_the_roles(self, office: Office, pia: Any, staff: Any) -> None:
        await office.ask(pia)
        office.stage.env.inject_error("GET", f"/guilds/*/members/{pia.id}", status=403, code=50001)
        answer = await office.press(staff, "Approve")
        assert answer.headline == "Discord did not take it."
        assert office.buttons == ["Look up", "Retry", "Deny"]

    async def test_another_community_now(self, office: Office, pia: Any, hers: Account, staff: Any) -> None:
        await office.ask(pia)
        tenant = office.stage.town.tenant
        office.stage.town.tenant = replace(tenant, community=replace(tenant.community, id="another"))
        office.set(office.channel.id)
        answer = await office.press(staff, "Approve")
        assert answer.headline == "Not approved: this server is connected to another CAD community now."
        assert hers.links == []


class TestFailures:
    async def test_the_cad_is_down(self, office: Office, pia: Any, hers: Account, staff: Any) -> None:
        await office.ask(pia)
        office.stage.town.cad.break_("link", CadErrorKind.TRANSPORT, Sent.NO)
        answer = await office.press(staff, "Approve")
        assert answer.headline == "The CAD can't be reached."
        assert answer.buttons == ["Try again"]
        assert "The CAD can't be reached. Press **Retry**" in office.card
        assert office.buttons == ["Look up", "Retry", "Deny"]
        assert dms(pia) == []
        assert (await office.press(staff, "Retry")).headline.startswith("Approved")
        assert hers.links == ["ABC"]
        assert office.card.startswith("Approved")

    async def test_tried_again_from_the_answer(self, office: Office, pia: Any, hers: Account, staff: Any) -> None:
        await office.ask(pia)
        office.stage.town.cad.break_("link", CadErrorKind.TRANSPORT, Sent.NO)
        failed = await office.press(staff, "Approve")
        assert (await office.stage.press(staff, failed, "Try again")).headline.startswith("Approved")
        assert hers.links == ["ABC"]

    async def test_the_cad_refuses(self, office: Office, pia: Any, hers: Account, staff: Any) -> None:
        await office.ask(pia)
        hers.status = 4
        office.stage.town.cad.break_("link", CadErrorKind.FORBIDDEN, Sent.ANSWERED)
        answer = await office.press(staff, "Approve")
        assert answer.headline == "The CAD account is banned."
        assert "The CAD account is banned. Press **Retry**" in office.card

    async def test_an_interrupted_decision_is_offered_again(
        self, office: Office, pia: Any, hers: Account, staff: Any
    ) -> None:
        await office.ask(pia)
        request = (await office.requests(pia))[0]
        await office.stage.town.database.write(
            lambda tx: rows.claim(tx, request.guild_id, request.id, by=staff.id, now=1000.0)
        )
        assert (await office.press(staff, "Approve")).headline == "Somebody else is deciding this right now."
        await office.restart()
        assert "The bot was restarted in the middle of it." in office.card
        assert (await office.press(staff, "Retry")).headline.startswith("Approved")
        assert hers.links == ["ABC"]


class TestDeny:
    @pytest.mark.usefixtures("hers")
    async def test_with_a_reason(self, office: Office, pia: Any, staff: Any) -> None:
        await office.ask(pia)
        answer = await office.deny(staff, "Not *yours* @here")
        assert answer.headline == f"Denied: `ABC` is not linked for <@{pia.id}>."
        assert office.card.startswith(f"Denied: `ABC` is not linked for <@{pia.id}>.")
        assert r"Not \*yours\* \@here" in office.card
        (told,) = dms(pia)
        assert told.startswith("Denied: `ABC` is not linked.")
        assert r"Reason: Not \*yours\* \@here" in told
        assert office.stage.town.asked == []
        assert (await office.history())[-1] == ("deny", "done", staff.id)

    @pytest.mark.usefixtures("hers")
    async def test_without_one(self, office: Office, pia: Any, staff: Any) -> None:
        await office.ask(pia)
        await office.deny(staff)
        assert "Reason" not in office.card
        assert "Reason" not in dms(pia)[0]

    @pytest.mark.usefixtures("hers")
    async def test_a_form_that_comes_too_late(self, office: Office, pia: Any, staff: Any) -> None:
        other = office.stage.member("Sue", "staff")
        await office.ask(pia)
        form = await office.press(other, "Deny")
        await office.press(staff, "Approve")
        late = await office.stage.submit(other, form, Reason="No")
        assert late.headline == "Already approved."
        assert office.card.startswith("Approved")

    @pytest.mark.usefixtures("hers")
    async def test_no_form_for_what_is_over(self, office: Office, pia: Any, staff: Any) -> None:
        await office.ask(pia)
        message = office.channel.last_message
        await office.press(staff, "Approve")
        answer = await office.forge(staff, message, "deny")
        assert answer.headline == "Already approved."


class TestLookUp:
    async def test_same_name(self, office: Office, pia: Any, hers: Account, staff: Any) -> None:
        state = office.stage.town.state
        state.community.db_sync = True
        state.add_game_character("ABC", {"first": "Jane", "last": "Doe"})
        hers.links.append("ABC")
        await office.ask(pia, name="jane  DOE")
        answer = await office.press(staff, "Look up")
        assert answer.headline.startswith("Same name: the CAD lists `ABC`")
        assert answer.result.ephemeral
        assert office.stage.town.asked == ["characters"]
        assert office.buttons == ["Look up", "Approve", "Deny"]

    async def test_different_name(self, office: Office, pia: Any, hers: Account, staff: Any) -> None:
        state = office.stage.town.state
        state.community.db_sync = True
        state.add_game_character("ABC", {"first": "John", "last": "Roe"})
        hers.links.append("ABC")
        await office.ask(pia)
        answer = await office.press(staff, "Look up")
        assert answer.headline.startswith("Different name: the CAD lists `ABC`")
        assert "Jane Doe" in answer.text

    async def test_not_found_names_whoever_bears_the_name(
        self, office: Office, pia: Any, hers: Account, staff: Any
    ) -> None:
        state = office.stage.town.state
        state.community.db_sync = True
        state.add_game_character("XYZ", {"first": "Jane", "last": "Doe"})
        hers.links.append("XYZ")
        await office.ask(pia)
        answer = await office.press(staff, "Look up")
        assert answer.headline == f"Not found: the CAD lists nothing under `ABC` for <@{pia.id}>."
        assert "By that name the CAD lists for him: `XYZ`" in answer.text

    @pytest.mark.usefixtures("hers")
    async def test_the_cad_is_down(self, office: Office, pia: Any, staff: Any) -> None:
        await office.ask(pia)
        office.stage.town.cad.break_("characters", CadErrorKind.TIMEOUT)
        failed = await office.press(staff, "Look up")
        assert failed.headline == "The CAD did not answer in time."
        assert (await office.stage.press(staff, failed, "Try again")).headline.startswith("Not found")
