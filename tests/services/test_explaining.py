"""Which ways of using a command are explained, and to whom linking oneself is explained at all."""

from __future__ import annotations

import pytest

from bot.domain.access import Action, CommandAccess, Rule
from bot.errors import InvalidInput
from bot.services.accounts import Accounts
from bot.services.explaining import Explaining, Usage, usage_named
from bot.settings import ApiVersion
from tests.community import ADMIN_ROLE, OTTO, PLAYER_ROLE, STAFF_ROLE, Town, town

LINK = CommandAccess(Action.LINK, by_value={("action", "remove"): Action.UNLINK}, if_absent={"sync_id": Action.VIEW})


@pytest.fixture
def explaining(place: Town) -> Explaining:
    return Explaining(Accounts(place.database, place.history))


async def test_each_way_is_decided_for_oneself_and_for_others(place: Town, explaining: Explaining) -> None:
    usage = Usage("linkchar", LINK, on_others=True)
    explained = await explaining.explain(place.turn(), usage, OTTO, {PLAYER_ROLE}, manages=False)
    assert [(one.action, one.own, one.decision.allowed) for one in explained.verdicts] == [
        (Action.VIEW, True, True),
        (Action.VIEW, False, False),
        (Action.LINK, True, True),
        (Action.LINK, False, False),
        (Action.UNLINK, True, True),
        (Action.UNLINK, False, False),
    ]
    assert explained.allowed is None
    assert explained.held == {"players": {PLAYER_ROLE}}


async def test_a_menu_on_a_member_is_about_others_only(place: Town, explaining: Explaining) -> None:
    usage = Usage("CAD characters", CommandAccess(Action.VIEW), only_others=True)
    explained = await explaining.explain(place.turn(), usage, OTTO, {STAFF_ROLE}, manages=False)
    assert [(one.own, one.decision.rule) for one in explained.verdicts] == [(False, Rule.STAFF)]
    assert explained.allowed is True


async def test_managing_the_server_opens_its_set_up_only(place: Town, explaining: Explaining) -> None:
    for action, allowed in ((Action.SET_UP, True), (Action.AUDIT, False), (Action.HELP, True)):
        usage = Usage("x", CommandAccess(action))
        explained = await explaining.explain(place.turn(), usage, OTTO, set(), manages=True)
        assert explained.allowed is allowed


async def test_what_linking_oneself_needs_is_for_whom_it_binds(place: Town, explaining: Explaining) -> None:
    usage = Usage("linkchar", LINK)
    for role, bound in ((PLAYER_ROLE, True), (STAFF_ROLE, True), (ADMIN_ROLE, False), (999, False)):
        explained = await explaining.explain(place.turn(), usage, OTTO, {role}, manages=False)
        assert (explained.self_linking is not None) is bound
    assert place.asked == []


async def test_an_account_that_v1_can_not_name_is_said_to_be_unknown() -> None:
    place = town(ApiVersion.V1)
    explaining = Explaining(Accounts(place.database, place.history))
    explained = await explaining.explain(place.turn(), Usage("linkchar", LINK), OTTO, {PLAYER_ROLE}, manages=False)
    assert explained.self_linking is not None
    assert not explained.self_linking.account_known


@pytest.mark.parametrize("typed", ["chars edit", "/chars  edit", " CHARS EDIT "])
def test_a_command_is_found_as_people_write_it(typed: str) -> None:
    usage = Usage("chars edit", CommandAccess(Action.EDIT))
    assert usage_named(typed, {"chars edit": usage}) is usage


def test_an_unknown_one_names_those_there_are() -> None:
    with pytest.raises(InvalidInput) as caught:
        usage_named("x", {"b": Usage("b", LINK), "a": Usage("a", LINK)})
    assert caught.value.params["near"] == "`a`, `b`"
