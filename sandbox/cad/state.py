"""What the emulated CAD holds: one community, its accounts, records, links and templates, and the rules between them.

Every applied change is a line in `changes`. A rule that says no raises a CadRefusal, and then nothing has changed.
"""

from __future__ import annotations

import random
import time
import uuid
from copy import deepcopy
from dataclasses import asdict
from typing import TYPE_CHECKING

from sandbox.cad import records
from sandbox.cad.entities import Account, Community, Held
from sandbox.cad.refusals import AccountUnknown, PlanTooLow, RecordUnknown, SecretWrong, SyncIdTaken, ValueTaken
from sandbox.templates import CHARACTER_TYPE, Json, default_template

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_SECONDS = 600
FIRST_ID = 2450

__all__ = ["Account", "CadState", "Community", "Held"]


class CadState:
    """The community's data. `clock` gives epoch seconds; `rng` makes ids, codes and masks."""

    def __init__(
        self,
        community: Community,
        *,
        clock: Callable[[], float] = time.time,
        rng: random.Random | None = None,
    ) -> None:
        self.community = community
        self.clock = clock
        self.rng = rng or random.Random(20)  # noqa: S311 - a repeatable story, no secrets
        self.accounts: dict[str, Account] = {}
        self.held: dict[int, Held] = {}
        self.game: dict[str, Json] = {}
        self.codes: dict[str, tuple[str, float]] = {}
        self.templates: dict[int, Json] = {}
        self.changes: list[str] = []
        self._former_keys: list[str] = []
        self._former_secrets: list[str] = []
        self._last_id = FIRST_ID
        self.clear()

    def clear(self) -> None:
        """Forget everything but the community itself; the character template is the default one again."""
        kept = (self.accounts, self.held, self.game, self.codes, self.templates, self.changes)
        for held in (*kept, self._former_keys, self._former_secrets):
            held.clear()
        self.templates[CHARACTER_TYPE] = default_template()
        self._last_id = FIRST_ID

    def dump(self) -> dict[str, object]:
        """Return everything as JSON values, but the key and the accounts' secrets."""
        shown = {**asdict(self.community), "key": None}
        accounts = [{**asdict(account), "secret": None} for account in self.accounts.values()]
        return {
            "community": shown,
            "accounts": accounts,
            "records": [asdict(held) for held in self.held.values()],
            "game": list(self.game.values()),
            "templates": {str(type_id): each["name"] for type_id, each in self.templates.items()},
            "changes": list(self.changes),
        }

    @property
    def keys(self) -> list[str]:
        """The community's key, and those that it had before."""
        return [self.community.key, *self._former_keys]

    @property
    def secrets(self) -> set[str]:
        """Whatever must never be shown: keys and accounts' secrets, former ones too."""
        return {*self.keys, *self._former_secrets, *(account.secret for account in self.accounts.values())} - {""}

    # What a person or the game does beside the API.

    def add_account(self, username: str, **more: object) -> Account:
        """Add an account; `more` sets fields of Account by name (uuid and secret are made up when left out)."""
        made = {"uuid": self._uuid(), "secret": self._uuid(), **more}
        account = Account(username=username, **made)  # type: ignore[arg-type]  # names checked by Account itself
        self.accounts[account.uuid] = account
        return account

    def add_record(self, owner: Account | None, values: Mapping[str, str], type_id: int = CHARACTER_TYPE) -> Json:
        """Add a record by dictionary, as the web form does, and return it."""
        record = records.build(self.template(type_id), values, self._next_id(), self.rng)
        return self._keep(record, owner, None)

    def add_game_character(self, sync_id: str, values: Mapping[str, str]) -> Json:
        """Add a character to the game's database; accounts that link `sync_id` list it under DB sync."""
        record = records.build(self.template(CHARACTER_TYPE), values, self._next_id(), self.rng)
        record["syncId"] = sync_id
        for _, each in records.fields(record):
            each["isFromSync"] = each.get("uid") in values
        self.game[sync_id] = record
        return record

    def open_code(self, code: str, account: Account) -> None:
        """Bind a link code's communityUserId to `account`, as its owner does on the CAD's page.

        Raises KeyError for a code that does not exist or is older than ten minutes.
        """
        community_user_id, expires_at = self.codes.pop(code)
        if expires_at <= self.clock():
            raise KeyError(code)
        self.bind(account, community_user_id)

    def bind(self, account: Account, community_user_id: str) -> None:
        """Give an account its one communityUserId, taking that away from whoever had it."""
        for other in self.accounts.values():
            if other.community_user_id == community_user_id:
                other.community_user_id = None
        account.community_user_id = community_user_id
        self.changes.append(f"set the community user id of {account.username}")

    def link_discord(self, account: Account, discord: str | None) -> None:
        """Link Discord to the Sonoran account, or unlink it with None; an id that another account has moves over."""
        for other in self.accounts.values():
            if discord is not None and other.discord == discord:
                other.discord = None
        account.discord = discord

    def regenerate_secret(self, account: Account) -> str:
        """Give an account a new secret, as its owner can (CL:3.12.2), and return it; the old one proves nothing."""
        self._former_secrets.append(account.secret)
        account.secret = self._uuid()
        return account.secret

    def regenerate_key(self) -> str:
        """Give the community a new API key, as its owner can, and return it; the old one opens nothing more."""
        self._former_keys.append(self.community.key)
        self.community.key = self.hexadecimal(32)
        return self.community.key

    # Accounts.

    def account(self, **by: object) -> Account:
        """Return the account with that api_id, user, uuid, username, discord, roblox, secret or community_user_id."""
        ((name, wanted),) = by.items()
        for account in self.accounts.values():
            if _answers_to(account, name, wanted):
                return account
        raise AccountUnknown

    def list_accounts(self, *, status: int, username: str | None = None) -> list[Account]:
        """Return the accounts of that status, and of that user name in any case where one is given."""
        return [
            account
            for account in self.accounts.values()
            if account.status == status and (username is None or account.username.lower() == username.lower())
        ]

    def set_api_ids(self, account: Account, api_ids: list[str], *, append: bool) -> None:
        """Append or overwrite API IDs; outer spaces are cut and duplicates dropped."""
        wanted = [*(account.api_ids if append else []), *(api_id.strip() for api_id in api_ids)]
        account.api_ids = list(dict.fromkeys(wanted))
        self.changes.append(f"set the API IDs of {account.username}")

    def make_code(self, community_user_id: str) -> tuple[str, float]:
        """Return a fresh link code and when it expires (epoch seconds)."""
        code = "".join(self.rng.choice(CODE_ALPHABET) for _ in range(4))
        expires_at = self.clock() + CODE_SECONDS
        self.codes[code] = (community_user_id, expires_at)
        return code, expires_at

    def set_community_user_id(self, account_uuid: str, secret: str, community_user_id: str) -> Account:
        """Bind by the account's secret; raises SecretWrong without saying which of the two was wrong."""
        account = self.accounts.get(account_uuid.lower())
        if account is None or not _answers_to(account, "secret", secret):
            raise SecretWrong
        self.bind(account, community_user_id)
        return account

    # Links and selection.

    def link(self, account: Account, sync_id: str) -> None:
        """Link `sync_id`; linking it again changes nothing. Raises SyncIdTaken under `exclusive_links`."""
        if sync_id in account.links:
            return
        if self.community.exclusive_links and any(sync_id in each.links for each in self.accounts.values()):
            raise SyncIdTaken
        account.links.append(sync_id)
        self.changes.append(f"linked {sync_id} to {account.username}")

    def unlink(self, account: Account, sync_id: str) -> None:
        """Remove a link; removing one that is not there changes nothing."""
        if sync_id in account.links:
            account.links.remove(sync_id)
            self.changes.append(f"unlinked {sync_id} from {account.username}")

    def select(self, account: Account, character: int | str) -> Json:
        """Select by record id or sync ID among the account's own; returns the record. Raises RecordUnknown."""
        for record in self.characters(account):
            if str(character) in {str(record["id"]), record["syncId"]}:
                account.selected = record["id"]
                self.changes.append(f"selected {character} for {account.username}")
                return record
        raise RecordUnknown

    def characters(self, account: Account) -> list[Json]:
        """Return the account's characters, the selected one first."""
        own = [
            held.record
            for held in self.held.values()
            if held.owner == account.uuid and held.record["recordTypeId"] == CHARACTER_TYPE
        ]
        if self.community.db_sync:
            synced = [self.game[sync_id] for sync_id in account.links if sync_id in self.game]
            own = [*synced, *(own if self.community.includes_api_records else [])]
        return sorted(own, key=lambda record: record["id"] != account.selected)

    # Records. The API checks no owner: an id is enough to change or delete any record of the community.

    def template(self, type_id: int) -> Json:
        """Return the template of a record type; raises RecordUnknown."""
        if type_id not in self.templates:
            raise RecordUnknown
        return self.templates[type_id]

    def create(
        self,
        owner: Account,
        *,
        type_id: int,
        values: Mapping[str, str] | None,
        record: Json | None,
        minutes: int | None = None,
    ) -> Json:
        """Create a record from `values` or a whole `record`; it goes after `minutes`. Raises ValueTaken."""
        template = self.template(type_id)
        made = (
            records.build(template, values or {}, self._next_id(), self.rng)
            if record is None
            else records.adopt(record, template, self._next_id())
        )
        self._refuse_taken(made)
        kept = self._keep(made, owner, minutes)
        self.changes.append(f"created {kept['id']} ({records.label(kept)}) for {owner.username}")
        return kept

    def edit(self, record_id: int, owner: Account, *, values: Mapping[str, str] | None, record: Json | None) -> Json:
        """Change a record and set its owner (CL:3.32.6). Raises RecordUnknown, ValueTaken."""
        held = self._held(record_id)
        changed = (
            deepcopy(held.record)
            if record is None
            else records.adopt(record, self.template(held.record["recordTypeId"]), record_id)
        )
        records.apply(changed, values or {})
        self._refuse_taken(changed)
        held.record, held.owner = changed, owner.uuid
        self.changes.append(f"edited {record_id} ({records.label(changed)}) for {owner.username}")
        return changed

    def remove(self, record_id: int) -> Account | None:
        """Delete any record by its bare id and return whose it was. Raises RecordUnknown."""
        held = self._held(record_id)
        owner = self.accounts.get(held.owner or "")
        del self.held[record_id]
        self.changes.append(f"removed {record_id} ({records.label(held.record)})")
        return owner

    def forget_expired(self) -> None:
        """Delete what `deleteAfterMinutes` promised to delete by now."""
        now = self.clock()
        for record_id in [n for n, held in self.held.items() if held.expires_at and held.expires_at <= now]:
            del self.held[record_id]
            self.changes.append(f"deleted {record_id} after its time")

    def require_plan(self, number: int) -> None:
        """Raise PlanTooLow where the community's plan is below `number`."""
        if self.community.plan < number:
            raise PlanTooLow

    def servers(self) -> list[Json]:
        """Return the community's one game server, with every key of cad-api.md 1.5."""
        texts = ("description", "signal", "mapUrl", "mapPort", "outboundIp", "mapType")
        server = {"id": 1, "name": self.community.name, "mapIp": "127.0.0.1", "listenerPort": "30120"}
        return [
            {
                **server,
                **dict.fromkeys(texts, ""),
                **dict.fromkeys(("differingOutbound", "enableMap", "isStatic"), False),
            }
        ]

    def hexadecimal(self, digits: int) -> str:
        """Return that many random hexadecimal digits, for trace and request ids."""
        return f"{self.rng.getrandbits(4 * digits):0{digits}x}"

    def _held(self, record_id: int) -> Held:
        if record_id not in self.held:
            raise RecordUnknown
        return self.held[record_id]

    def _keep(self, record: Json, owner: Account | None, minutes: int | None) -> Json:
        expires_at = None if minutes is None else self.clock() + 60 * minutes
        self.held[record["id"]] = Held(record, owner.uuid if owner else None, expires_at)
        return record

    def _refuse_taken(self, record: Json) -> None:
        """Unique fields hold among records of one template, and not under DB sync (cad-api.md 4.3)."""
        if self.community.db_sync:
            return
        wanted = records.unique_values(record)
        for held in self.held.values():
            other = held.record
            same_type = other["recordTypeId"] == record["recordTypeId"] and other["id"] != record["id"]
            if same_type and wanted & records.unique_values(other):
                raise ValueTaken(other["id"])

    def _next_id(self) -> int:
        self._last_id += self.rng.randint(1, 9)
        return self._last_id

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))


def _answers_to(account: Account, name: str, wanted: object) -> bool:
    """Whether an identifier is the account's: UUIDs in any case, everything else exactly as it is."""
    match name:
        case "api_id":
            return wanted in account.api_ids
        case "user":
            return wanted in account.api_ids or _answers_to(account, "uuid", wanted)
        case "uuid" | "secret":
            return bool(wanted) and str(getattr(account, name)).lower() == str(wanted).lower()
        case _:
            return bool(getattr(account, name) == wanted)
