"""The story, scene by scene: who does what, what people must see, and what the CAD must then hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .approval_scenes import approval, denial, two_approvers, undo_after_kill, verifies, withdrawal
from .bulk_scenes import BULK_SCENES
from .character import SHEET, SLIPS, page_of
from .community_scenes import audit, own_characters, own_data
from .outage_scenes import OUTAGE_SCENES
from .setup_scenes import connects, neighbours, sets_up
from .stage import Stage, scene
from .town import BLAINE, LOS_SANTOS, PALETO

if TYPE_CHECKING:
    from .screen import Screen

FIRST_TRY = {**SHEET, **SLIPS}
TYPED = [", ".join(value) if isinstance(value, list) else value for value in SHEET.values()]


def complaints_in(answer: Screen) -> list[str]:
    """Return the lines that name a wrong field."""
    return [line for line in answer.text.splitlines() if line.startswith("- ")]


@scene(
    LOS_SANTOS, "Staff links a character for a player", "One command, one call to the CAD, one answer for Sam alone."
)
async def staff_links(stage: Stage) -> None:
    """The main job."""
    answer = await stage.types(stage.sam, "linkchar", sync_id="ABC12345", member=stage.pia)
    stage.reads(answer, "Linked ABC12345", "@Pia")
    stage.asked("link", name="one call to the CAD")
    stage.links(stage.pia, "ABC12345")


@scene(LOS_SANTOS, "The same again", "A second time is no error: it says that it was so already.")
async def already_linked(stage: Stage) -> None:
    """Already linked is a success."""
    answer = await stage.types(stage.sam, "linkchar", sync_id="ABC12345", member=stage.pia)
    stage.reads(answer, "Already linked: ABC12345", "Nothing had to change")
    stage.links(stage.pia, "ABC12345")


@scene(
    LOS_SANTOS, "Unlinking asks first, and can be undone", "Nothing is sent before the yes; Undo brings the link back."
)
async def unlink_and_undo(stage: Stage) -> None:
    """A confirmation, then Undo."""
    question = await stage.types(stage.sam, "linkchar", sync_id="ABC12345", action="remove", member=stage.pia)
    stage.reads(question, "Unlink ABC12345?")
    stage.asked(name="nothing sent before the yes")
    done = await stage.presses(stage.sam, question, "Unlink")
    stage.reads(done, "Unlinked ABC12345")
    stage.links(stage.pia)
    undone = await stage.presses(stage.sam, done, "Undo")
    stage.reads(undone, "Undone", "ABC12345")
    stage.links(stage.pia, "ABC12345")


@scene(
    LOS_SANTOS, "A player links without staff", "Quinn confirms the CAD account once; after that no staff is needed."
)
async def player_links_alone(stage: Stage) -> None:
    """SELF_LINK=open, and an API ID that is the Discord id."""
    question = await stage.types(stage.quinn, "linkchar", sync_id="char1:7f3a")
    stage.reads(question, "Is this you?", "QuinnOnDuty")
    answer = await stage.presses(stage.quinn, question, "Yes, that is me")
    stage.reads(answer, "Linked char1:7f3a", "your CAD account")
    stage.links(stage.quinn, "char1:7f3a")
    offered = await stage.offered(stage.quinn, "linkchar", "sync_id", "char")
    stage.same(
        "the new link is offered while typing, and no other",
        [name for name in offered if "linked" in name],
        ["char1:7f3a, linked"],
    )


@scene(LOS_SANTOS, "The wrong role is refused", "The refusal names the rule and the roles; nothing reaches the CAD.")
async def wrong_role(stage: Stage) -> None:
    """Deny by default, and again at every click."""
    stranger = await stage.types(stage.otto, "linkchar", sync_id="XYZ98765")
    stage.reads(stranger, "you need a player role", "@Player")
    question = await stage.types(stage.quinn, "linkchar", sync_id="char1:7f3a", action="remove")
    stage.note("An admin takes Quinn's Player role away while the question is still open.")
    stage.quinn.take(stage.town.player_role)
    late = await stage.presses(stage.quinn, question, "Unlink")
    stage.quinn.give(stage.town.player_role)
    stage.reads(late, "you need a player role", name="a button is refused too once the role is gone")
    stage.asked(name="nothing sent to the CAD")
    stage.links(stage.quinn, "char1:7f3a")


@scene(
    LOS_SANTOS,
    "Nobody gets at somebody else's account",
    "Neither by an option, nor by pressing a button of somebody else.",
)
async def somebody_elses_account(stage: Stage) -> None:
    """A member option without the role, staff's option, and a forged press."""
    answer = await stage.types(stage.quinn, "linkchar", sync_id="ABC12345", member=stage.pia)
    stage.reads(answer, "only staff can do that", "@Staff")
    answer = await stage.types(stage.quinn, "linkchar", sync_id="ABC12345", api_id=str(stage.pia.id))
    stage.reads(answer, "only staff can do that", name="not by her API ID either")
    question = await stage.types(stage.sam, "linkchar", sync_id="ABC12345", action="remove", member=stage.pia)
    forged = await stage.presses(stage.quinn, question, "Unlink", forged=True)
    stage.reads(forged, "belongs to somebody else", name="a forged press of Sam's button is refused")
    stage.asked(name="nothing sent to the CAD")
    stage.links(stage.pia, "ABC12345")


@scene(LOS_SANTOS, "A strange sync ID is refused", "What can't be a sync ID is never sent, and the answer says why.")
async def strange_sync_id(stage: Stage) -> None:
    """Path tricks and invisible characters."""
    answer = await stage.types(stage.pia, "linkchar", sync_id="../../communities/1")
    stage.reads(answer, "Not a sync ID", "Nothing was sent")
    answer = await stage.types(stage.pia, "linkchar", sync_id="ABC\u200b12345")
    stage.reads(answer, "invisible characters")
    stage.asked(name="nothing sent to the CAD")


@scene(
    PALETO, "An account that is not linked", "Nils is told the one step that is missing, and once it is done it works."
)
async def unlinked_account(stage: Stage) -> None:
    """Nils has never linked Discord to Sonoran."""
    answer = await stage.types(stage.nils, "linkchar", sync_id="XYZ98765")
    stage.reads(answer, "link Discord to the Sonoran account", "Nothing was changed")
    stage.note("Nils links Discord to his Sonoran account, as he was told.")
    stage.town.register(stage.nils)
    answer = await stage.types(stage.nils, "linkchar")
    stage.reads(answer, "No character is linked yet", name="then the CAD knows him")


@scene(
    BLAINE,
    "A player fills in a hard form",
    "Every wrong field is named at once, nothing typed is lost, then a summary.",
)
async def hard_form(stage: Stage) -> None:
    """Every kind of field, five a page; the mistakes of SLIPS are made once and then corrected."""
    form = await stage.types(stage.pia, "newchar")
    answer = await stage.submits(stage.pia, form, page_of(FIRST_TRY, form))
    complaints = complaints_in(answer)
    while page := await stage.goes_on(stage.pia, answer):
        correcting = bool(complaints_in(answer))
        typed = page_of(SHEET if correcting else FIRST_TRY, page)
        answer = await stage.submits(stage.pia, page, typed, short=not correcting)
        complaints += complaints_in(answer)
        if complaints_in(answer) and not correcting:
            stage.show(answer, brief=True)
    stage.note("Nothing is left to fill in: Pia reads the summary of all pages.")
    stage.show(answer)
    stage.reads(answer, "Ready to create", name="a summary stands above Create")
    unnamed = [label for label in SLIPS if not any(line.startswith(f"- {label}") for line in complaints)]
    stage.same(f"each of the {len(SLIPS)} wrong fields was named", unnamed, [])
    lost = [value for value in TYPED if value not in answer.text]
    stage.same(f"all {len(TYPED)} answers stand in the summary", lost, [])
    stage.asked(name="nothing sent to the CAD yet")
    stage.props["summary"] = answer


@scene(BLAINE, "Create, pressed twice at once", "Two presses make one character, shown as the CAD keeps it.")
async def create_twice(stage: Stage) -> None:
    """A double click while the CAD takes its time."""
    stage.note("The CAD takes 0.2 s for each answer now.")
    stage.town.cad.latency = 0.2
    answer, second = await stage.presses_twice(stage.pia, stage.props["summary"], "Create")
    stage.reads(second, "It is being created already")
    stage.reads(answer, "Created MARISOL", "Nationality: Mexican", "K-204")
    stage.asked("create", name="one call to the CAD")
    stage.characters(stage.pia, 1)


@scene(
    LOS_SANTOS,
    "Done, but the answer got lost",
    "The CAD unlinked the character and then said 500: the bot reads back and repeats nothing.",
)
async def lost_answer(stage: Stage) -> None:
    """An error after the call was carried out."""
    question = await stage.types(stage.quinn, "linkchar", sync_id="char1:7f3a", action="remove")
    stage.town.cad.faults.add("500", "unlink", applied=True)
    answer = await stage.presses(stage.quinn, question, "Unlink")
    stage.reads(answer, "Unlinked char1:7f3a")
    stage.asked("account", "unlink", "links", name="unlinked once, then read back")
    stage.links(stage.quinn)


@scene(
    LOS_SANTOS,
    "The CAD fails",
    "The first answer comes at once; the next says what happened and whether anything changed.",
)
async def cad_fails(stage: Stage) -> None:
    """No answer at all, HTTP 500, a maintenance page, a rate limit: what is not done at once is kept."""
    faults = stage.town.cad.faults
    stage.note("The CAD lets Quinn's call hang. Meanwhile others meet an HTTP 500, ...")
    faults.add("hang", "link")
    hanging = await stage.begins(stage.quinn, "linkchar", sync_id="SLOW0001")
    await stage.cad_gets("link")
    faults.add("500", "link")
    answer = await stage.types(stage.sam, "linkchar", sync_id="FAIL0500", member=stage.pia)
    done = await stage.becomes(stage.sam, answer, "Done: link FAIL0500")
    stage.reads(done, "was kept and finished", "Reference", name="HTTP 500: not in the list, so sent again")
    stage.note("... and a maintenance page instead of JSON.")
    faults.add("html", "links")
    answer = await stage.types(stage.sam, "linkchar", member=stage.otto)
    stage.reads(
        answer, "unreadable", "Nothing was changed", "Reference", name="a page instead of an answer is explained"
    )
    stage.note("Quinn still reads that Charlink is thinking: after ten seconds it is kept, and looked up.")
    answer = await stage.answered(stage.quinn, hanging)
    stage.reads(answer, "Kept: the CAD did not say", "Reference", name="no answer: kept, and looked up")
    await stage.becomes(stage.quinn, answer, "Done: link SLOW0001")
    stage.note("At last a rate limit: 429 with “Retry-After: 90”.")
    faults.add("429", "link", retry_after="90")
    answer = await stage.types(stage.sam, "linkchar", sync_id="RATE0429", member=stage.pia)
    stage.reads(answer, "Kept", "90 seconds", "Nothing was changed", "Reference", name="the wait is told")
    taken_back = await stage.presses(stage.sam, answer, "Take it back")
    stage.reads(taken_back, "Taken back", "nothing was sent")
    stage.in_time()
    stage.links(stage.pia, "ABC12345", "FAIL0500")
    stage.links(stage.quinn, "SLOW0001")


@scene(
    PALETO,
    "CAD v2 with nothing but the Discord id",
    "No API ID was ever set: the id that Discord gives is all that is sent.",
)
async def discord_id_alone(stage: Stage) -> None:
    """Create by dictionary, then link."""
    form = await stage.types(stage.pia, "newchar")
    draft = await stage.submits(stage.pia, form, page_of(SHEET, form))
    created = await stage.presses(stage.pia, draft, "Create")
    stage.reads(created, "Created MARISOL VEGA")
    stage.sent("POST", "/v2/general/records", "discord", "recordTypeId", "replaceValues", "useDictionary")
    linked = await stage.types(stage.pia, "linkchar", sync_id="ABC12345")
    stage.reads(linked, "Linked ABC12345")
    stage.sent("PUT", "/v2/civilian/character-links/ABC12345", "discord")
    stage.links(stage.pia, "ABC12345")
    stage.characters(stage.pia, 1)


SCENES = (
    staff_links,
    already_linked,
    unlink_and_undo,
    player_links_alone,
    wrong_role,
    somebody_elses_account,
    unlinked_account,
    strange_sync_id,
    hard_form,
    create_twice,
    lost_answer,
    cad_fails,
    discord_id_alone,
    *OUTAGE_SCENES,
    *BULK_SCENES,
    connects,
    sets_up,
    verifies,
    approval,
    denial,
    two_approvers,
    undo_after_kill,
    own_characters,
    neighbours,
    withdrawal,
    audit,
    own_data,
)
