"""What a community of the emulated CAD is made of: itself and its settings, accounts, records held for them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.templates import Json

PLANS = {0: "FREE", 1: "STARTER", 2: "STANDARD", 3: "PLUS", 4: "PRO", 6: "SONORAN ONE"}
EPOCH = "2026-01-14T18:22:00.400299"


@dataclass(slots=True)
class Community:
    """A community and its settings. `plan` is v1's number (cad-api.md 1.5); an empty `uuid` is made of the id.

    `includes_api_records` shows API-created records beside game characters under DB sync (CL:3.40.4).
    `create_returns_record` makes v1 NEW_CHARACTER answer the record instead of the documented text (C3).
    `taken_status` is v1's status for a unique conflict, which nobody documented (1.6).
    `exclusive_links` refuses a sync ID that another account has linked; undocumented, so off.
    `unknown_secret` is the body that a secret of nobody gets with status 200, also undocumented; empty: `{}` on v1, a
    404 on v2. `unlinked_is_failure` makes links/check answer `{"success": false}` instead of `linked: false` (C37).
    """

    id: str = "sandbox"
    uuid: str = ""
    key: str = field(default="sandbox-key", repr=False)
    name: str = "Sandbox Roleplay"
    timezone: str = "America/Los_Angeles"
    plan: int = 4
    api_enabled: bool = True
    db_sync: bool = False
    includes_api_records: bool = False
    create_returns_record: bool = False
    taken_status: int = 400
    exclusive_links: bool = False
    unknown_secret: str = ""
    unlinked_is_failure: bool = False

    def __post_init__(self) -> None:
        self.uuid = self.uuid or str(uuid.uuid5(uuid.NAMESPACE_URL, self.id))


@dataclass(slots=True)
class Account:
    """A CAD account; tests change its fields as they like.

    `status`: 0 pending, 1 active, 2 expired, 3 removed, 4 banned. `discord` is linked by OAuth, on Sonoran's side.
    """

    uuid: str
    username: str
    status: int = 1
    api_ids: list[str] = field(default_factory=list)
    community_user_id: str | None = None
    discord: str | None = None
    roblox: int | None = None
    secret: str = field(default="", repr=False)
    links: list[str] = field(default_factory=list)
    selected: int | None = None
    joined: str = EPOCH
    last_login: str = EPOCH


@dataclass(slots=True)
class Held:
    """A record in the CAD. `owner` is an account's uuid; `expires_at` is in epoch seconds, None for never."""

    record: Json
    owner: str | None = None
    expires_at: float | None = None
