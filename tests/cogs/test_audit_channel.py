"""The audit channel on a Discord: what people did is told there, and what Discord refuses stays to be told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.assembly import build_bulletin
from bot.i18n import Catalogues
from bot.services.tenants import Guild
from bot.ui.post import PostOffice
from tests.community import config_of

if TYPE_CHECKING:
    from bot.ui.bulletin import Bulletin
    from sandbox.cad.state import Account
    from tests.cogs.stage import Stage


@pytest.fixture
def bulletin(stage: Stage) -> Bulletin:
    return build_bulletin(PostOffice(stage.bot), Catalogues.load(), stage.services, lambda _: True)


def choose(stage: Stage, channel_id: int) -> None:
    config = replace(config_of(stage.policy), audit_channel=channel_id)
    stage.guilds.set_up(Guild(stage.guild.id, config, stage.town.tenant))


async def test_what_people_do_and_may_not_do_is_told(stage: Stage, pia: Any, hers: Account, bulletin: Bulletin) -> None:
    channel = stage.guild.create_text_channel("audit")
    choose(stage, channel.id)
    await stage.slash(pia, "linkchar", sync_id="ABC")
    await stage.slash(stage.member("Stranger"), "linkchar", sync_id="ABC")
    assert stage.services.history.settled.is_set()
    await bulletin.post()
    (message,) = channel.history()
    assert message.content == "2 new entries in the history."
    first, second = str(message.embeds[0].description).splitlines()
    assert f"<@{pia.id}>: link `ABC`: done." in first
    assert "refused (“Refused: you need a player role.”)" in second
    assert message.mentions == []
    assert hers.links == ["ABC"]


async def test_a_channel_that_is_gone_holds_nothing_up(
    stage: Stage, pia: Any, hers: Account, bulletin: Bulletin
) -> None:
    choose(stage, 123456789012345678)
    answer = await stage.slash(pia, "linkchar", sync_id="ABC")
    assert answer.headline == "Linked `ABC`."
    await bulletin.post()
    assert bulletin.stuck(stage.guild.id) == 123456789012345678
    choose(stage, stage.channel.id)
    await bulletin.post()
    assert "link `ABC`" in str(stage.channel.history()[-1].embeds[0].description)
    assert hers.links == ["ABC"]
