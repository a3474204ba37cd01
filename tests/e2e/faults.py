"""What a person was told about a call that went wrong, held against what the CAD then holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.cad import FaultKind
from sandbox.cad.records import value
from tests.e2e import wire
from tests.e2e.reading import headline, reference, says_done, says_kept, says_uncertain, says_unchanged
from tests.e2e.world import form, labels, text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sandbox.discord import Exchange
    from tests.e2e.world import Player, World

    Act = Callable[[World, Player], Awaitable[Exchange]]

NAME = "FAULTY"
TRANSIENT = frozenset(
    {
        FaultKind.ERROR_500,
        FaultKind.PLAIN_500,
        FaultKind.BAD_GATEWAY,
        FaultKind.UNAVAILABLE,
        FaultKind.NOT_UTF8,
        FaultKind.GATEWAY_TIMEOUT,
        FaultKind.DROP,
    }
)
"""What waiting alone may cure."""
FATAL = frozenset({FaultKind.UNAUTHORIZED, FaultKind.PAYMENT_REQUIRED})
LASTING = FATAL | {FaultKind.RATE_LIMITED, FaultKind.HANG}
"""What has its own tests: afterwards nothing is sent for a while, or the answer takes long."""
REFUSALS = frozenset({FaultKind.FORBIDDEN, FaultKind.NOT_FOUND, FaultKind.CONFLICT, FaultKind.TRAP})
"""By what they say nothing was carried out, so they only come before."""
AGREED = frozenset({FaultKind.TRUNCATED, FaultKind.WRONG_SHAPE})
"""What v1 may say of a removal that it has done: its text is not documented. The list shows whether that is so."""
BEFORE = [kind for kind in FaultKind if kind not in LASTING | {FaultKind.EMPTY}]
AFTER = [kind for kind in FaultKind if kind not in LASTING | REFUSALS]
"""An empty answer is a success on v2 (cad-api.md 2.1), so it only comes after."""


def sync_id(player: Player) -> str:
    """Return the one sync ID that a player is about."""
    return f"FAULT{player.member.id}"


async def link(world: World, player: Player) -> Exchange:
    """Link as the player."""
    return await world.command(world.staff, "linkchar", sync_id=sync_id(player), api_id=wire.api_id(world, player))


async def unlink(world: World, player: Player) -> Exchange:
    """Unlink what is linked, the question answered with yes."""
    asked = await world.command(
        world.staff, "linkchar", sync_id=sync_id(player), action="remove", api_id=wire.api_id(world, player)
    )
    return await world.press(world.staff, asked, "Unlink")


async def create(world: World, player: Player) -> Exchange:
    """Fill in the first page of the default form and press Create."""
    opened = await world.command(world.staff, "newchar", api_id=wire.api_id(world, player))
    assert [field.label for field in form(opened).fields][:2] == ["First", "Last"]
    ready = await world.fill(world.staff, opened, {"First": NAME, "Last": f"Nr{player.member.id}"})
    return await world.press(world.staff, ready, "Create")


ACTS: dict[str, Act] = {"link": link, "unlink": unlink, "create": create}


def prepare(world: World, act: str) -> Player:
    """Return a player with whom the act can change something."""
    player = world.player()
    if act == "unlink":
        player.account.links.append(sync_id(player))
    return player


def done_times(world: World, player: Player, act: str) -> int:
    """Return how often the CAD shows the act as done: 0 or 1, unless something was doubled."""
    if act == "create":
        mine = [held for held in world.cad.state.held.values() if held.owner == player.account.uuid]
        return sum(value(held.record, "first") == NAME for held in mine)
    count = player.account.links.count(sync_id(player))
    return count if act == "link" else 1 - count


def assert_true(world: World, player: Player, act: str, answer: Exchange) -> None:
    """Check that the answer says what is so, names a reference unless it is done, and shows no page of the CAD."""
    changed = done_times(world, player, act)
    assert changed in (0, 1)
    told = text(answer)
    assert says_done(answer) + says_unchanged(answer) + says_uncertain(answer) == 1, told
    if says_done(answer):
        assert changed == 1, told
    if says_unchanged(answer):
        assert changed == 0, told
    assert says_done(answer) or reference(answer), told
    assert headline(answer)
    for leak in ("<h1>", "doctype", "Traceback", "evil.example", "Exception"):
        assert leak not in told


async def settled(world: World, answer: Exchange) -> None:
    """Wait until what was kept is settled, and the answer says what became of it."""
    await world.discord.until(lambda: not says_kept(answer), 40.0)


async def meets_fault(world: World, act: str, kind: FaultKind, *, applied: bool = False) -> tuple[Player, Exchange]:
    """Let an act meet a fault, and check that the answer is true, at once and in the end, and that it is done once.

    Only what the CAD refused stays undone, or what it agreed to and did not do; that alone is not kept.
    """
    player = prepare(world, act)
    before = [call.endpoint for call in world.calls].count(act)
    world.cad.faults.add(kind, act, applied=applied)
    answer = await ACTS[act](world, player)
    about = f"{act} {kind} {'v2' if world.v2 else 'v1'}: {text(answer)}"
    assert act not in {fault.endpoint for fault in world.cad.faults.waiting}, about
    refused = kind in REFUSALS or (kind in AGREED and act == "unlink" and not (world.v2 or applied))
    assert says_kept(answer) is not (applied or refused), about
    assert says_kept(answer) or done_times(world, player, act) == applied, about
    await settled(world, answer)
    assert_true(world, player, act, answer)
    assert says_done(answer) is not refused, f"{about}, then {text(answer)}"
    assert done_times(world, player, act) == (not refused), about
    sent = [call.endpoint for call in world.calls].count(act) - before
    assert sent == (1 if applied or refused else 2), f"sent {sent} times: {about}"
    return player, answer


async def doubtful(world: World, act: str, listing: str, *, applied: bool) -> tuple[Player, Exchange]:
    """Let an act fail and the list as well that would tell: kept, and nothing is offered that would do it twice."""
    player = prepare(world, act)
    await world.command(world.staff, "linkchar", api_id=wire.api_id(world, player))  # so that unlinking need not read
    world.cad.faults.add("500", act, applied=applied)
    world.cad.faults.add("500", listing)
    answer = await ACTS[act](world, player)
    assert world.cad.faults.waiting == []
    assert text(answer).startswith("Kept: the CAD did not say whether this was done."), text(answer)
    assert labels(answer) == []
    return player, answer


def again(answer: Exchange) -> str:
    """Return the label of the button that leads on after a failure, empty without one."""
    return next((label for label in labels(answer) if label.startswith(("Try again", "Create", "Back"))), "")
