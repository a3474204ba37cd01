"""Requests that waited for a channel are shown there as soon as one is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from bot.cad.protocol import Credentials
from bot.settings import DbSync, SelfLink
from tests.cogs.owner import KEY, Owner
from tests.community import COMMUNITY

if TYPE_CHECKING:
    from tests.cogs.stage import Stage


@pytest.mark.usefixtures("hers")
async def test_a_chosen_channel_shows_what_waited_for_one(stage: Stage, pia: Any) -> None:
    owner = Owner(stage)
    await stage.guilds.connect(
        stage.guild.id, Credentials(COMMUNITY, SecretStr(KEY)), "Sandbox", {"players": "everyone", "db_sync": DbSync.ON}
    )
    assert owner.config.self_link is SelfLink.APPROVAL
    asked = await stage.press(pia, await stage.slash(pia, "linkchar", sync_id="WAIT1"), "Ask staff")
    kept = await stage.submit(pia, asked, The="Jane Doe")
    assert kept.headline.startswith("Kept, but staff can't see it yet")
    channel: Any = stage.guild.create_text_channel("requests")
    page = await owner.choose(await owner.open("Channels"), "Channel for requests", channel)
    assert page.headline.startswith("Saved")
    assert "WAIT1" in channel.last_message.content
    await owner.choose(await owner.open("Channels"), "Channel for requests", channel)
    assert len(channel.history()) == 1
