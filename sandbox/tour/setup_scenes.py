"""A server that nobody set up: its owner does so with the bot alone, and a neighbour that shares nothing with it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from .approval_scenes import asks
from .stage import Stage, scene
from .town import VESPUCCI

if TYPE_CHECKING:
    from sandbox.cad import CadState
    from sandbox.discord import Member

    from .neighbours import Neighbours
    from .screen import Screen

KEY = "API key"
"""The field that holds the key; the reader of the tour is not shown what is typed into it."""


async def enters_key(stage: Stage, who: Member, page: Screen, state: CadState, key: str) -> Screen:
    """Enter the community's id and a key, from the page of the CAD connection or from a refusal."""
    if "Back to this step" in page.buttons:
        page = await stage.presses(who, page, "Back to this step")
    form = await stage.presses(who, page, "Enter the key")
    return await stage.submits(who, form, {"Community id": state.community.id, KEY: key}, hidden=[KEY])


@scene(
    VESPUCCI,
    "A server that nobody set up: the owner connects it",
    "A wrong key is refused and kept nowhere; the right one is shown to be whose it is before it is saved.",
)
async def connects(stage: Stage) -> None:
    """/setup: the key is proven with the CAD before anything is saved."""
    olivia, town = stage.olivia, stage.town
    refused = await stage.types(stage.pia, "linkchar")
    stage.reads(refused, "This server is not set up", "/setup", name="a player is told who can change it")
    overview = await stage.types(olivia, "setup")
    page = await stage.presses(olivia, overview, "Continue: CAD connection")
    wrong = secrets.token_hex(16)
    answer = await enters_key(stage, olivia, page, town.cad.state, wrong)
    stage.reads(answer, "Not saved: the CAD does not accept this key", "Nothing was saved")
    stage.reads(
        await stage.types(stage.pia, "linkchar"),
        "This server is not set up",
        name="nothing is connected by a wrong key",
    )
    right = town.cad.state.community.key
    proof = await enters_key(stage, olivia, answer, town.cad.state, right)
    stage.reads(proof, "Is this your community?", town.plan.name, "Nothing is saved until you say yes")
    stage.same("neither key is in plain in a file", stage.company.disk.leaks([wrong, right]), [])
    connected = await stage.presses(olivia, proof, "Yes, that is ours")
    stage.reads(connected, f"Connected: {town.plan.name}", "done")
    stage.props["setup"] = connected


@scene(
    VESPUCCI,
    "Framework, roles, channels, rules, a dry run and the panel",
    "Every step is saved by itself and says what it means; @everyone can't be staff.",
)
async def sets_up(stage: Stage) -> None:
    """The other steps of /setup."""
    olivia, town = stage.olivia, stage.town
    page = await stage.presses(olivia, stage.props["setup"], "Next")
    page = await stage.chooses(olivia, page, "The game framework", "QBCore or Qbox")
    stage.reads(page, "Saved: game framework", "Citizen ID")
    page = await stage.presses(olivia, page, "Next")
    refused = await stage.chooses(olivia, page, "Staff roles", town.guild.everyone)
    stage.reads(refused, "@everyone can't be staff", "Nothing was changed")
    page = await stage.presses(olivia, refused, "Back to this step")
    page = await stage.chooses(olivia, page, "Staff roles", town.staff_role)
    page = await stage.chooses(olivia, page, "Player roles", town.player_role)
    page = await stage.chooses(olivia, page, "Approver roles", town.approver_role, town.staff_role)
    stage.reads(page, "Manage Server alone gives no access", name="the owner is told that she is no staff by that")
    page = await stage.presses(olivia, page, "Next")
    page = await stage.chooses(olivia, page, "Channel for requests", town.approvals)
    page = await stage.chooses(olivia, page, "Channel for audit lines", town.audit)
    stage.reads(page, "Saved: channel for audit lines")
    page = await stage.presses(olivia, page, "Next")
    page = await stage.chooses(olivia, page, "How players link themselves", "With approval")
    stage.reads(page, "Players ask, staff decide", "Rules for players\ndone", name="the owner chose the default rule")
    await opens(stage, page)


async def opens(stage: Stage, page: Screen) -> None:
    """The dry run, and the panel for everybody."""
    olivia = stage.olivia
    page = await stage.presses(olivia, page, "Next")
    page = await stage.presses(olivia, page, "Try it on me")
    stage.reads(page, "/linkchar: refused", "readable", "Nothing was changed", name="the dry run is honest")
    page = await stage.presses(olivia, page, "Next")
    page = await stage.presses(olivia, page, "Post it here")
    stage.reads(page, "Posted the panel in #general")
    page = await stage.presses(olivia, page, "Finish")
    stage.reads(page, "This server is set up")
    stage.asked_times("link", 0)


@scene(
    VESPUCCI,
    "The neighbours see nothing of ours",
    "The same bot in another server, of another community: other history, other links; our buttons do nothing there.",
)
async def neighbours(stage: Stage) -> None:
    """A second guild of a second community."""
    near = stage.town.neighbours
    if near is None:
        raise LookupError("this town has no neighbours")
    await joins(stage, near)
    audit = await stage.types(near.rolf, "audit")
    stage.reads(audit, "@Petra")
    stage.silent("their /audit has nothing of ours", [audit.text], "HARB", "Pia", "Olivia", stage.town.plan.name)
    nothing = await stage.types(near.rolf, "audit", sync_id="HARB0001")
    stage.reads(nothing, "No entry matches", "Only this server's own history")
    offered = await stage.offered(near.rolf, "linkchar", "sync_id", "HARB")
    stage.silent("nothing of ours is offered while typing", [one for one in offered if "linked" in one], "HARB")
    answer = await stage.types(near.rolf, "linkchar", sync_id="HARB0001", api_id=stage.town.account(stage.pia).uuid)
    stage.reads(answer, "Nothing was changed", name="an account of ours is nobody there")
    await asks(stage, stage.quinn, "HARB0005", "Rosa Lind")
    card = await stage.looks(stage.ava, stage.town.approvals, "Request: @Quinn", "HARB0005")
    forged = await stage.smuggles(near.rolf, audit, card, "Approve")
    stage.silent("our card decides nothing for their staff", [forged.text], "Approved", "HARB0005", "Rosa")
    stage.links(stage.quinn)
    stage.same("nothing is linked in their CAD", [one.links for one in near.state.accounts.values()], [])


async def joins(stage: Stage, near: Neighbours) -> None:
    """Set the other server up, in short: its own key and its own staff."""
    overview = await stage.types(near.petra, "setup")
    page = await stage.presses(near.petra, overview, "Continue: CAD connection")
    proof = await enters_key(stage, near.petra, page, near.state, near.state.community.key)
    stage.reads(proof, near.state.community.name)
    page = await stage.presses(near.petra, proof, "Yes, that is ours")
    page = await stage.presses(near.petra, page, "Overview")
    page = await stage.presses(near.petra, page, "Roles")
    await stage.chooses(near.petra, page, "Staff roles", near.staff_role)
