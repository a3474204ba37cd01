"""`/linkchar` in the words of the guild's game framework."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.frameworks import Framework
from bot.services.linking import HINT_VALUE
from bot.services.tenants import Guild

if TYPE_CHECKING:
    from sandbox.cad.state import Account
    from tests.cogs.stage import Stage

STEAM, DISCORD = "steam:110000112345678", "123456789012345678"


def run_by(stage: Stage, framework: Framework) -> None:
    found = stage.guilds.find(stage.guild.id)
    assert found is not None
    stage.guilds.set_up(Guild(found.id, replace(found.config, framework=framework), found.tenant))


@pytest.mark.usefixtures("hers")
async def test_the_id_goes_by_its_name_with_an_example_and_where_to_find_it(stage: Stage, pia: Any) -> None:
    run_by(stage, Framework.QBCORE)
    answer = await stage.slash(pia, "linkchar")
    assert "Citizen ID (sync ID)" in answer.text
    assert "`ABC12345`" in answer.text
    assert "citizenid" in answer.text
    form = await stage.press(pia, answer, "Enter a sync ID")
    assert form.labels == ["Citizen ID (sync ID)"]


async def test_the_hint_of_the_autocomplete_names_it(stage: Stage, pia: Any) -> None:
    run_by(stage, Framework.ESX_MULTI)
    ((name, value),) = await stage.choices(pia, "")
    assert value == HINT_VALUE
    assert "char1:" in name
    assert len(name) <= 100


@pytest.mark.parametrize(
    ("framework", "pasted", "headline"),
    [
        (Framework.QBCORE, STEAM, "Not a Citizen ID (sync ID): that is a Steam hex."),
        (Framework.QBCORE, DISCORD, "Not a Citizen ID (sync ID): that is a Discord id."),
        (Framework.OX, STEAM, "Not a State ID (sync ID): that is a Steam hex."),
        (Framework.OX, DISCORD, "Not a State ID (sync ID): that is a Discord id."),
    ],
)
@pytest.mark.usefixtures("hers")
async def test_what_was_pasted_instead_is_said_and_not_sent(
    stage: Stage, pia: Any, framework: Framework, pasted: str, headline: str
) -> None:
    run_by(stage, framework)
    answer = await stage.slash(pia, "linkchar", sync_id=pasted)
    assert answer.headline == headline
    assert stage.town.asked == []
    assert stage.town.state.changes == []


async def test_where_it_may_be_right_it_is_sent(stage: Stage, pia: Any, hers: Account) -> None:
    run_by(stage, Framework.ESX)
    await stage.slash(pia, "linkchar", sync_id=STEAM)
    assert hers.links == [STEAM]


async def test_what_is_linked_by_mistake_can_be_unlinked(stage: Stage, pia: Any, hers: Account) -> None:
    hers.links.append(DISCORD)
    run_by(stage, Framework.QBCORE)
    asked = await stage.slash(pia, "linkchar", sync_id=DISCORD, action="remove")
    assert asked.headline == f"Unlink `{DISCORD}`?"
