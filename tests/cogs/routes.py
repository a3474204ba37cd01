"""Every way that a button or form may lead, with who may go it and what it has to ask for: data, as it is promised.

A route that an owned ticket leads to says for whom it may be: oneself, another member, an account by its API id. None:
it is never about that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.access import Action
from bot.domain.bulk.rows import BulkKind
from bot.domain.findings import Verdict
from bot.services.approvals import AskIntent, RequestIntent
from bot.services.auditing import AuditIntent
from bot.services.binding import BindIntent, ForgetIntent, StatusIntent, VerifyIntent
from bot.services.characters import CharacterIntent, RemoveIntent, RosterIntent, SelectIntent
from bot.services.checking import BulkIntent
from bot.services.connecting import ConnectIntent
from bot.services.creation import RecordIntent, StartIntent
from bot.services.drafting import DraftIntent
from bot.services.editing import EditIntent
from bot.services.jobs.control import RunIntent
from bot.services.linking import LinkIntent, ShowIntent, ViewIntent
from bot.services.operations import CancelIntent
from bot.services.own_data import OwnDataIntent
from bot.services.setting_up import SetupIntent
from bot.ui.doctor import DoctorIntent
from tests.cogs.cast import ADMINS, APPROVERS, EVERYBODY, MANAGERS, PLAYERS, STAFF

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.turn import Subject
    from tests.cogs.cast import Who


@dataclass(frozen=True)
class Way:
    """An owned route: what its ticket holds, the actions that it may ask for, and who may go it."""

    payload: Callable[[Subject], object]
    actions: tuple[Action, ...]
    own: frozenset[Who] | None
    other: frozenset[Who] | None = None
    api: frozenset[Who] | None = None
    form: bool = False


def draft(_: Subject) -> DraftIntent:
    return DraftIntent(draft_id="none")


def request(_: Subject) -> RequestIntent:
    return RequestIntent(request="none")


def ask(_: Subject) -> AskIntent:
    return AskIntent(sync_id="ABC", character="Jane")


def verify(_: Subject) -> VerifyIntent:
    return VerifyIntent()


WRITES = (Action.LINK, Action.UNLINK, Action.CREATE, Action.EDIT, Action.REMOVE, Action.SELECT)
"""What may be kept, and so taken back."""

OWNED = {
    "link": Way(
        lambda one: LinkIntent(sync_id="ABC", subject=one), (Action.LINK, Action.UNLINK), PLAYERS, STAFF, STAFF
    ),
    "links": Way(lambda one: ViewIntent(subject=one), (Action.VIEW,), PLAYERS, STAFF, STAFF),
    "show": Way(lambda one: ShowIntent(sync_id="ABC", subject=one), (Action.VIEW,), PLAYERS, STAFF, STAFF),
    "enter": Way(lambda one: ViewIntent(subject=one), (Action.LINK, Action.UNLINK), PLAYERS, STAFF, STAFF),
    "entered": Way(lambda one: ViewIntent(subject=one), (Action.LINK, Action.UNLINK), PLAYERS, STAFF, STAFF, form=True),
    "start": Way(lambda one: StartIntent(subject=one), (Action.CREATE,), PLAYERS, STAFF, STAFF),
    "page": Way(draft, (Action.CREATE,), PLAYERS, STAFF, STAFF, form=True),
    "draft": Way(draft, (Action.CREATE,), PLAYERS, STAFF, STAFF),
    "create": Way(draft, (Action.CREATE,), PLAYERS, STAFF, STAFF),
    "record": Way(
        lambda one: RecordIntent(subject=one, url="https://cdn.discordapp.com/x", size=2),
        (Action.STAFF_OPTIONS,),
        STAFF,
        STAFF,
        STAFF,
    ),
    "kept": Way(lambda _: CancelIntent(operation="none"), WRITES, PLAYERS, STAFF, STAFF),
    "chars": Way(lambda one: RosterIntent(subject=one), (Action.VIEW,), PLAYERS, STAFF),
    "character": Way(lambda one: CharacterIntent(subject=one, character="1"), (Action.VIEW,), PLAYERS, STAFF),
    "select": Way(lambda one: SelectIntent(subject=one, character="1"), (Action.SELECT,), PLAYERS, STAFF),
    "remove": Way(lambda one: RemoveIntent(subject=one, character="1"), (Action.REMOVE,), PLAYERS, STAFF),
    "edit": Way(lambda one: EditIntent(subject=one, character="1"), (Action.EDIT,), PLAYERS, STAFF),
    "edit-page": Way(draft, (Action.EDIT,), PLAYERS, STAFF, form=True),
    "edit-draft": Way(draft, (Action.EDIT,), PLAYERS, STAFF),
    "save": Way(draft, (Action.EDIT,), PLAYERS, STAFF),
    "status": Way(lambda one: StatusIntent(subject=one), (Action.ACCOUNT,), PLAYERS, STAFF),
    "verify": Way(verify, (Action.ACCOUNT,), PLAYERS),
    "secret": Way(verify, (Action.ACCOUNT,), PLAYERS),
    "proof": Way(verify, (Action.ACCOUNT,), PLAYERS, form=True),
    "forget": Way(lambda _: ForgetIntent(), (Action.ACCOUNT,), PLAYERS),
    "bind": Way(lambda one: BindIntent(member_id=one.member_id or 0, username="x"), (Action.BIND,), ADMINS, STAFF),
    "ask": Way(ask, (Action.LINK,), PLAYERS),
    "asked": Way(ask, (Action.LINK,), PLAYERS, form=True),
    "withdraw": Way(request, (Action.OWN_DATA,), EVERYBODY),
    "look": Way(request, (Action.DECIDE,), None, None, APPROVERS),
    "approve": Way(request, (Action.DECIDE,), None, None, APPROVERS),
    "denied": Way(request, (Action.DECIDE,), None, None, APPROVERS, form=True),
    "audit": Way(lambda _: AuditIntent(), (Action.AUDIT,), STAFF, STAFF),
    "bulk": Way(
        lambda _: BulkIntent(kind=BulkKind.LINK, url="https://cdn.discordapp.com/x", size=2),
        (Action.BULK,),
        ADMINS,
        ADMINS,
    ),
    "bulk-run": Way(lambda _: RunIntent(job="none"), (Action.BULK,), ADMINS, ADMINS),
    "setup": Way(lambda _: SetupIntent(), (Action.SET_UP,), MANAGERS),
    "connect": Way(lambda _: ConnectIntent(proof="none"), (Action.SET_UP,), MANAGERS),
    "doctor": Way(lambda _: DoctorIntent(headline="x", verdict=Verdict.OK, pages=("x",)), (Action.SET_UP,), MANAGERS),
    "mydata": Way(lambda _: OwnDataIntent(), (Action.OWN_DATA,), EVERYBODY),
}

SHARED = {
    "card": dict.fromkeys(("look", "approve", "retry", "deny"), APPROVERS),
    "decision": {"see": EVERYBODY},
    "late": {"read": EVERYBODY},
    "job": dict.fromkeys(("pause", "resume", "cancel", "result", "retry", "undo"), ADMINS),
    "panel": {"link": PLAYERS, "create": PLAYERS, "characters": PLAYERS, "help": EVERYBODY},
}
"""Buttons that belong to a role or to everybody: who may press which."""
