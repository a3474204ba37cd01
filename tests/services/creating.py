"""Jane Doe and the CAD that she is created in: what the tests of new characters share."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from bot.errors import CadError, Kept, NotApplied, Question, Refused
from bot.services.creation import Creation, DraftIntent, StartIntent
from bot.services.drafting import Drafts
from bot.services.templates import Templates
from bot.services.turn import Subject
from sandbox.templates import field, section, template
from tests.community import PIA, Town
from tests.engine import drive
from tests.services.files import NoFiles

if TYPE_CHECKING:
    from bot.services.attachments import AttachmentReader
    from bot.services.drafts import Draft
    from bot.services.turn import Turn
    from sandbox.cad.state import Account
    from sandbox.templates import Json

MINE = Subject(member_id=PIA)
START = StartIntent(subject=MINE)
FIRST, LAST, DOB, JOB = range(4)


def civilian(*more: Json) -> Json:
    return template(
        section(
            "Civilian",
            field("first", "text", "First name", isRequired=True),
            field("last", "text", "Last name"),
            field("dob", "date", "Date of birth", mask="MM/DD/YYYY"),
            *more,
        )
    )


def settle(place: Town) -> Town:
    place.state.templates[7] = civilian()
    return place


def drafts_of(place: Town) -> Drafts:
    """Return where drafts are kept, as a process finds it at its start."""
    return Drafts(place.database, new_id=lambda: uuid.uuid4().hex, clock=place.clock)


def templates_of(place: Town) -> Templates:
    return Templates(place.keep_template)


def creation_of(place: Town, files: AttachmentReader | None = None) -> Creation:
    return Creation(place.accounts, files or NoFiles(), place.history, drafts_of(place), templates_of(place))


async def draft_of(place: Town, creation: Creation, turn: Turn | None = None, intent: StartIntent = START) -> Draft:
    """Return a draft of Jane Doe, filled in."""
    await creation.warm(place.tenant)
    draft = await creation.begin(turn or place.turn(), intent)
    assert draft is not None
    draft.submit(0, {FIRST: "Jane", LAST: "Doe", DOB: "01/02/1990"}, version=draft.version)
    place.asked.clear()
    return draft


async def listed(place: Town, turn: Turn, subject: Subject = MINE) -> None:
    """Let the bot see the account's characters, so that it can tell a new one."""
    await turn.tenant.cad.characters(turn.caller, await place.accounts.target(turn, subject))
    place.asked.clear()


async def unwatched() -> None: ...


def about(draft: Draft, *yes: str) -> DraftIntent:
    return DraftIntent(draft_id=draft.id, confirmed=frozenset(yes))


async def create(place: Town, creation: Creation, draft: Draft, *yes: str) -> Exception | None:
    try:
        await creation.create(place.turn(), about(draft, *yes), draft, unwatched)
    except (CadError, Kept, NotApplied, Refused, Question) as error:
        return error
    return None


def key(error: Exception | None) -> str:
    assert isinstance(error, CadError | Kept | NotApplied | Refused | Question)
    return error.key


async def driven(place: Town, creation: Creation, kept: Exception | None) -> None:
    """Have what was kept driven to its end by the same process."""
    assert isinstance(kept, Kept)
    await drive(place.driver(creation._drafts).attempt, kept.operation, place.clock)


def names(place: Town, account: Account) -> list[str]:
    """Return the first names of the characters that the CAD holds for an account, in lower case."""
    fields = [place.state.characters(account)[n]["sections"][0]["fields"][0] for n in range(len(place.state.held))]
    return [str(one["value"]).lower() for one in fields]
