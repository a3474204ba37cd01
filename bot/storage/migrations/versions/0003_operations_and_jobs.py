"""Operations that outlive their interaction, bulk jobs, what the game database says of owners, a shared rate budget."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ADDED = ("sealed_order", "sent_at", "channel_id", "locale", "owed", "draft_id")


def upgrade() -> None:
    """Go on to this revision."""
    _jobs()
    op.create_table(
        "owners",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sync_id", sa.String(255), nullable=False),
        sa.Column("owner_id", sa.String(255), nullable=False),
        sa.Column("job_id", sa.String(32), nullable=False),
        sa.Column("updated_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "sync_id", name="pk_owners"),
    )
    op.create_index("ix_owners_guild_id_owner_id", "owners", ["guild_id", "owner_id"])
    op.create_table(
        "calls",
        sa.Column("number", sa.Integer().with_variant(sa.BigInteger(), "postgresql"), nullable=False),
        sa.Column("scope", sa.String(200), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_calls"),
    )
    op.create_index("ix_calls_scope_at", "calls", ["scope", "at"])
    op.add_column("history", sa.Column("sealed_order", sa.LargeBinary()))
    op.add_column("history", sa.Column("sent_at", sa.Float()))
    op.add_column("history", sa.Column("channel_id", sa.BigInteger()))
    op.add_column("history", sa.Column("locale", sa.String(16), nullable=False, server_default=""))
    op.add_column("history", sa.Column("owed", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.add_column("history", sa.Column("draft_id", sa.String(32)))
    op.add_column("history", sa.Column("job_id", sa.String(32)))
    op.create_index("ix_history_job_id", "history", ["job_id"])
    op.create_index("ix_history_interaction_id", "history", ["interaction_id"])
    op.create_index(
        "ix_history_owed",
        "history",
        ["state"],
        sqlite_where=sa.text("owed IS 1"),
        postgresql_where=sa.text("owed IS true"),
    )


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("community_id", sa.String(64), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("cause", sa.String(64), nullable=False, server_default=""),
        sa.Column("file_name", sa.String(200), nullable=False, server_default=""),
        sa.Column("parent_id", sa.String(32)),
        sa.Column("undoes", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("reference", sa.String(16), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("made_at", sa.Float(), nullable=False),
        sa.Column("started_at", sa.Float()),
        sa.Column("ended_at", sa.Float()),
        sa.Column("pace", sa.Float()),
        sa.Column("counted_from", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("told", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.UniqueConstraint("parent_id", "undoes", name="uq_jobs_parent_id_undoes"),
        sa.ForeignKeyConstraint(["community_id"], ["communities.id"], name="fk_jobs_community_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.create_index("ix_jobs_guild_id_made_at", "jobs", ["guild_id", "made_at"])
    op.create_index("ix_jobs_state", "jobs", ["state"])
    _job_rows()


def _job_rows() -> None:
    op.create_table(
        "job_rows",
        sa.Column("job_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("cause", sa.String(64), nullable=False, server_default=""),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_job_rows_job_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "number", name="pk_job_rows"),
    )
    op.create_index("ix_job_rows_job_id_state", "job_rows", ["job_id", "state"])


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_index("ix_history_owed", table_name="history")
    op.drop_index("ix_history_job_id", table_name="history")
    op.drop_index("ix_history_interaction_id", table_name="history")
    for name in ("job_id", *reversed(ADDED)):
        op.drop_column("history", name)
    for table in ("calls", "owners", "job_rows", "jobs"):
        op.drop_table(table)
