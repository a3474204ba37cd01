"""What the bot talks about, in the field's words: targets, accounts, links, communities, plans."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class TargetKind(StrEnum):
    """How an account is named in a call."""

    API_ID = "api_id"  # v1 `apiId`; v2 `communityUserId`
    DISCORD = "discord"  # v2 only: the Discord id linked to the Sonoran account by OAuth
    ACCOUNT = "account"  # the account's UUID
    USERNAME = "username"  # account lookups only


@dataclass(frozen=True, slots=True)
class Target:
    """Exactly one identifier of one CAD account (cad-api.md 2.2). Opaque and case-sensitive."""

    kind: TargetKind
    value: str

    @classmethod
    def of(
        cls,
        *,
        api_id: str | None = None,
        discord: int | str | None = None,
        account: str | None = None,
        username: str | None = None,
    ) -> Target:
        """Return the target for the one identifier given.

        Raises ValueError unless exactly one is given and it has 1 to 255 characters.
        """
        given = [
            (kind, str(value))
            for kind, value in (
                (TargetKind.API_ID, api_id),
                (TargetKind.DISCORD, discord),
                (TargetKind.ACCOUNT, account),
                (TargetKind.USERNAME, username),
            )
            if value is not None
        ]
        if len(given) != 1:
            raise ValueError("exactly one identifier per call")
        kind, value = given[0]
        if not 1 <= len(value) <= 255:  # noqa: PLR2004 - the documented limit of an identifier
            raise ValueError("an identifier has 1 to 255 characters")
        return cls(kind, value)

    @classmethod
    def parse(cls, text: str) -> Target:
        """Return the target that `str` of it was. Raises ValueError for any other text."""
        kind, _, value = text.partition(":")
        return cls(TargetKind(kind), value)

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


class AccountStatus(IntEnum):
    """v2's set (C20); v1 uses 0, 1 and 4 of it."""

    PENDING = 0
    ACTIVE = 1
    EXPIRED = 2
    REMOVED = 3
    BANNED = 4


@dataclass(frozen=True, slots=True)
class Account:
    """A CAD account. `status` is an AccountStatus where the number is known, else the bare number.

    `joined` is naive on v1, whose times name no zone, and aware on v2 (vectors 29 and 64); None: not told.
    """

    uuid: str
    username: str
    status: int
    api_ids: tuple[str, ...] = ()
    community_user_id: str | None = None
    joined: datetime | None = None

    @property
    def usable(self) -> bool:
        """Whether the account may act in the community (unknown numbers are left to the CAD)."""
        return self.status not in {
            AccountStatus.PENDING,
            AccountStatus.EXPIRED,
            AccountStatus.REMOVED,
            AccountStatus.BANNED,
        }


@dataclass(frozen=True, slots=True)
class LinkResult:
    """What the CAD said about a link that was set or removed. Empty strings: it did not say."""

    sync_id: str
    account_uuid: str = ""
    username: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The community's subscription. Trust `name`, numbers differ between API generations (C19)."""

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class Community:
    """Who the CAD says a key belongs to (v2 `GET /v2/general/info`)."""

    uuid: str
    community_id: str
    name: str
    timezone: str = ""


CHARACTER_TYPE = 7
"""The record type, and the template, of a character (cad-api.md 2.3)."""
