"""What was kept is decided anew before it is sent: who asked, whose account it is, whose character, how many."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import CadErrorKind
from bot.settings import ApiVersion, SelfLink
from bot.storage.history import State
from tests.cogs.stage import staged
from tests.community import town

if TYPE_CHECKING:
    from sandbox.cad.state import Account
    from tests.cogs.stage import Stage


async def keep(stage: Stage, who: Any, sync_id: str = "ABC", **more: Any) -> None:
    """Have a link kept: the CAD could not be reached."""
    stage.town.cad.break_("link", CadErrorKind.TRANSPORT)
    answer = await stage.slash(who, "linkchar", sync_id=sync_id, **more)
    assert answer.headline.startswith("Kept")


async def ended(stage: Stage) -> tuple[State, str]:
    """Drive what was kept; return how it ended, and why."""
    operation = stage.town.engine.operations[-1]
    await stage.drive()
    found = await stage.town.operations.of_interaction(int(operation.split(":")[1]))
    assert found is not None
    return found.state, found.cause


def set_roles(stage: Stage, who: Any, *roles: str) -> None:
    member = stage.env.backend.get_member(stage.guild.id, who.id)
    member.role_ids[:] = [stage.roles[role].id for role in roles]
    stage.town.clock.now += 60


async def test_what_is_still_allowed_is_sent(stage: Stage, pia: Any, hers: Account) -> None:
    await keep(stage, pia)
    assert await ended(stage) == (State.DONE, "")
    assert hers.links == ["ABC"]


async def test_who_lost_the_role_links_nothing(stage: Stage, pia: Any, hers: Account) -> None:
    await keep(stage, pia)
    set_roles(stage, pia, "blocked")
    assert await ended(stage) == (State.REFUSED, "rule-blocked-nobody")
    assert hers.links == []


async def test_staff_who_are_staff_no_more_change_nothing(stage: Stage, staff: Any, pia: Any, hers: Account) -> None:
    hers.links.append("ABC")
    stage.town.cad.break_("unlink", CadErrorKind.TRANSPORT)
    asked = await stage.slash(staff, "linkchar", sync_id="ABC", action="remove", member=pia)
    assert (await stage.press(staff, asked, asked.buttons[0])).headline.startswith("Kept")
    set_roles(stage, staff)
    assert await ended(stage) == (State.REFUSED, "rule-staff-only")
    assert hers.links == ["ABC"]


async def test_rules_that_changed_hold(stage: Stage, pia: Any, hers: Account) -> None:
    await keep(stage, pia)
    stage.set_policy(replace(stage.policy, self_link=SelfLink.OFF))
    assert await ended(stage) == (State.REFUSED, "rule-self-link-off-nobody")
    assert hers.links == []


async def test_what_is_anothers_by_now_stays_his(stage: Stage, staff: Any, pia: Any, hers: Account) -> None:
    otto = stage.member("Otto", "player")
    his = stage.resident(otto)
    await keep(stage, pia)
    await stage.slash(staff, "linkchar", sync_id="ABC", member=otto)
    assert await ended(stage) == (State.REFUSED, "link-held")
    assert (hers.links, his.links) == ([], ["ABC"])


async def test_what_staff_said_yes_to_is_done(stage: Stage, staff: Any, pia: Any, hers: Account) -> None:
    otto = stage.member("Otto", "player")
    his = stage.resident(otto)
    await stage.slash(staff, "linkchar", sync_id="ABC", member=otto)
    stage.town.cad.break_("link", CadErrorKind.TRANSPORT)
    asked = await stage.slash(staff, "linkchar", sync_id="ABC", member=pia)
    assert (await stage.press(staff, asked, asked.buttons[0])).headline.startswith("Kept")
    assert await ended(stage) == (State.DONE, "")
    assert (hers.links, his.links) == (["ABC"], ["ABC"])


async def test_the_limit_holds_for_all_that_were_kept(stage: Stage, pia: Any, hers: Account) -> None:
    stage.set_policy(replace(stage.policy, max_links=1))
    for number in range(3):
        await keep(stage, pia, f"C{number}")
    assert await ended(stage) == (State.REFUSED, "max-links")
    assert hers.links == ["C0"]


async def test_a_binding_that_was_corrected_holds(stage: Stage, pia: Any, hers: Account) -> None:
    wrong = stage.town.resident("Otto")
    admin = stage.member("Ada", "admin")
    await stage.slash(admin, "account set", member=pia, account=wrong.uuid)
    await keep(stage, pia)
    asked = await stage.slash(admin, "account set", member=pia, account=hers.uuid)
    if asked.buttons:
        await stage.press(admin, asked, asked.buttons[0])
    assert await ended(stage) == (State.REFUSED, "kept-account-changed")
    assert (hers.links, wrong.links) == ([], [])


async def test_an_id_that_leads_elsewhere_by_now_links_nothing() -> None:
    place = town(ApiVersion.V1, api_id_is_discord_id=True)
    async with staged(place) as stage:
        pia = stage.member("Pia", "player")
        hers = place.resident("Pia", api_ids=[str(pia.id)])
        asked = await stage.slash(pia, "linkchar", sync_id="FIRST")
        await stage.press(pia, asked, asked.buttons[0])
        assert hers.links == ["FIRST"]
        await keep(stage, pia, "SECOND")
        hers.api_ids.clear()
        thief = place.resident("Thief", api_ids=[str(pia.id)])
        state, _ = await ended(stage)
        assert state is State.REFUSED
        assert thief.links == []


@pytest.mark.parametrize("version", list(ApiVersion))
async def test_an_undo_is_no_new_link(version: ApiVersion) -> None:
    """Taking back what he just did needs no approval, also later."""
    async with staged(town(version, api_id_is_discord_id=True)) as stage:
        pia = stage.member("Pia", "player")
        hers = stage.town.state.add_account("Pia", discord=str(pia.id), api_ids=[str(pia.id)], links=["ABC"])
        asked = await stage.slash(pia, "linkchar", sync_id="ABC", action="remove")
        while "Undo" not in asked.buttons:
            asked = await stage.press(pia, asked, asked.buttons[0])
        assert hers.links == []
        stage.set_policy(replace(stage.policy, self_link=SelfLink.APPROVAL))
        stage.town.cad.break_("link", CadErrorKind.TRANSPORT)
        assert (await stage.press(pia, asked, "Undo")).headline.startswith("Kept")
        assert await ended(stage) == (State.DONE, "")
        assert hers.links == ["ABC"]
