"""What is stored about the person who asks, and its erasure. Nobody's but his own, and no secret is ever in it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot.domain.models import Target, TargetKind
from bot.errors import Question
from bot.services.auditing import instant
from bot.services.history import Deed
from bot.services.turn import Intent
from bot.storage import own

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.drafting import Drafts
    from bot.services.history import History
    from bot.services.tickets import Tickets
    from bot.services.turn import Turn
    from bot.storage.engine import Database
    from bot.storage.history import Entry
    from bot.storage.own import Erased, OwnRows

FILE_ROWS = 5_000
"""Entries of the history that go into the file, the newest."""
DENIED_SECONDS = 24 * 3600.0
"""How long a denial keeps its request from being repeated, so that erasing is no way around it."""
ERASE = "erase"


@dataclass(frozen=True, kw_only=True)
class OwnDataIntent(Intent):
    """See what is stored about oneself, or erase it."""

    erase: bool = False


class OwnData:
    """Shows and erases what is stored about a person. History ends after `history_days`; `clock` gives Unix seconds."""

    def __init__(
        self,
        database: Database,
        history: History,
        tickets: Tickets,
        drafts: Drafts,
        *,
        history_days: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._history = history
        self._tickets = tickets
        self._drafts = drafts
        self.history_days = history_days
        self._clock = clock

    async def show(self, turn: Turn) -> OwnRows:
        """Return every row about the person who asks, of this guild and of what its community shares of him."""
        person, tenant = self._person(turn), turn.guild.tenant
        if tenant is not None:
            await self._database.write(tenant.community.saving())  # what was just learnt is stored too
        return await self._database.read(lambda tx: own.read(tx, person, limit=FILE_ROWS))

    async def erase(self, turn: Turn, intent: OwnDataIntent) -> Erased:
        """Erase those rows, all or none, and leave one row that says so. Raises Question until there is a yes."""
        if ERASE not in intent.confirmed:
            raise Question("mydata-erase-confirm", token=ERASE)
        person = self._person(turn)
        done: list[Erased] = []
        deed = Deed(own.ERASE, member_id=turn.actor.user_id)
        tenant = turn.guild.tenant
        learnt = (tenant.community.saving(),) if tenant is not None else ()
        await self._history.note(turn, deed, *learnt, lambda tx: done.append(own.erase(tx, person)))
        erased = done[-1]
        self._tickets.forget(turn.guild.id, turn.actor.user_id)
        self._drafts.forget(turn.guild.id, turn.actor.user_id)
        if tenant is not None:
            for name in erased.names:
                kind, _, value = name.partition(":")
                tenant.memory.forget(Target(TargetKind(kind), value))
        return erased

    def _person(self, turn: Turn) -> own.Person:
        tenant = turn.guild.tenant
        community = tenant.id if tenant is not None else ""
        return own.Person(turn.guild.id, turn.actor.user_id, community, self._clock() - DENIED_SECONDS)


def as_file(turn: Turn, rows: OwnRows) -> bytes:
    """Return a person's rows as JSON that names nobody else: others are "staff" or "another"."""
    me = turn.actor.user_id
    tenant = turn.guild.tenant
    document = {
        "about": str(me),
        "server": str(turn.guild.id),
        "cad_community": tenant.id if tenant is not None else None,
        "cad_accounts": [_binding(row, me) for row in rows.bindings],
        "remembered_names": [{"name": row["alias"], "username": row["username"]} for row in rows.names],
        "remembered_links": [
            {"sync_id": row["sync_id"], "linked": row["linked"], "seen": instant(row["seen_at"])} for row in rows.links
        ],
        "owned_by_the_game_database": [
            {"sync_id": row["sync_id"], "owner": row["owner_id"], "stored": instant(row["updated_at"])}
            for row in rows.owned
        ],
        "unfinished_forms": [
            {"begun": instant(row["started_at"]), "state": row["state"], "content": row["body"]} for row in rows.drafts
        ],
        "requests": [_request(row) for row in rows.requests],
        "buttons_and_forms": rows.tickets,
        "history_total": rows.history_total,
        "history": [_entry(entry, me) for entry in rows.history],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode(errors="replace")


def _binding(row: dict[str, Any], me: int) -> dict[str, Any]:
    return {
        "account": row["account"],
        "username": row["username"],
        "api_id": row["api_id"],
        "source": row["source"],
        "in_every_server_of_the_community": row["guild_id"] == own.EVERYWHERE,
        "by": _who(row["bound_by"], me),
        "at": instant(row["bound_at"]),
    }


def _request(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "sync_id": row["sync_id"],
        "character": row["character"],
        "state": row["state"],
        "reason": row["reason"],
        "reference": row["reference"],
        "asked": instant(row["asked_at"]),
        "decided": instant(row["decided_at"]),
    }


def _entry(entry: Entry, me: int) -> dict[str, Any]:
    """Return one entry. What he did for others is said without what it was about: that is theirs."""
    mine = entry.member_id == me
    if not mine:
        entry = replace(entry, account="", subject="", before=None, after=None)
    return {
        "began": instant(entry.began_at),
        "ended": instant(entry.ended_at),
        "by": _who(entry.actor_id, me),
        "for": "you" if mine else "nobody" if entry.member_id is None else "another",
        "rule": entry.rule,
        "action": entry.action,
        "account": entry.account,
        "subject": entry.subject,
        "before": entry.before,
        "after": entry.after,
        "outcome": entry.state,
        "cause": entry.cause,
        "reference": entry.reference,
    }


def _who(user_id: int, me: int) -> str:
    return "you" if user_id == me else "staff" if user_id else "the bot"
