"""The CAD is away, and the bot is restarted meanwhile: nothing is lost, nothing is done twice."""

from __future__ import annotations

from .stage import Stage, scene
from .town import PALETO


@scene(
    PALETO,
    "The CAD is away for a while",
    "Who asks meanwhile is told at once that it is kept, and at the end what became of it.",
)
async def outage(stage: Stage) -> None:
    """Two requests during an outage: one is taken back, one is carried out when the CAD is back."""
    await stage.cad_goes_away()
    kept = await stage.types(stage.pia, "linkchar", sync_id="AWAY0001")
    stage.reads(kept, "Kept", "Nothing was changed yet", "Reference")
    regretted = await stage.types(stage.pia, "linkchar", sync_id="AWAY0002")
    gone = await stage.presses(stage.pia, regretted, "Take it back")
    stage.reads(gone, "Taken back", "nothing was sent to the CAD")
    await stage.cad_comes_back()
    done = await stage.becomes(stage.pia, kept, "Done: link AWAY0001")
    stage.reads(done, "Done", "Reference")
    stage.links(stage.pia, "ABC12345", "AWAY0001")
    stage.asked_times("link", 1)
    stage.in_time()


@scene(
    PALETO,
    "Killed in the middle of a call",
    "The CAD has done it, but the bot died before it heard so. It looks before it sends anything again.",
)
async def killed_in_the_middle(stage: Stage) -> None:
    """A link that is applied while its answer never comes."""
    stage.town.cad.faults.add("hang", "link", applied=True)
    waiting = await stage.begins(stage.pia, "linkchar", sync_id="KILL0001")
    await stage.cad_gets("link")
    await stage.kills_bot()
    await stage.starts_bot()
    told = await stage.answered(stage.pia, waiting)
    stage.reads(told, "Kept", "restarted in the middle")
    await stage.becomes(stage.pia, told, "Done: link KILL0001")
    stage.asked_times("link", 1)
    stage.links(stage.pia, "ABC12345", "AWAY0001", "KILL0001")


OUTAGE_SCENES = (outage, killed_in_the_middle)
