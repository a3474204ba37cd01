"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go on to this revision."""
    _create_communities()
    _create_history()
    _create_tickets()
    _create_accounts()
    _create_bindings()
    _create_drafts()
    _create_guilds()
    _create_links()
    _create_requests()
    _create_templates()


def downgrade() -> None:
    """Go back to an empty database."""
    op.drop_table("templates")
    op.drop_table("requests")
    op.drop_table("links")
    op.drop_table("guilds")
    op.drop_table("drafts")
    op.drop_table("bindings")
    op.drop_table("accounts")
    op.drop_table("tickets")
    op.drop_table("history")
    op.drop_table("communities")


def _create_communities() -> None:
    op.create_table(
        "communities",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("sync_seen", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("template", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_communities")),
    )


def _create_history() -> None:
    op.create_table(
        "history",
        sa.Column(
            "number", sa.Integer().with_variant(sa.BigInteger(), "postgresql"), autoincrement=True, nullable=False
        ),
        sa.Column("operation", sa.String(length=80), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("community_id", sa.String(length=64), server_default="", nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("account", sa.String(length=300), server_default="", nullable=False),
        sa.Column("subject", sa.String(length=300), server_default="", nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("cause", sa.String(length=64), server_default="", nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("interaction_id", sa.BigInteger(), nullable=True),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.Column("began_at", sa.Float(), nullable=False),
        sa.Column("ended_at", sa.Float(), nullable=True),
        sa.Column("posted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_history")),
        sa.UniqueConstraint("operation", name=op.f("uq_history_operation")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.create_index("ix_history_actor_id", ["actor_id"], unique=False)
        batch_op.create_index("ix_history_began_at", ["began_at"], unique=False)
        batch_op.create_index("ix_history_guild_id_number", ["guild_id", "number"], unique=False)
        batch_op.create_index("ix_history_member_id", ["member_id"], unique=False)
        batch_op.create_index("ix_history_reference", ["reference"], unique=False)
        batch_op.create_index("ix_history_state", ["state"], unique=False)


def _create_tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("route", sa.String(length=40), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("actions", sa.JSON(), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("once", sa.Boolean(), nullable=False),
        sa.Column("spent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
    )
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.create_index("ix_tickets_expires_at", ["expires_at"], unique=False)
        batch_op.create_index("ix_tickets_owner_id", ["owner_id"], unique=False)


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("community_id", sa.String(length=64), nullable=False),
        sa.Column("alias", sa.String(length=300), nullable=False),
        sa.Column("account", sa.String(length=64), server_default="", nullable=False),
        sa.Column("username", sa.String(length=255), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name=op.f("fk_accounts_community_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("community_id", "alias", name=op.f("pk_accounts")),
    )


def _create_bindings() -> None:
    op.create_table(
        "bindings",
        sa.Column("community_id", sa.String(length=64), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=255), server_default="", nullable=False),
        sa.Column("api_id", sa.String(length=255), nullable=True),
        sa.Column("api_id_proven", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("bound_by", sa.BigInteger(), nullable=False),
        sa.Column("bound_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name=op.f("fk_bindings_community_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("community_id", "guild_id", "member_id", name=op.f("pk_bindings")),
        sa.UniqueConstraint(
            "community_id", "guild_id", "account", name=op.f("uq_bindings_community_id_guild_id_account")
        ),
    )
    with op.batch_alter_table("bindings", schema=None) as batch_op:
        batch_op.create_index("ix_bindings_member_id", ["member_id"], unique=False)


def _create_drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("community_id", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=400), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name=op.f("fk_drafts_community_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.create_index("ix_drafts_owner_id_guild_id", ["owner_id", "guild_id"], unique=False)
        batch_op.create_index("ix_drafts_started_at", ["started_at"], unique=False)


def _create_guilds() -> None:
    op.create_table(
        "guilds",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("community_id", sa.String(length=64), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("config", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["communities.id"], name=op.f("fk_guilds_community_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guilds")),
    )


def _create_links() -> None:
    op.create_table(
        "links",
        sa.Column("community_id", sa.String(length=64), nullable=False),
        sa.Column("target", sa.String(length=300), nullable=False),
        sa.Column("sync_id", sa.String(length=255), nullable=False),
        sa.Column("linked", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name=op.f("fk_links_community_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("community_id", "target", "sync_id", name=op.f("pk_links")),
    )


def _create_requests() -> None:
    op.create_table(
        "requests",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("community_id", sa.String(length=64), nullable=False),
        sa.Column("requester_id", sa.BigInteger(), nullable=False),
        sa.Column("sync_id", sa.String(length=255), nullable=False),
        sa.Column("character", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("card_channel_id", sa.BigInteger(), nullable=True),
        sa.Column("card_message_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.Float(), nullable=True),
        sa.Column("reason", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("problem", sa.String(length=64), server_default="", nullable=False),
        sa.Column("told", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("asked_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name=op.f("fk_requests_community_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
    )
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.create_index("ix_requests_guild_id_state", ["guild_id", "state"], unique=False)
        batch_op.create_index("ix_requests_requester_id", ["requester_id"], unique=False)
        batch_op.create_index(
            "uq_requests_open",
            ["guild_id", "requester_id", "sync_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('open', 'deciding')"),
            postgresql_where=sa.text("state IN ('open', 'deciding')"),
        )


def _create_templates() -> None:
    op.create_table(
        "templates",
        sa.Column("community_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("fetched_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name=op.f("fk_templates_community_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("community_id", "digest", name=op.f("pk_templates")),
    )
