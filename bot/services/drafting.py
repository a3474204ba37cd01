"""Where drafts are kept: in memory while the process lives, and in the database after each page.

One process serves a guild, so what is in memory counts; what is found `sending` was cut short by a stop, and nobody
knows what became of it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from bot.domain.answers import Problem
from bot.domain.forms import Form
from bot.domain.template import Template
from bot.errors import Expired, Refused, StorageError
from bot.services.drafts import Draft, DraftState, Edited, Origins
from bot.services.tickets import DRAFT_SECONDS
from bot.services.turn import Intent, Subject
from bot.storage import drafts as rows
from bot.storage import guilds, operations
from bot.storage.drafts import DraftRow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from bot.services.turn import Turn
    from bot.storage.engine import Database

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.4
"""How long a form that is the first answer waits for the database, out of the 500 ms that it may."""

UNFINISHED = (DraftState.OPEN, DraftState.UNSURE, DraftState.SENDING)


@dataclass(frozen=True, kw_only=True)
class DraftIntent(Intent):
    """Something about one draft."""

    draft_id: str


@dataclass(frozen=True, slots=True)
class KeptProblem:
    """A problem without its field, which the template's version has."""

    key: str
    params: dict[str, str | int] = field(default_factory=dict)
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft as it is stored. `versions` are the digests of every template that it went through."""

    subject: Subject
    staff: bool
    versions: tuple[str, ...]
    edited: Edited | None = None
    delete_after: int | None = None
    answers: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    problems: dict[str, KeptProblem] = field(default_factory=dict)
    pages: tuple[tuple[str, ...], ...] = ()


_KEPT = TypeAdapter(Kept)


class Drafts:
    """Begins, finds and keeps drafts. `clock` gives Unix seconds; the last `limit` are held in memory."""

    def __init__(
        self,
        database: Database,
        *,
        new_id: Callable[[], str],
        clock: Callable[[], float] = time.time,
        limit: int = 10_000,
    ) -> None:
        self._database = database
        self._new_id = new_id
        self._clock = clock
        self._limit = limit
        self._held: OrderedDict[str, Draft] = OrderedDict()

    def begin(self, turn: Turn, subject: Subject, template: Template, edited: Edited | None = None) -> Draft:
        """Return a new draft, in memory until it is kept."""
        origins = Origins(self._new_id(), turn.guild.id, turn.actor.user_id, turn.tenant.id, self._clock())
        return self._hold(Draft(subject, Form(template, staff=turn.as_staff), origins, edited))

    async def unfinished(self, turn: Turn, subject: Subject, record_id: int | None = None) -> Draft | None:
        """Return the person's newest draft of a form (`record_id` None: of a new character) that he left within a day.

        Reads only the database, and only for as long as a form that is the first answer may wait. One made as staff is
        not a player's, and the other way round.
        """
        about = _about(subject, record_id)
        since = self._clock() - DRAFT_SECONDS
        mine = (turn.guild.id, turn.actor.user_id)
        known = [one for one in self._held.values() if self._fits(one, turn, about)]
        if known:
            return max(known, key=lambda one: one.origins.started)
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                draft = await self._load(lambda tx: rows.latest(tx, *mine, about, states=UNFINISHED, since=since))
        except (StorageError, TimeoutError) as error:
            log.warning("could not look for an unfinished draft: %s", type(error).__name__)
            return None
        return draft if draft is not None and self._fits(draft, turn, about) else None

    async def find(self, turn: Turn, draft_id: str) -> Draft:
        """Return one's own draft. Raises Expired where it is older than a day or erased, StorageError if unreadable."""
        draft = self._held.get(draft_id) or await self._load(lambda tx: rows.find(tx, draft_id))
        if draft is None or self._too_old(draft):
            raise Expired("draft-gone")
        origins = draft.origins
        if (origins.guild_id, origins.owner_id, origins.community_id) != (
            turn.guild.id,
            turn.actor.user_id,
            turn.tenant.id,
        ):
            raise Expired("draft-gone")
        return draft

    async def keep(self, draft: Draft) -> None:
        """Store a draft as it is now. Where that fails it still lives as long as the process does.

        One that is being sent by now is stored by its claim: a page is kept after it was answered, so a quick press
        may come before that.
        """
        if draft.state is DraftState.SENDING:
            return
        row, bodies = _stored(draft)

        def work(tx: Connection) -> None:
            self._save(tx, row, bodies)

        try:
            await self._database.write(work)
        except StorageError as error:
            log.warning("a draft could not be stored and will not outlive this process: %s", error)
        else:
            draft.digests = list(row.body["versions"])

    async def claim(self, draft: Draft, before: DraftState) -> None:
        """Store a draft as being sent, before anything is.

        Raises Refused where it was settled elsewhere meanwhile, and StorageError where that can't be stored.
        """
        row, bodies = _stored(draft)
        # One that was cut short is stored as being sent; whoever goes on with it was asked first.
        states = (DraftState.OPEN,) if before is DraftState.OPEN else (before, DraftState.SENDING)

        def work(tx: Connection) -> bool:
            if operations.of_draft(tx, row.id):  # what was sent of it before is still to be found out
                return False
            if not rows.move(tx, row.id, states=states, to=row.state) and rows.find(tx, row.id) is not None:
                return False
            self._save(tx, row, bodies)
            return True

        if not await self._database.write(work):
            raise Refused("edit-under-way" if draft.edited else "create-under-way")
        draft.digests = list(row.body["versions"])

    def settling(self, draft_id: str | None, state: DraftState) -> Callable[[Connection], None]:
        """Return the work that ends the sending of a draft, which is so in memory at once. None: there is no draft."""
        held = self._held.get(draft_id or "")
        if held is not None:
            held.state = state

        def work(tx: Connection) -> None:
            if draft_id is not None:
                rows.conclude(tx, draft_id, state=state, wipe=state is DraftState.DONE)

        return work

    def forget(self, guild_id: int, owner_id: int) -> None:
        """Forget a person's drafts, whose rows somebody erased."""
        for draft in list(self._held.values()):
            if (draft.origins.guild_id, draft.origins.owner_id) == (guild_id, owner_id):
                del self._held[draft.id]

    def _fits(self, draft: Draft, turn: Turn, about: str) -> bool:
        """Whether a draft is this person's, may be gone on with, and is the form that is asked for."""
        origins = draft.origins
        mine = (origins.guild_id, origins.owner_id, origins.community_id) == (
            turn.guild.id,
            turn.actor.user_id,
            turn.tenant.id,
        )
        open_still = draft.state in {DraftState.OPEN, DraftState.UNSURE} and not self._too_old(draft)
        same = _about(draft.subject, draft.edited.record_id if draft.edited else None) == about
        return mine and open_still and same and draft.form.staff is turn.as_staff

    def _too_old(self, draft: Draft) -> bool:
        return self._clock() - draft.origins.started > DRAFT_SECONDS

    async def _load(self, look: Callable[[Connection], DraftRow | None]) -> Draft | None:
        def work(tx: Connection) -> tuple[DraftRow, Kept, list[Mapping[str, Any] | None]] | None:
            row = look(tx)
            if row is None:
                return None
            kept = _KEPT.validate_python(row.body)
            return row, kept, [guilds.template(tx, row.community_id, digest) for digest in kept.versions]

        try:
            found = await self._database.read(work)
        except ValidationError:
            log.warning("a draft of another version of this bot can't be read")
            return None
        if found is None:
            return None
        row, kept, bodies = found
        return self._held.get(row.id) or self._hold(_restored(row, kept, bodies))

    def _save(self, tx: Connection, row: DraftRow, bodies: list[dict[str, Any]]) -> None:
        rows.save(tx, row)
        for body in bodies:
            guilds.keep_template(tx, row.community_id, body, now=self._clock())

    def _hold(self, draft: Draft) -> Draft:
        self._held[draft.id] = draft
        if len(self._held) > self._limit:
            forgotten = next(one for one in self._held.values() if one.state is not DraftState.SENDING)
            del self._held[forgotten.id]
        return draft


def _about(subject: Subject, record_id: int | None) -> str:
    what = "new" if record_id is None else f"edit:{record_id}"
    return f"{what}:{subject.member_id or ''}:{subject.api_id or ''}"


def _stored(draft: Draft) -> tuple[DraftRow, list[dict[str, Any]]]:
    """Return the draft for storing, with the versions of the template that are not stored yet, as JSON."""
    versions = [*draft.former, draft.form][len(draft.digests) :]
    bodies = [form.template.model_dump(mode="json", by_alias=True) for form in versions]
    digests = [*draft.digests, *(guilds.template_digest(body) for body in bodies)]
    return _row(draft, tuple(digests)), bodies


def _row(draft: Draft, digests: tuple[str, ...]) -> DraftRow:
    """Return the draft for storing; of one that is settled only that it is."""
    settled = draft.state in {DraftState.DONE, DraftState.CANCELLED}
    edited = Edited(draft.edited.record_id, "", {}) if draft.edited and settled else draft.edited
    kept = Kept(draft.subject, draft.form.staff, digests, edited)
    if not settled:
        problems = {uid: KeptProblem(one.key, dict(one.params), one.near) for uid, one in draft.problems.items()}
        pages = tuple(tuple(one.uid for one in page) for page in draft.pages)
        kept = Kept(
            draft.subject,
            draft.form.staff,
            digests,
            edited,
            draft.delete_after,
            dict(draft.answers),
            dict(draft.typed),
            problems,
            pages,
        )
    origins = draft.origins
    return DraftRow(
        origins.id,
        origins.guild_id,
        origins.owner_id,
        origins.community_id,
        _about(draft.subject, draft.edited.record_id if draft.edited else None),
        draft.state,
        _KEPT.dump_python(kept, mode="json"),
        origins.started,
    )


def _restored(row: DraftRow, kept: Kept, bodies: list[Mapping[str, Any] | None]) -> Draft:
    """Return a stored draft. A version of the template that is gone has no fields: what comes back for it is lost."""
    forms = [Form(Template.model_validate(body or {}), staff=kept.staff) for body in bodies]
    form = forms[-1]
    fields = {one.uid: one for one in form.fields}
    pages = [tuple(fields[uid] for uid in page if uid in fields) for page in kept.pages]
    state = DraftState(row.state)
    return Draft(
        subject=kept.subject,
        form=form,
        origins=Origins(row.id, row.guild_id, row.owner_id, row.community_id, row.started_at),
        edited=kept.edited,
        former=forms[:-1],
        digests=list(kept.versions),
        delete_after=kept.delete_after,
        answers=dict(kept.answers),
        typed=dict(kept.typed),
        problems={
            uid: Problem(fields[uid], one.key, one.params, one.near)
            for uid, one in kept.problems.items()
            if uid in fields
        },
        pages=pages,
        state=DraftState.UNSURE if state is DraftState.SENDING else state,
    )
