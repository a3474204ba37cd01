"""A form, two characters of it, and a stop of the process: what the tests of `/chars` and of kept drafts share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bot.storage.tables import history
from sandbox.templates import field, section, template

if TYPE_CHECKING:
    from sandbox.cad.state import Account
    from sandbox.templates import Json
    from tests.cogs.stage import Answer, Stage
    from tests.community import Town


def civilian(*more: Json) -> Json:
    return template(
        section(
            "Civilian",
            field("first", "text", "First name", isRequired=True),
            field("last", "text", "Last name", isRequired=True),
            field("dob", "date", "Date of birth", mask="DD/MM/YYYY"),
            field("sex", "select", "Sex", options=["M", "F"]),
            field("boxes", "checkboxes", "Licences", options=["Boat", "Plane"]),
            *more,
        )
    )


def settled(place: Town, form: Json | None = None) -> Town:
    place.state.templates[7] = form or civilian()
    return place


def born(place: Town, account: Account, first: str = "Jane", dob: str = "17/04/1994", **more: str) -> int:
    """Give an account a character, and return its record id."""
    record = place.state.add_record(account, {"first": first, "last": "Doe", "dob": dob, **more})
    return int(record["id"])


def held(place: Town, number: int, uid: str) -> Any:
    """Return what the CAD holds in a field of a character."""
    record = place.state.held[number].record
    (found,) = [one for part in record["sections"] for one in part["fields"] if one["uid"] == uid]
    return found["data"].get("flags") if uid == "boxes" else found["value"]


def stop(stage: Stage) -> None:
    """Forget what a stop of the process forgets, but for the CAD client's caches."""
    stage.services.creation._drafts._held.clear()
    stage.services.tickets._kept.clear()


async def deeds(place: Town) -> list[tuple[str, str, str]]:
    """Action, state and subject of every row of the history, in order."""
    columns = history.c.action, history.c.state, history.c.subject
    return await place.database.read(
        lambda tx: [tuple(row) for row in tx.execute(select(*columns).order_by(history.c.number))]
    )


async def choose(who: Any, answer: Answer, value: str) -> Any:
    """Choose in the one menu under an answer."""
    return await who.select(answer.result.response, [value])
