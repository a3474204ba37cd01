"""What people were shown, used by whom it was not shown to, where it was not shown, or after the role was taken away.

Unlike in the tables of routes, every ticket here comes out of an answer that somebody really got.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.services.tenants import Guild
from bot.ui.reply import PREFIX, shared_id
from bot.ui.visit import reference_of as named
from tests.cogs.cast import Cast, Who, headline, refused
from tests.cogs.requests import Office
from tests.cogs.stage import Answer
from tests.community import config_of

if TYPE_CHECKING:
    from bot.services.tickets import Ticket

NOT_YOURS = "This button belongs to somebody else."
NO_REQUEST = "This request is not known any more."


async def shown(cast: Cast, member: Any, about: Any = None) -> list[Ticket]:
    """Return the tickets of what somebody gets when he does this and that."""
    named = {} if about is None else {"member": about}
    number = str(cast.characters[(about or member).id])
    cast.issued.clear()
    for command, options in (
        ("linkchar", {}),
        ("linkchar", {"sync_id": "ABC"}),
        ("linkchar", {"sync_id": "ABC", "action": "remove"}),
        ("newchar", {}),
        ("chars list", {}),
        ("chars select", {"character": number}),
        ("chars edit", {"character": number}),
        ("chars remove", {"character": number}),
    ):
        await cast.stage.slash(member, command, **options, **named)
    opened = await cast.click(member, _custom_id(next(one for one in cast.issued if one.route == "character")))
    assert opened.result.modal is None
    return list(cast.issued)


def _custom_id(ticket: Ticket, arg: str = "") -> str:
    return f"{PREFIX}:{ticket.route}:{ticket.id}:{arg}"


class TestALostRole:
    @pytest.mark.parametrize(("who", "others"), [(Who.PLAYER, False), (Who.STAFF, False), (Who.STAFF, True)])
    async def test_closes_all_that_was_shown(self, cast: Cast, who: Who, *, others: bool) -> None:
        member = cast.people[who]
        tickets = await shown(cast, member, cast.other if others else None)
        assert {"link", "enter", "draft", "character", "remove"} & {one.route for one in tickets}
        cast.lose_roles(member)
        cast.stage.town.asked.clear()
        before = cast.held()
        for ticket in tickets:
            for form in (False, True):
                answer = await cast.click(member, _custom_id(ticket), form=form)
                assert refused(answer), f"{ticket.route}: {headline(answer)}"
        assert (cast.stage.town.asked, cast.held()) == ([], before)

    async def test_closes_what_was_for_others_while_ones_own_stays(self, cast: Cast) -> None:
        """Staff who are players only from now on may do nothing for others any more."""
        member = cast.people[Who.STAFF_PLAYER]
        theirs = await shown(cast, member, cast.other)
        role = cast.stage.roles["staff"].id
        cast.stage.env.backend.get_member(cast.stage.guild.id, member.id).role_ids.remove(role)
        before = cast.held()
        for ticket in theirs:
            assert refused(await cast.click(member, _custom_id(ticket))), ticket.route
        assert cast.held() == before
        assert headline(await cast.stage.slash(member, "chars list")) not in {"", NOT_YOURS}


class TestWhatOthersGot:
    async def test_is_nobodys_elses(self, cast: Cast) -> None:
        tickets = await shown(cast, cast.people[Who.PLAYER])
        cast.stage.town.asked.clear()
        before = cast.held()
        for who in (Who.ADMIN, Who.STRANGER, Who.MANAGER):
            for ticket in tickets:
                assert headline(await cast.click(cast.people[who], _custom_id(ticket, "no"))) == NOT_YOURS
        assert (cast.stage.town.asked, cast.held()) == ([], before)


class TestAnotherGuild:
    """A guild of the same community, where the same people are staff and approvers too."""

    @pytest.fixture
    def elsewhere(self, cast: Cast) -> tuple[Any, Any]:
        """Return the channel there, and the admin as a member there."""
        stage = cast.stage
        guild = stage.env.create_guild()
        roles = {name: guild.create_role(name) for name in ("staff", "player", "admin", "approver")}
        sets: dict[str, Any] = {name: frozenset({roles[role].id}) for name, role in _SETS.items()}
        policy = replace(stage.policy, guild_id=guild.id, blocked=frozenset(), **sets)
        stage.guilds.set_up(Guild(guild.id, config_of(policy), stage.town.tenant))
        there = guild.add_member(cast.people[Who.ADMIN].user, roles=list(roles.values()))
        return guild.create_text_channel("there"), there

    async def test_takes_nothing_that_was_shown_here(self, cast: Cast, elsewhere: tuple[Any, Any]) -> None:
        channel, there = elsewhere
        tickets = await shown(cast, cast.people[Who.ADMIN], cast.other)
        cast.stage.town.asked.clear()
        before = cast.held()
        for ticket in tickets:
            assert headline(await cast.click(there, _custom_id(ticket), channel=channel)) == NOT_YOURS
        assert (cast.stage.town.asked, cast.held()) == ([], before)

    async def test_decides_no_request_of_this_one(self, cast: Cast, elsewhere: tuple[Any, Any]) -> None:
        channel, there = elsewhere
        office = Office(cast.stage, cast.stage.channel)
        office.set(cast.stage.channel.id)
        player = cast.people[Who.PLAYER]
        await office.ask(player)
        (request,) = await office.requests(player)
        for arg in ("look", "approve", "retry", "deny"):
            answer = await cast.click(there, shared_id("card", request.id, arg), channel=channel)
            assert headline(answer) == NO_REQUEST, arg
        assert cast.stage.town.asked == []
        assert (await office.requests(player))[0] == request

    async def test_sees_no_history_of_this_one(self, cast: Cast, elsewhere: tuple[Any, Any]) -> None:
        channel, there = elsewhere
        player = cast.people[Who.PLAYER]
        done = await cast.stage.slash(player, "linkchar", sync_id="ABC")
        assert done.headline == "Linked `ABC`."
        here = await cast.stage.slash(cast.people[Who.ADMIN], "audit", sync_id="ABC")
        assert str(player.id) in here.text
        for options in ({}, {"sync_id": "ABC"}, {"reference": reference_of(done)}):
            answer = Answer(await there.slash(channel, "audit", **options))
            assert str(player.id) not in answer.text, options


def reference_of(answer: Answer) -> str:
    """Return what names the interaction in the history."""
    return named(answer.result._interaction.id)


_SETS = {"staff": "staff", "players": "player", "admins": "admin", "approvers": "approver"}
