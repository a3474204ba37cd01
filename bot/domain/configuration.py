"""What one guild is set to: its environment or the defaults, and over them what `/setup` changed.

Only the changed fields are stored, so that a home guild follows its environment in everything else.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

from pydantic import TypeAdapter, ValidationError

from bot.domain.access import Policy
from bot.domain.frameworks import Framework  # noqa: TC001 - pydantic reads the annotations
from bot.settings import ApiVersion, CreateForm, DbSync, PlayerAction, SelfLink

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class GuildConfig:
    """One guild's settings. Ids are Discord's; `max_links` 0 is no limit; `framework` None: nobody said yet.

    `reviewed` names the steps of `/setup` that somebody finished or skipped.
    """

    version: ApiVersion = ApiVersion.V2
    create_form: CreateForm = CreateForm.CHARACTER
    db_sync: DbSync = DbSync.AUTO
    framework: Framework | None = None
    staff: frozenset[int] = frozenset()
    players: frozenset[int] | Literal["everyone"] = frozenset()
    approvers: frozenset[int] = frozenset()
    admins: frozenset[int] = frozenset()
    blocked: frozenset[int] = frozenset()
    player_may: frozenset[PlayerAction] = frozenset(PlayerAction)
    self_link: SelfLink = SelfLink.APPROVAL
    self_link_pattern: str | None = None
    max_links: int = 0
    approval_channel: int | None = None
    audit_channel: int | None = None
    panel_channel: int | None = None
    panel_message: int | None = None
    reviewed: frozenset[str] = frozenset()

    def policy(self, guild_id: int) -> Policy:
        """Return the rules that follow from it."""
        shared = {field.name for field in fields(Policy)} & {field.name for field in fields(self)}
        return Policy(guild_id=guild_id, **{name: getattr(self, name) for name in shared})

    def with_changes(self, changes: Mapping[str, Any]) -> GuildConfig:
        """Return the config with stored changes over it. What no longer fits (an older version's) is passed over."""
        held = _CONFIG.dump_python(self, mode="json")
        for name, value in changes.items():
            if name in held:
                try:
                    _CONFIG.validate_python({**held, name: value})
                except ValidationError:
                    continue
                held[name] = value
        return _CONFIG.validate_python(held)


_CONFIG = TypeAdapter(GuildConfig)


def as_stored(changes: Mapping[str, object]) -> dict[str, Any]:
    """Return changed fields as JSON values. Raises KeyError for a name that is no field."""
    whole = _CONFIG.dump_python(GuildConfig(**dict(changes)), mode="json")  # type: ignore[arg-type]  # checked by name
    return {name: whole[name] for name in changes}
