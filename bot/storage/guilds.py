"""Guilds and communities: what `/setup` stored, under which sealed key, and what is kept of each community."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, cast, delete, exists, func, or_, select

from bot.storage.statements import insert_once, upsert
from bot.storage.tables import communities, drafts, guilds, history, job_rows, templates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

KEY_PURPOSE = "cad-key"
"""What a guild's key is sealed for."""


@dataclass(frozen=True, slots=True)
class GuildRow:
    """What is stored of one guild. `key` is sealed; `config` has the changed fields only, as JSON values."""

    id: int
    community_id: str | None = None
    key: bytes | None = field(default=None, repr=False)
    config: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CommunityRow:
    """What is kept of one community. `template` is the newest one's JSON with the time it was fetched at."""

    id: str
    name: str
    sync_seen: bool
    template: Mapping[str, Any] | None = field(default=None, repr=False)
    fetched_at: float = 0.0


def all_guilds(tx: Connection) -> tuple[GuildRow, ...]:
    """Return every guild that somebody set up."""
    rows = tx.execute(select(guilds.c.id, guilds.c.community_id, guilds.c.key, guilds.c.config))
    return tuple(GuildRow(row.id, row.community_id, row.key, row.config) for row in rows)


def save_guild(tx: Connection, row: GuildRow, *, now: float) -> None:
    """Store a guild, in place of what was stored of it."""
    values = {"community_id": row.community_id, "key": row.key, "config": dict(row.config), "updated_at": now}
    upsert(tx, guilds, {"id": row.id}, values)


def sealed_rows(tx: Connection) -> bool:
    """Whether anything is stored that only the key ring can open."""
    sealed = (
        exists().where(guilds.c.key.is_not(None)),
        exists().where(history.c.sealed_order.is_not(None)),
        exists().where(job_rows.c.body.is_not(None)),
    )
    return bool(tx.scalar(select(or_(*sealed))))


def all_communities(tx: Connection) -> tuple[CommunityRow, ...]:
    """Return every community, with its newest template."""
    newest = (templates.c.community_id == communities.c.id) & (templates.c.digest == communities.c.template)
    rows = tx.execute(
        select(communities, templates.c.body, templates.c.fetched_at).select_from(
            communities.outerjoin(templates, newest)
        )
    )
    return tuple(CommunityRow(row.id, row.name, row.sync_seen, row.body, row.fetched_at or 0.0) for row in rows)


def save_community(tx: Connection, community_id: str, **values: object) -> None:
    """Store what is known of a community: `name`, `sync_seen` or `template` (a digest); the rest stays."""
    upsert(tx, communities, {"id": community_id}, values)


def save_template(tx: Connection, community_id: str, body: Mapping[str, Any], *, now: float) -> str:
    """Store a template as the community's newest and return its digest."""
    digest = template_digest(body)
    save_community(tx, community_id)  # of which nothing may be stored yet
    key = {"community_id": community_id, "digest": digest}
    upsert(tx, templates, key, {"body": dict(body), "fetched_at": now})
    save_community(tx, community_id, template=digest)
    return digest


def keep_template(tx: Connection, community_id: str, body: Mapping[str, Any], *, now: float) -> None:
    """Store a template that somebody's draft is of; which one is the community's newest stays as it is."""
    save_community(tx, community_id)
    values = {"community_id": community_id, "digest": template_digest(body), "body": dict(body), "fetched_at": now}
    insert_once(tx, templates, values)


def template(tx: Connection, community_id: str, digest: str) -> Mapping[str, Any] | None:
    """Return a stored template by its digest."""
    found = tx.scalar(
        select(templates.c.body).where(templates.c.community_id == community_id, templates.c.digest == digest)
    )
    return dict(found) if found is not None else None


def drop_old_templates(tx: Connection, *, before: float) -> None:
    """Forget templates that were fetched before a time, are no community's newest, and that no draft names."""
    newest = select(communities.c.template).where(communities.c.id == templates.c.community_id).scalar_subquery()
    same = drafts.c.community_id == templates.c.community_id
    named = exists().where(same, cast(drafts.c.body, Text).contains(templates.c.digest))
    old = templates.c.fetched_at < before
    tx.execute(delete(templates).where(old, templates.c.digest != func.coalesce(newest, ""), ~named))


def template_digest(body: Mapping[str, Any]) -> str:
    """Return the name of a template: a hash of its JSON."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]
