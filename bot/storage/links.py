"""What was met of a community's links, so that a restart forgets none of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from bot.domain.links import LinkNews
from bot.domain.models import Target, TargetKind
from bot.storage.statements import upsert
from bot.storage.tables import accounts, links

if TYPE_CHECKING:
    from sqlalchemy import Connection


def load(tx: Connection, community_id: str, *, limit: int) -> LinkNews:
    """Return the links met last, of `limit` of them at most, and every name an account is known by."""
    met = tx.execute(
        select(links).where(links.c.community_id == community_id).order_by(links.c.seen_at.desc()).limit(limit)
    )
    named = tx.execute(select(accounts).where(accounts.c.community_id == community_id))
    return LinkNews(
        links={(Target.parse(row.target), row.sync_id): row.linked for row in reversed(met.all())},
        names={Target.parse(row.alias): (row.account, row.username) for row in named},
    )


def save(tx: Connection, community_id: str, news: LinkNews, *, now: float) -> None:
    """Store what was met. What was known under a name before its account was known moves to the account."""
    for target, (account, username) in sorted(news.names.items(), key=str):  # in one order: no two processes deadlock
        key = {"community_id": community_id, "alias": str(target)}
        upsert(tx, accounts, key, {"account": account, "username": username})
        if account and target.kind is not TargetKind.ACCOUNT:
            same = (links.c.community_id == community_id) & (links.c.target == str(target))
            tx.execute(delete(links).where(same))  # `news.links` has them again, under the account
    for (target, sync_id), linked in sorted(news.links.items(), key=str):
        key = {"community_id": community_id, "target": str(target), "sync_id": sync_id}
        upsert(tx, links, key, {"linked": linked, "seen_at": now})


def forget(tx: Connection, community_id: str, *targets: Target) -> int:
    """Erase what was met of an account under these names; returns how many rows that were."""
    names = [str(target) for target in targets]
    gone = tx.execute(delete(links).where(links.c.community_id == community_id, links.c.target.in_(names))).rowcount
    gone += tx.execute(
        delete(accounts).where(accounts.c.community_id == community_id, accounts.c.alias.in_(names))
    ).rowcount
    return gone
