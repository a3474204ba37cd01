"""The life of a community: its characters, what staff find in the history, and what people can read and erase."""

from __future__ import annotations

from .stage import Stage, scene
from .town import VESPUCCI

MAYA = {"first": "MAYA", "last": "TORRES", "occupation": "Taxi driver", "sex": "F", "age": "31"}


@scene(
    VESPUCCI,
    "See, edit and remove one's own characters",
    "Only what was changed is sent; removing asks first; somebody else's character is out of reach.",
)
async def own_characters(stage: Stage) -> None:
    """/chars list, edit and remove."""
    state = stage.town.cad.state
    state.add_record(stage.town.account(stage.pia), MAYA)
    record = state.add_record(stage.town.account(stage.pia), {**MAYA, "first": "MARA"})
    number = str(record["id"])
    stage.note("Pia has made two characters in the CAD itself: Maya and Mara Torres.")
    listed = await stage.types(stage.pia, "chars list")
    stage.reads(listed, "2 characters", "MAYA TORRES", "MARA TORRES", "HARB0001")
    form = await stage.types(stage.pia, "chars edit", character=number)
    draft = await stage.submits(stage.pia, form, {"Last": "VEGA"}, short=True)
    stage.show(draft)
    stage.reads(draft, "Ready to save", "TORRES", "VEGA")
    saved = await stage.presses(stage.pia, draft, "Save")
    stage.reads(saved, "Saved", "1 field")
    body = next(entry.body for entry in reversed(stage.calls) if entry.endpoint == "edit")
    stage.same(
        "only the field that was changed was sent",
        isinstance(body, dict) and body.get("replaceValues"),
        {"last": "VEGA"},
    )
    await others(stage, number)
    question = await stage.types(stage.pia, "chars remove", character=number)
    stage.reads(question, "Remove MARA VEGA?", "cannot be undone")
    stage.characters(stage.pia, 2)
    stage.reads(await stage.presses(stage.pia, question, "Remove"), "Removed MARA VEGA")
    stage.characters(stage.pia, 1)


async def others(stage: Stage, number: str) -> None:
    """What Quinn gets at Pia's character with: nothing."""
    answer = await stage.types(stage.quinn, "chars remove", character=number)
    stage.reads(answer, "No such character", "Nothing was changed", name="Quinn can't remove it by its number")
    answer = await stage.types(stage.quinn, "chars remove", character=number, member=stage.pia)
    stage.reads(answer, "only staff can do that", name="nor by naming Pia")
    stage.props["refused"] = answer
    stage.asked_times("remove", 0)


@scene(
    VESPUCCI,
    "Who did what, and why somebody may",
    "Staff search this server's history, by a reference too, and ask why a command is allowed.",
)
async def audit(stage: Stage) -> None:
    """/audit, its export, and /access."""
    found = await stage.types(stage.sam, "audit", sync_id="HARB0001")
    stage.reads(found, "@Ava", "approve the request", "HARB0001", "@Pia")
    exported = await stage.types(stage.sam, "audit", export=True)
    table = "".join(exported.files.values())
    missing = [one for one in ("HARB0001", "HARB0002", "HARB0003") if one not in table]
    stage.same("all of it is in the file", missing, [])
    stage.silent("neither a field's value nor a secret is in it", [table], "VEGA", *stage.town.cad.secrets)
    stage.reads(await stage.looks(stage.sam, stage.town.audit, "HARB0004"), "@Sam", "@Pia")
    stage.reads(await stage.types(stage.pia, "audit"), "only staff can do that", "@Staff")
    reference = stage.props["refused"].text.rpartition("Reference: ")[2].split()[0]
    found = await stage.types(stage.sam, "audit", reference=reference)
    stage.reads(found, "1 entry", "@Quinn", "refused", reference, name="the reference under Quinn's refusal is found")
    may = await stage.types(stage.sam, "access", command="linkchar", member=stage.pia)
    stage.reads(may, "@Pia", "allowed to ask", "@Player")
    may_not = await stage.types(stage.sam, "access", command="linkchar", member=stage.otto)
    stage.reads(may_not, "No, @Otto may not use", "it needs a player role", "@Player")
    stage.asked(name="nothing of it asks the CAD")


@scene(
    VESPUCCI,
    "What is stored about me, and erase it",
    "The bot forgets Nils; his link in the CAD is his own and stays.",
)
async def own_data(stage: Stage) -> None:
    """/mydata."""
    shown = await stage.types(stage.nils, "mydata")
    stage.reads(shown, "stored about you")
    file = "".join(shown.files.values())
    stage.same("the rows themselves are in the file", [one for one in ("HARB0003",) if one not in file], [])
    stage.silent("no secret is in it", [file], stage.town.account(stage.nils).secret)
    question = await stage.types(stage.nils, "mydata", erase=True)
    stage.reads(question, "Erase what is stored about you here?", "stay as they are")
    erased = await stage.presses(stage.nils, question, "Yes, erase it")
    stage.reads(erased, "Erased what was stored about you here")
    answer = await stage.types(stage.nils, "linkchar")
    stage.reads(answer, "/account verify", name="the bot does not know his account any more")
    stage.asked_times("unlink", 0)
    stage.links(stage.nils, "HARB0003")
