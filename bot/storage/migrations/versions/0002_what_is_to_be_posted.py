"""What is to be posted is found without reading the whole history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go on to this revision."""
    op.create_index(
        "ix_history_unposted",
        "history",
        ["guild_id"],
        sqlite_where=sa.text("posted IS 0"),
        postgresql_where=sa.text("posted IS false"),
    )


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_index("ix_history_unposted", table_name="history")
