"""The dry run of a bulk file: what would become of each row, and what that costs. No row is asked of the CAD."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.cad.forecast import Load
from bot.domain.access import Rule
from bot.domain.bulk.columns import read_columns
from bot.domain.bulk.reading import LinkReader, NewReader, OwnerReader
from bot.domain.bulk.result import DONE
from bot.domain.bulk.rows import BulkKind, LinkRow, NewRow, OwnerRow, Whose
from bot.domain.bulk.sheet import MAX_BYTES, read_sheet
from bot.domain.bulk.verdicts import (
    RUNS,
    CheckedRow,
    RowVerdict,
    judge_characters,
    judge_links,
    judge_owners,
)
from bot.domain.forms import Form
from bot.domain.models import Target
from bot.errors import InvalidFields, Question, Refused
from bot.services.accounts import Use, by_own_id, named, takes_api_id
from bot.services.turn import Intent
from bot.settings import ApiVersion, DbSync
from bot.storage import bindings, owners

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import Connection

    from bot.domain.bulk.columns import Columns
    from bot.domain.bulk.reading import Reader
    from bot.domain.bulk.rows import Row
    from bot.domain.bulk.sheet import Sheet
    from bot.services.attachments import AttachmentReader
    from bot.services.templates import Templates
    from bot.services.tenants import Tenant
    from bot.services.turn import Turn
    from bot.storage.bindings import Binding
    from bot.storage.engine import Database

HELD = "held"
"""The token of a yes to rows whose sync ID is known to be another account's."""


@dataclass(frozen=True, kw_only=True)
class BulkIntent(Intent):
    """Carry out the file attached at `url`, of `size` bytes."""

    kind: BulkKind
    url: str
    size: int
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that can be read. `load` has the calls that its rows cost, `seconds` how long the budget makes them take.

    `digest` tells whether it is the same file when it is read again.
    """

    kind: BulkKind
    digest: str
    sheet: Sheet = field(repr=False)
    rows: tuple[CheckedRow, ...] = field(repr=False)
    load: Load
    seconds: float

    @property
    def counts(self) -> Mapping[RowVerdict, int]:
        """How many rows have each verdict."""
        return Counter(row.verdict for row in self.rows)

    @property
    def to_run(self) -> tuple[Row, ...]:
        """The rows to carry out."""
        return tuple(one.row for one in self.rows if one.row is not None and one.verdict in RUNS)


class Checking:
    """Reads bulk files and judges their rows from the file, the database and what was met of links."""

    def __init__(self, database: Database, attachments: AttachmentReader, templates: Templates) -> None:
        self._database = database
        self._attachments = attachments
        self._templates = templates

    async def check(self, turn: Turn, intent: BulkIntent) -> Checked:
        """Return the verdicts. The CAD is asked for nothing but a template that was never seen.

        Raises InvalidInput for a file that can't be had, InvalidFields with everything that is wrong with the whole
        file, and Refused or Question where Database Sync makes it pointless.
        """
        _allow(turn, intent)
        data = await self._attachments.read(intent.url, intent.size, limit=MAX_BYTES, large="bulk-file-large")
        form = await self._form(turn.tenant) if intent.kind is BulkKind.NEW else None
        known = await self._known(turn, intent.kind)
        return await asyncio.to_thread(_checked, turn, intent, data, form, known)

    async def _form(self, tenant: Tenant) -> Form:
        template = self._templates.at_hand(tenant) or await self._templates.warm(tenant)
        return Form(template, staff=True)

    async def _known(self, turn: Turn, kind: BulkKind) -> _Known:
        tenant, guild = turn.tenant, turn.guild.id

        def work(tx: Connection) -> tuple[dict[int, Binding], dict[str, str]]:
            owned = owners.of_guild(tx, guild) if kind is BulkKind.OWNERS else {}
            return bindings.all_effective(tx, tenant.id, guild), owned

        bound, owned = await self._database.read(work)
        return _Known(tenant, Use.LINKS if kind is BulkKind.LINK else Use.CREATE, bound, owned)


class _Known:
    """What is known without asking the CAD, gathered once for all rows of a file."""

    def __init__(self, tenant: Tenant, use: Use, bound: Mapping[int, Binding], owned: Mapping[str, str]) -> None:
        self._tenant = tenant
        self._use = use
        self._bound = bound
        self._owned = owned
        self._holders = tenant.memory.holders()
        self._usernames = tenant.memory.usernames()

    def account(self, whose: Whose) -> Target | None:
        """Return the account that a row is about; None: nobody knows which it is."""
        if whose.username is not None:
            found = self._usernames.get(whose.username, set())
            return next(iter(found)) if len(found) == 1 else Target.of(username=whose.username)
        if whose.api_id is not None:
            return self._tenant.memory.account(Target.of(api_id=whose.api_id))
        target = named(self._tenant, whose.member_id, self._binding(whose), self._use)
        return self._tenant.memory.account(target) if target is not None else None

    def linked(self, account: Target, sync_id: str) -> bool | None:
        """Whether a link was last seen set."""
        return self._tenant.memory.state(account, sync_id)

    def holders(self, sync_id: str) -> Collection[Target]:
        """Return the accounts that a sync ID was last seen linked to."""
        return self._holders.get(sync_id, ())

    def owner(self, sync_id: str) -> str | None:
        """Return the owner of a sync ID as it is stored."""
        return self._owned.get(sync_id)

    def load(self, rows: Sequence[Row]) -> Load:
        """Return what it costs to carry these rows out, as far as it can be foreseen."""
        total, met = Load(), set[Whose]()
        for row in rows:
            if not isinstance(row, OwnerRow):
                total += self._naming(row.whose, first=row.whose not in met)
                met.add(row.whose)
                total += self._linking(row) if isinstance(row, LinkRow) else Load(create=1)
        return total

    def _naming(self, whose: Whose, *, first: bool) -> Load:
        """Return the accounts that are read before a call, to name the account in it."""
        binding = self._binding(whose)
        if whose.member_id is not None and by_own_id(self._tenant, binding):
            return Load(account=1)  # anew each time: anybody can type that id
        unnamed = binding is not None and binding.api_id is None and takes_api_id(self._tenant, self._use)
        return Load(account=int(first and (whose.username is not None or unnamed)))

    def _linking(self, row: LinkRow) -> Load:
        """Return what a row of links costs: what is linked is read first, so that the job can be taken back."""
        read_back = int(self._tenant.version is ApiVersion.V1)  # its answer to a removal is not documented
        if not row.remove:
            moves = bool(row.old_sync_id)
            return Load(link=1, links=1 + (1 + read_back) * moves, unlink=int(moves))
        account = self.account(row.whose)
        linked = self.linked(account, row.sync_id) if account is not None else None
        if linked is False:
            return Load(links=1)
        return Load(unlink=1, links=1 + read_back)

    def _binding(self, whose: Whose) -> Binding | None:
        return self._bound.get(whose.member_id) if whose.member_id is not None else None


def _allow(turn: Turn, intent: BulkIntent) -> None:
    """Hold back what the community's own way of keeping characters makes pointless."""
    if intent.kind is BulkKind.LINK and turn.tenant.db_sync is DbSync.OFF:
        raise Refused("db-sync-off")
    if intent.kind is BulkKind.NEW and turn.tenant.synced and "db-sync" not in intent.confirmed:
        if turn.decision.rule is not Rule.ADMIN:
            raise Refused("db-sync-on")
        raise Question("db-sync-on-admin", token="db-sync")  # noqa: S106 - not a password


def _checked(turn: Turn, intent: BulkIntent, data: bytes, form: Form | None, known: _Known) -> Checked:
    sheet = read_sheet(data)
    columns = read_columns(intent.kind, sheet.header, form)
    problems = (*sheet.problems, *(columns.problems if sheet.header else ()))
    if problems:
        place = intent.file_name or str(intent.kind)
        raise InvalidFields("bulk-file-wrong", tuple((one.column or place, one.key, one.params) for one in problems))
    reader: Reader
    if form is not None:
        reader = NewReader(form)
    else:
        reader = LinkReader(turn.config.framework) if intent.kind is BulkKind.LINK else OwnerReader()
    read, left_out = _read(sheet, columns, reader)
    links = [row for row in read if isinstance(row, LinkRow)]
    characters = [row for row in read if isinstance(row, NewRow)]
    judged = [
        *left_out,
        *judge_links(links, known, held=HELD in intent.confirmed),
        *judge_characters(characters, known, form.unique if form is not None else ()),
        *judge_owners([row for row in read if isinstance(row, OwnerRow)], known),
    ]
    rows = tuple(sorted(judged, key=lambda one: one.number))
    load = known.load([one.row for one in rows if one.row is not None and one.verdict in RUNS])
    digest = hashlib.sha256(data).hexdigest()
    return Checked(intent.kind, digest, sheet, rows, load, turn.tenant.cad.forecast(load))


def _read(sheet: Sheet, columns: Columns, reader: Reader) -> tuple[list[Row], list[CheckedRow]]:
    """Return the rows to judge, and the lines that are left out as they are."""
    rows: list[Row] = []
    left_out: list[CheckedRow] = []
    for line in sheet.lines():
        cells, ragged = columns.of(line)
        if cells.get("result", "").casefold() == DONE:
            left_out.append(CheckedRow(line.number, RowVerdict.DONE))
            continue
        row, reasons = (None, [ragged]) if ragged is not None else reader.read(line.number, cells)
        if row is None:
            left_out.append(CheckedRow(line.number, RowVerdict.WRONG, None, tuple(reasons)))
        else:
            rows.append(row)
    return rows, left_out
