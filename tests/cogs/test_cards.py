"""What becomes of cards and of who asked: told in whatever way is left, old cards renewed, restarts survived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, update

from bot.storage.tables import requests
from tests.cogs.requests import Office, dms

if TYPE_CHECKING:
    from tests.cogs.stage import Stage


@pytest.fixture
def office(stage: Stage) -> Office:
    return Office.opened(stage)


@pytest.mark.usefixtures("hers")
class TestTelling:
    def close_dms(self, office: Office) -> None:
        office.stage.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)

    async def test_with_dms_closed_the_channel_says_only_that_it_is_decided(
        self, office: Office, pia: Any, staff: Any
    ) -> None:
        self.close_dms(office)
        await office.ask(pia)
        answer = await office.press(staff, "Approve")
        assert "The player is told." in answer.text
        message: Any = office.stage.channel.last_message
        assert message.content == f"<@{pia.id}> your request was decided."
        assert "ABC" not in f"{message.content}{message.embeds[0].description}"
        otto = office.stage.member("Otto", "player")
        assert (await office.press(otto, "Read the decision", message)).headline == (
            "This decision is for somebody else."
        )
        read = await office.press(pia, "Read the decision", message)
        assert read.headline == "Approved: `ABC` is linked."
        assert read.result.ephemeral

    async def test_only_the_one_addressed_is_pinged(self, office: Office, pia: Any, staff: Any) -> None:
        self.close_dms(office)
        await office.ask(pia)
        await office.press(staff, "Approve")
        posts: list[Any] = [
            call.json
            for call in office.stage.env.http_requests
            if call.method == "POST" and call.path.endswith("/messages")
        ]
        card, told = posts[0]["allowed_mentions"], posts[-1]["allowed_mentions"]
        assert card["parse"] == []
        assert not card.get("users")
        assert (told["parse"], [int(one) for one in told["users"]]) == ([], [pia.id])

    async def test_if_both_fail_it_is_told_after_a_restart(self, office: Office, pia: Any, staff: Any) -> None:
        self.close_dms(office)
        await office.ask(pia)
        office.stage.env.inject_error("POST", f"/channels/{office.stage.channel.id}/messages", status=403, times=None)
        answer = await office.press(staff, "Approve")
        assert "The player could not be told" in answer.text
        assert not (await office.requests(pia))[0].told
        office.stage.env.backend.faults.clear()
        await office.restart()
        assert len(dms(pia)) == 1
        assert (await office.requests(pia))[0].told
        await office.restart()
        assert len(dms(pia)) == 1


@pytest.mark.usefixtures("hers")
class TestOldCards:
    @pytest.mark.parametrize("label", ["Look up", "Approve", "Deny"])
    async def test_a_card_without_a_request_loses_its_buttons(
        self, office: Office, pia: Any, staff: Any, label: str
    ) -> None:
        await office.ask(pia)
        await office.stage.town.database.write(lambda tx: tx.execute(delete(requests)))
        answer = await office.press(staff, label)
        assert answer.headline == "This request is not known any more."
        assert office.card.startswith("This request is not known any more.")
        assert office.buttons == []

    async def test_a_forged_id_changes_no_other_message(self, office: Office, pia: Any, staff: Any) -> None:
        await office.ask(pia)
        answer = await office.forge(staff, office.channel.last_message, "approve", row="unknown")
        assert answer.headline == "This request is not known any more."
        assert office.buttons == ["Look up", "Approve", "Deny"]

    async def test_another_guilds_request_is_unknown(self, office: Office, pia: Any, staff: Any) -> None:
        await office.ask(pia)
        await office.stage.town.database.write(lambda tx: tx.execute(update(requests).values(guild_id=1)))
        assert (await office.press(staff, "Approve")).headline == "This request is not known any more."
        assert office.stage.town.asked == []

    async def test_a_card_that_is_gone_hinders_no_decision(self, office: Office, pia: Any, staff: Any) -> None:
        await office.ask(pia)
        office.stage.env.inject_error("PATCH", f"/channels/{office.channel.id}/*", status=404, code=10008, times=None)
        assert (await office.press(staff, "Approve")).headline.startswith("Approved")
        assert len(dms(pia)) == 1

    async def test_cards_that_could_not_be_posted_are_posted_at_the_next_start(
        self, office: Office, pia: Any, staff: Any
    ) -> None:
        office.set(None)
        await office.ask(pia)
        office.set(office.channel.id)
        await office.restart()
        assert (await office.press(staff, "Approve")).headline.startswith("Approved")


@pytest.mark.usefixtures("hers")
async def test_who_erases_his_data_takes_the_buttons_off_his_cards(office: Office, pia: Any) -> None:
    await office.ask(pia)
    asked = await office.stage.slash(pia, "mydata", erase=True)
    assert office.buttons == ["Look up", "Approve", "Deny"]
    await office.stage.press(pia, asked, asked.buttons[0])
    assert office.card.startswith("This request is not known any more.")
    assert office.buttons == []
