"""Players ask, approvers decide: over restarts, with closed direct messages, and two approvers at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .stage import Stage, scene
from .town import VESPUCCI

if TYPE_CHECKING:
    from sandbox.discord import Member

    from .screen import Screen

MAYA = "Maya Torres"


async def asks(stage: Stage, who: Member, sync_id: str, character: str) -> Screen:
    """Type the command, read that staff must approve, and ask them."""
    answer = await stage.types(who, "linkchar", sync_id=sync_id)
    return await sends(stage, who, answer, sync_id, character)


async def sends(stage: Stage, who: Member, answer: Screen, sync_id: str, character: str) -> Screen:
    """Ask staff from the answer that says that they must approve."""
    stage.reads(answer, "staff must approve it")
    form = await stage.presses(who, answer, "Ask staff")
    asked = await stage.submits(who, form, {"The character's name": character}, short=True)
    stage.show(asked)
    stage.reads(asked, f"Asked: staff will decide about {sync_id}")
    return asked


@scene(
    VESPUCCI,
    "An account is proven by its secret",
    "Nils never linked Discord to Sonoran: the secret of his account proves it, and stands nowhere afterwards.",
)
async def verifies(stage: Stage) -> None:
    """/account verify."""
    stage.town.register(stage.nils, known=False)
    secret = stage.town.account(stage.nils).secret
    answer = await stage.types(stage.nils, "linkchar")
    stage.reads(answer, "/account verify", "Nothing was changed", name="Nils is told the step that is missing")
    where = await stage.types(stage.nils, "account verify")
    stage.reads(where, "Never post the secret")
    form = await stage.presses(stage.nils, where, "Enter secret")
    proven = await stage.submits(stage.nils, form, {"Account secret": secret}, hidden=["Account secret"])
    stage.reads(proven, "Proven", "NilsOnDuty is yours")
    stage.silent("the secret is in nothing that the bot printed", [stage.company.bot.output], secret)
    stage.same("the secret is in plain in no file", stage.company.disk.leaks([secret]), [])
    stage.reads(await stage.types(stage.nils, "linkchar"), "No character is linked yet", name="now the CAD knows him")
    stage.links(stage.nils)


@scene(
    VESPUCCI,
    "A player asks staff, and the bot is restarted in between",
    "From the panel to a card for approvers; the card works after the restart, and the player is told.",
)
async def approval(stage: Stage) -> None:
    """The panel, Ask staff, a restart, Look up, Approve, a direct message."""
    panel = await stage.looks(stage.pia, stage.town.general, "Your characters in the CAD")
    links = await stage.presses(stage.pia, panel, "Link a character")
    form = await stage.presses(stage.pia, links, "Enter a sync ID")
    answer = await stage.submits(stage.pia, form, {form.fields[0].label: "HARB0001"}, short=True)
    stage.show(answer)
    await sends(stage, stage.pia, answer, "HARB0001", MAYA)
    stage.links(stage.pia)
    stage.asked_times("link", 0)
    await stage.stops_bot()
    await stage.starts_bot()
    card = await stage.looks(stage.ava, stage.town.approvals, "Request: @Pia", "HARB0001", MAYA)
    looked = await stage.presses(stage.ava, card, "Look up")
    stage.reads(looked, "Not found", "usual before it is linked")
    decided = await stage.presses(stage.ava, card, "Approve")
    stage.reads(decided, "Approved: HARB0001 is linked for @Pia", "The player is told")
    card = await stage.looks(stage.sam, stage.town.approvals, "Approved: HARB0001")
    stage.reads(card, "Decided by @Ava", MAYA)
    stage.reads(await stage.reads_mail(stage.pia, "HARB0001"), "Approved: HARB0001 is linked", MAYA)
    stage.asked_times("link", 1)
    stage.links(stage.pia, "HARB0001")


@scene(
    VESPUCCI,
    "Denied, with direct messages closed",
    "In the channel only that it is decided; how and why is for Quinn alone.",
)
async def denial(stage: Stage) -> None:
    """A reason, and a mention in place of the direct message."""
    stage.closes_mail(stage.quinn)
    await asks(stage, stage.quinn, "HARB0002", "Big Boss")
    card = await stage.looks(stage.ava, stage.town.approvals, "Request: @Quinn", "HARB0002")
    form = await stage.presses(stage.ava, card, "Deny")
    denied = await stage.submits(stage.ava, form, {"Reason": "That is not a name in our game"}, short=True)
    stage.show(denied)
    stage.reads(denied, "Denied: HARB0002", "The player is told")
    mention = await stage.looks(stage.quinn, stage.town.general, "@Quinn", "your request was decided")
    stage.silent("the channel tells neither how nor why", [mention.text], "HARB0002", "Denied", "not a name")
    told = await stage.presses(stage.quinn, mention, "Read the decision")
    stage.reads(told, "Denied: HARB0002", "That is not a name in our game")
    stage.same("that answer is for Quinn alone", told.title, "Charlink, only Quinn sees this")
    other = await stage.presses(stage.otto, mention, "Read the decision")
    stage.reads(other, "for somebody else")
    stage.silent("whoever else presses it learns nothing", [other.text], "HARB0002", "Denied", "not a name")
    again = await stage.types(stage.quinn, "linkchar", sync_id="HARB0002")
    form = await stage.presses(stage.quinn, again, "Ask staff")
    refused = await stage.submits(stage.quinn, form, {"The character's name": "Big Boss"}, short=True)
    stage.show(refused)
    stage.reads(refused, "HARB0002 was denied less than 24 hours ago", "Nothing was changed")
    stage.opens_mail(stage.quinn)
    stage.asked_times("link", 0)
    stage.links(stage.quinn)


@scene(VESPUCCI, "Two approvers press in the same moment", "One of them decides; the other is told so. One call.")
async def two_approvers(stage: Stage) -> None:
    """The first click wins, and nobody decides his own."""
    await asks(stage, stage.nils, "HARB0003", "Niko Berg")
    card = await stage.looks(stage.ava, stage.town.approvals, "Request: @Nils", "HARB0003")
    stage.note("The CAD takes 0.3 s for each answer now.")
    stage.town.cad.latency = 0.3
    answers = await stage.press_together(card, (stage.ava, "Approve"), (stage.ben, "Approve"))
    won = [answer for answer in answers if answer.text.startswith("Approved: HARB0003")]
    lost = [answer for answer in answers if answer not in won]
    stage.same("one of them approved", len(won), 1)
    for answer in lost:
        stage.reads(answer, "Nothing was changed by this press")
    stage.reads(await stage.reads_mail(stage.nils, "HARB0003"), "Approved: HARB0003")
    stage.same("Nils was told once", sum("HARB0003" in text for text in stage.mail(stage.nils)), 1)
    stage.asked_times("link", 1)
    stage.links(stage.nils, "HARB0003")


@scene(
    VESPUCCI,
    "Undo after the bot was killed",
    "Killed right after the answer; the Undo under it still knows what it takes back.",
)
async def undo_after_kill(stage: Stage) -> None:
    """A ticket is stored before its message is shown."""
    stage.reads(await stage.types(stage.sam, "linkchar", member=stage.pia), "HARB0001")
    linked = await stage.types(stage.sam, "linkchar", sync_id="HARB0004", member=stage.pia)
    stage.reads(linked, "Linked HARB0004")
    stage.links(stage.pia, "HARB0001", "HARB0004")
    await stage.kills_bot()
    await stage.starts_bot()
    undone = await stage.presses(stage.sam, linked, "Undo")
    stage.reads(undone, "Undone", "HARB0004")
    stage.links(stage.pia, "HARB0001")


@scene(
    VESPUCCI,
    "A deleted card comes back, and a request is taken back",
    "Nothing of a request is lost with its card; who asked can withdraw it, and then nobody can approve it.",
)
async def withdrawal(stage: Stage) -> None:
    """The request that Quinn has open from the scene before."""
    card = await stage.looks(stage.olivia, stage.town.approvals, "Request: @Quinn", "HARB0005")
    stage.deletes(stage.olivia, card)
    answer = await stage.types(stage.quinn, "linkchar", sync_id="HARB0005")
    form = await stage.presses(stage.quinn, answer, "Ask staff")
    again = await stage.submits(stage.quinn, form, {"The character's name": "Rosa Lind"}, short=True)
    stage.show(again)
    stage.reads(again, "Already asked: HARB0005")
    card = await stage.looks(stage.ava, stage.town.approvals, "Request: @Quinn", "HARB0005")
    stage.same("the card is there again", card.buttons, ["Look up", "Approve", "Deny"])
    status = await stage.types(stage.quinn, "account status")
    stage.reads(status, "QuinnOnDuty", "HARB0005", "waiting for staff", "HARB0002", "denied")
    gone = await stage.presses(stage.quinn, status, "Withdraw HARB0005")
    stage.reads(gone, "Withdrawn: HARB0005 is not asked for any more")
    card = await stage.looks(stage.ava, stage.town.approvals, "Withdrawn")
    stage.reads(card, "@Quinn took back the request for HARB0005")
    stage.same("nothing can be decided on it any more", card.buttons, [])
    stage.asked_times("link", 0)
    stage.links(stage.quinn)
