"""The panel: posted and moved by `/setup`, pressed by anybody under the same rules as the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from bot.cad.protocol import Credentials
from bot.errors import StorageError
from bot.settings import SelfLink
from tests.cogs.owner import Owner, closed
from tests.cogs.stage import Answer

if TYPE_CHECKING:
    from sandbox.cad.state import Account
    from tests.cogs.stage import Stage

LABELS = ["Link a character", "Create", "My characters", "Help"]


@pytest.fixture
async def owner(stage: Stage) -> Owner:
    """Somebody who manages a guild that is set up, as it is stored."""
    policy = stage.policy
    changes = {name: getattr(policy, name) for name in ("staff", "players", "admins", "blocked", "self_link")}
    credentials = Credentials("sandbox", SecretStr("sandbox-key"))
    await stage.guilds.connect(stage.guild.id, credentials, "Sandbox Roleplay", changes)
    return Owner(stage, fresh=False)


def messages(channel: Any) -> list[Any]:
    return [one for one in channel.history() if one.components]


async def posted(owner: Owner) -> Any:
    """Post the panel where `/setup` is used, and return its message."""
    await owner.press(await owner.open("Panel"), "Post it here")
    (panel,) = messages(owner.stage.channel)
    return panel


async def press(who: Any, panel: Any, label: str) -> Answer:
    return Answer(await who.click(panel, label=label))


class TestPosting:
    async def test_has_exactly_its_four_buttons_and_is_remembered(self, owner: Owner, stage: Stage) -> None:
        page = await owner.press(await owner.open("Panel"), "Post it here")
        assert page.headline == f"Posted the panel in <#{stage.channel.id}>."
        (panel,) = messages(stage.channel)
        assert [button.label for row in panel.components for button in row.children] == LABELS
        assert panel.content == "Your characters in the CAD"
        assert (owner.config.panel_channel, owner.config.panel_message) == (stage.channel.id, panel.id)
        (entry,) = await owner.noted()
        assert entry["subject"] == "panel"

    async def test_posting_it_again_moves_it(self, owner: Owner, stage: Stage) -> None:
        await posted(owner)
        elsewhere = stage.guild.create_text_channel("elsewhere")
        page = await owner.choose(await owner.open("Panel"), "Post it in another channel", elsewhere)
        assert page.headline == f"Posted the panel in <#{elsewhere.id}>."
        assert messages(stage.channel) == []
        assert len(messages(elsewhere)) == 1

    async def test_an_older_one_that_can_not_be_deleted_is_said(self, owner: Owner, stage: Stage) -> None:
        old = await posted(owner)
        stage.env.inject_error("DELETE", f"/channels/{stage.channel.id}/messages/{old.id}", status=403)
        page = await owner.press(await owner.open("Panel"), "Move it here")
        assert "The older panel could not be deleted" in page.text

    async def test_where_the_bot_may_not_write_nothing_is_posted(self, owner: Owner, stage: Stage) -> None:
        silent = closed(stage, embed_links=False)
        answer = await owner.choose(await owner.open("Panel"), "Post it in another channel", silent)
        assert answer.headline.startswith("Not saved: the bot may not write in")
        assert "Embed Links." in answer.text
        assert owner.config.panel_message is None

    async def test_what_discord_refuses_is_said(self, owner: Owner, stage: Stage) -> None:
        page = await owner.open("Panel")
        stage.env.inject_error("POST", f"/channels/{stage.channel.id}/messages", status=403)
        answer = await owner.press(page, "Post it here")
        assert answer.headline.startswith("Not posted: Discord did not take the panel")
        assert owner.config.panel_message is None

    async def test_one_that_could_not_be_stored_is_taken_back(
        self, owner: Owner, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        page = await owner.open("Panel")

        async def broken(*_: object, **__: object) -> None:
            raise StorageError

        monkeypatch.setattr(stage.services.guilds, "change", broken)
        await owner.press(page, "Post it here")
        assert messages(stage.channel) == []


class TestPressing:
    async def test_link_shows_ones_own_links(self, owner: Owner, pia: Any, hers: Account) -> None:
        hers.links.append("ABC")
        answer = await press(pia, await posted(owner), "Link a character")
        assert answer.result.ephemeral
        assert "`ABC`" in answer.text
        assert "Enter a sync ID" in answer.buttons

    @pytest.mark.usefixtures("hers")
    async def test_create_opens_the_form_or_offers_it(self, owner: Owner, pia: Any) -> None:
        panel = await posted(owner)
        offered = await press(pia, panel, "Create")
        assert offered.headline == "The form is ready."
        assert (await press(pia, panel, "Create")).labels, "the form itself, once the template is at hand"

    @pytest.mark.usefixtures("hers")
    async def test_my_characters_lists_them(self, owner: Owner, stage: Stage, pia: Any) -> None:
        stage.town.asked.clear()
        answer = await press(pia, await posted(owner), "My characters")
        assert answer.result.ephemeral
        assert "characters" in stage.town.asked

    @pytest.mark.parametrize("label", LABELS[:3])
    async def test_a_stranger_is_refused(self, owner: Owner, stage: Stage, label: str) -> None:
        answer = await press(stage.member("Stranger"), await posted(owner), label)
        assert answer.headline == "Refused: you need a player role."
        assert answer.result.ephemeral

    async def test_help_is_for_everybody_and_says_who_may(self, owner: Owner, stage: Stage) -> None:
        await owner.choose(await owner.open("Game framework"), "The game framework", "qbcore")
        answer = await press(stage.member("Stranger"), await posted(owner), "Help")
        assert answer.result.ephemeral
        assert "Citizen ID (sync ID)" in answer.text
        assert "refused, you need a player role" in answer.text
        assert f"Staff here: <@&{stage.roles['staff'].id}>" in answer.text

    async def test_help_says_so_to_a_player(self, owner: Owner, pia: Any) -> None:
        answer = await press(pia, await posted(owner), "Help")
        assert "`/linkchar`: allowed, you are a player." in answer.text

    async def test_help_works_where_nobody_set_anything_up(self, stage: Stage) -> None:
        owner = Owner(stage)
        answer = await press(stage.member("Stranger"), await posted(owner), "Help")
        assert "no role is set up yet" in answer.text
        refused = await press(stage.member("Other"), messages(stage.channel)[0], "Link a character")
        assert refused.headline.startswith("This server is not set up") or "Refused" in refused.headline

    async def test_a_forged_button_does_nothing(self, owner: Owner, stage: Stage, pia: Any) -> None:
        page = await owner.open("Panel")
        del pia
        answer = await stage.forge(owner.who, page, "cl1:panel:0:made-up")
        assert answer.headline == "This button is not known any more."

    async def test_the_rules_are_those_of_the_command(self, owner: Owner, stage: Stage, pia: Any) -> None:
        page = await owner.choose(await owner.open("Rules for players"), "How players link", "off")
        assert page.headline == "Saved: how players link themselves."
        assert owner.config.self_link is SelfLink.OFF
        assert "do not link themselves" in (await press(pia, await posted(owner), "Help")).text
        del stage
