"""A player asks staff to link a character: what he is told, what staff see, and what he may not ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.settings import SelfLink
from bot.ui import post
from tests.cogs.requests import Office

if TYPE_CHECKING:
    from sandbox.cad.state import Account
    from tests.cogs.stage import Stage

DAY = 24 * 3600


@pytest.fixture
def office(stage: Stage) -> Office:
    return Office.opened(stage)


@pytest.mark.usefixtures("hers")
class TestAsking:
    async def test_costs_no_call(self, office: Office, pia: Any) -> None:
        answer = await office.ask(pia)
        assert answer.headline == "Asked: staff will decide about `ABC`."
        assert answer.buttons == ["Withdraw ABC"]
        assert office.stage.town.asked == []

    async def test_posts_a_card(self, office: Office, pia: Any) -> None:
        await office.ask(pia, name="Jane *Doe* @everyone")
        assert office.card.startswith(f"Request: <@{pia.id}> asks to link `ABC`.")
        assert r"Jane \*Doe\* \@everyone" in office.card
        assert "Linked already\nNone that the bot knows of." in office.card
        assert office.buttons == ["Look up", "Approve", "Deny"]
        assert office.stage.town.asked == []
        assert await office.history() == [("link", "refused", pia.id), ("ask", "done", pia.id)]

    async def test_the_card_shows_what_is_known(self, office: Office, pia: Any, hers: Account) -> None:
        hers.links.extend(["ONE", "TWO"])
        await office.stage.slash(pia, "linkchar")
        office.stage.town.asked.clear()
        office.set(office.channel.id, max_links=5)
        await office.ask(pia)
        assert "2 that the bot knows of: `ONE`, `TWO` The limit is 5." in office.card
        assert office.stage.town.asked == []

    async def test_the_same_again_folds_into_one_card(self, office: Office, pia: Any) -> None:
        await office.ask(pia)
        again = await office.ask(pia, " ABC ", "Somebody")
        assert again.headline == "Already asked: `ABC` is waiting for staff."
        assert "<t:1000:R>" in again.text
        assert len(office.cards) == 1

    async def test_a_deleted_card_is_posted_anew(self, office: Office, pia: Any, staff: Any) -> None:
        await office.ask(pia)
        message = office.channel.last_message
        office.stage.env.backend.delete_message(office.channel.id, message.id)
        assert office.cards == []
        await office.ask(pia)
        assert len(office.cards) == 1
        assert (await office.press(staff, "Approve")).headline.startswith("Approved")

    async def test_no_channel_keeps_it_and_says_who_can_change_that(self, office: Office, pia: Any) -> None:
        office.set(None)
        answer = await office.ask(pia)
        assert answer.headline == "Kept, but staff can't see it yet: no channel for requests is set."
        assert "/setup" in answer.text
        assert answer.buttons == ["Show it to staff", "Withdraw ABC"]
        office.set(office.channel.id)
        shown = await office.stage.press(pia, answer, "Show it to staff")
        assert shown.headline.startswith("Already asked")
        assert len(office.cards) == 1

    async def test_a_deleted_channel_is_told_and_another_one_is_used(self, office: Office, pia: Any) -> None:
        office.stage.env.backend.delete_channel(office.channel.id)
        answer = await office.ask(pia)
        assert answer.headline == f"Kept, but staff can't see it yet: the bot can't write in <#{office.channel.id}>."
        office = Office.opened(office.stage)
        await office.stage.press(pia, answer, "Show it to staff")
        assert len(office.cards) == 1

    async def test_discord_failing_is_no_fault_of_the_channel(
        self, office: Office, pia: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(post, "POST_SECONDS", 0.2)  # it is tried for that long, while the person waits
        office.stage.env.inject_error("POST", f"/channels/{office.channel.id}/messages", status=500, times=None)
        answer = await office.ask(pia)
        assert answer.headline == "Kept, but staff can't see it yet: Discord did not take the message."

    async def test_four_are_too_many(self, office: Office, pia: Any) -> None:
        for sync_id in ("A1", "A2", "A3"):
            await office.ask(pia, sync_id)
        refused = await office.ask(pia, "A4")
        assert refused.headline == "Not asked: 3 requests of yours are still open."
        assert len(office.cards) == 3
        assert (await office.ask(pia, "A2")).headline.startswith("Already asked")

    async def test_a_blank_name_can_be_given_again(self, office: Office, pia: Any) -> None:
        answer = await office.ask(pia, name="   ")
        assert answer.headline == "Not asked: the character's name is missing."
        assert answer.buttons == ["Ask staff"]
        assert office.cards == []

    async def test_denied_ones_wait_a_day(self, office: Office, pia: Any, staff: Any) -> None:
        await office.ask(pia)
        await office.deny(staff)
        refused = await office.ask(pia)
        assert refused.headline == "Not asked: `ABC` was denied less than 24 hours ago."
        assert f"<t:{1000 + DAY}:R>" in refused.text
        office.stage.town.clock.now += DAY
        assert (await office.ask(pia)).headline.startswith("Asked")

    async def test_rules_that_changed_meanwhile(self, office: Office, pia: Any) -> None:
        refused = await office.stage.slash(pia, "linkchar", sync_id="ABC")
        office.set(office.channel.id, self_link=SelfLink.OPEN)
        form = await office.stage.press(pia, refused, "Ask staff")
        answer = await office.stage.submit(pia, form, The="Jane")
        assert answer.headline == "Not asked: `ABC` needs no approval."
        office.set(office.channel.id, self_link=SelfLink.OFF)
        form = await office.stage.press(pia, refused, "Ask staff")
        assert form.headline == "Not linked: players do not link themselves in this server."

    async def test_what_is_known_to_be_anothers_is_refused_without_its_owner(
        self, office: Office, pia: Any, staff: Any
    ) -> None:
        office.stage.town.resident("Otto", community_user_id="lic")
        await office.stage.slash(staff, "linkchar", sync_id="ABC", api_id="lic")
        answer = await office.ask(pia)
        assert answer.headline == "Not linked: `ABC` belongs to another CAD account."
        assert "Otto" not in answer.text
        assert office.cards == []

    async def test_asking_is_not_offered_for_what_is_anothers(self, office: Office, pia: Any, staff: Any) -> None:
        office.stage.town.resident("Otto", community_user_id="lic")
        await office.stage.slash(staff, "linkchar", sync_id="OWN", member=pia)
        await office.stage.slash(staff, "linkchar", sync_id="ABC", api_id="lic")
        office.stage.town.asked.clear()
        answer = await office.stage.slash(pia, "linkchar", sync_id="ABC")
        assert answer.headline == "Not linked: `ABC` belongs to another CAD account."
        assert "Ask staff" not in answer.buttons
        assert office.stage.town.asked == []

    async def test_a_proven_id_needs_no_card(self, office: Office, pia: Any, hers: Account) -> None:
        office.set(office.channel.id, self_link_pattern="char#:{api_id}")
        hers.community_user_id = "lic"
        answer = await office.stage.slash(pia, "linkchar", sync_id="char1:lic")
        assert answer.headline == "Linked `char1:lic`."
        assert office.cards == []

    async def test_rivals_stand_on_both_cards(self, office: Office, pia: Any) -> None:
        otto = office.stage.member("Otto", "player")
        office.stage.resident(otto)
        await office.ask(pia)
        await office.ask(otto, name="John Roe")
        first, second = office.cards
        assert f"<@{otto.id}>, for **John Roe**" in first
        assert f"<@{pia.id}>, for **Jane Doe**" in second


@pytest.mark.usefixtures("hers")
class TestWithdrawing:
    async def test_the_card_says_so(self, office: Office, pia: Any) -> None:
        asked = await office.ask(pia)
        answer = await office.stage.press(pia, asked, "Withdraw ABC")
        assert answer.headline == "Withdrawn: `ABC` is not asked for any more."
        assert office.card.startswith(f"Withdrawn: <@{pia.id}> took back the request for `ABC`.")
        assert office.buttons == []
        assert (await office.history())[-1] == ("withdraw", "done", pia.id)
        assert (await office.ask(pia)).headline.startswith("Asked")

    async def test_too_late(self, office: Office, pia: Any, staff: Any) -> None:
        asked = await office.ask(pia)
        await office.press(staff, "Approve")
        answer = await office.stage.press(pia, asked, "Withdraw ABC")
        assert answer.headline == "Already approved."

    async def test_rivals_are_gone_from_the_other_card(self, office: Office, pia: Any) -> None:
        otto = office.stage.member("Otto", "player")
        office.stage.resident(otto)
        asked = await office.ask(pia)
        await office.ask(otto, name="John Roe")
        await office.stage.press(pia, asked, "Withdraw ABC")
        assert "Others who ask" not in office.card
