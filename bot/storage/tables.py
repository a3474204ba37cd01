"""Every table. Discord's ids are big integers; columns named `..._at` hold Unix times, in seconds.

What a service alone reads and writes (a guild's set-up, a ticket's payload, a draft's answers) is JSON, so that a new
setting needs no migration; what is searched, counted or unique is a column.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

communities = Table(
    "communities",
    metadata,
    Column("id", String(64), primary_key=True),  # the id that the CAD says, never the one that was typed
    Column("name", String(200), nullable=False, server_default=""),
    Column("sync_seen", Boolean, nullable=False, server_default=text("false")),
    Column("template", String(64)),  # the digest of the newest
)

templates = Table(
    "templates",
    metadata,
    Column("community_id", ForeignKey("communities.id", ondelete="CASCADE"), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("body", JSON, nullable=False),
    Column("fetched_at", Float, nullable=False),
)

guilds = Table(
    "guilds",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("community_id", ForeignKey("communities.id")),
    Column("key", LargeBinary),  # sealed for this guild
    Column("config", JSON, nullable=False),  # what /setup changed
    Column("updated_at", Float, nullable=False),
)

bindings = Table(
    "bindings",
    metadata,
    Column("community_id", ForeignKey("communities.id", ondelete="CASCADE"), primary_key=True),
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),  # 0: in every guild of the community
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("account", String(64), nullable=False),
    Column("username", String(255), nullable=False, server_default=""),
    Column("api_id", String(255)),
    Column("api_id_proven", Boolean, nullable=False, server_default=text("false")),
    Column("source", String(16), nullable=False),
    Column("bound_by", BigInteger, nullable=False),
    Column("bound_at", Float, nullable=False),
    UniqueConstraint("community_id", "guild_id", "account"),  # an account has one member
    Index("ix_bindings_member_id", "member_id"),
)

accounts = Table(
    "accounts",
    metadata,
    Column("community_id", ForeignKey("communities.id", ondelete="CASCADE"), primary_key=True),
    Column("alias", String(300), primary_key=True),  # a target, as `kind:value`
    Column("account", String(64), nullable=False, server_default=""),
    Column("username", String(255), nullable=False, server_default=""),
)

links = Table(
    "links",
    metadata,
    Column("community_id", ForeignKey("communities.id", ondelete="CASCADE"), primary_key=True),
    Column("target", String(300), primary_key=True),  # `account:<uuid>` where it is known, else another `kind:value`
    Column("sync_id", String(255), primary_key=True),
    Column("linked", Boolean, nullable=False),
    Column("seen_at", Float, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("owner_id", BigInteger, nullable=False),
    Column("community_id", ForeignKey("communities.id", ondelete="CASCADE"), nullable=False),
    Column("about", String(400), nullable=False),  # whose character, and which one when it is edited
    Column("state", String(16), nullable=False),
    Column("body", JSON, nullable=False),
    Column("started_at", Float, nullable=False),
    Index("ix_drafts_owner_id_guild_id", "owner_id", "guild_id"),
    Index("ix_drafts_started_at", "started_at"),
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("route", String(40), nullable=False),
    Column("owner_id", BigInteger, nullable=False),
    Column("guild_id", BigInteger, nullable=False),
    Column("actions", JSON, nullable=False),
    Column("target", BigInteger),
    Column("payload", JSON, nullable=False),
    Column("once", Boolean, nullable=False),
    Column("spent", Boolean, nullable=False, server_default=text("false")),
    Column("expires_at", Float, nullable=False),
    Index("ix_tickets_expires_at", "expires_at"),
    Index("ix_tickets_owner_id", "owner_id"),
)

requests = Table(
    "requests",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("community_id", ForeignKey("communities.id", ondelete="CASCADE"), nullable=False),
    Column("requester_id", BigInteger, nullable=False),
    Column("sync_id", String(255), nullable=False),
    Column("character", String(200), nullable=False),
    Column("state", String(16), nullable=False),
    Column("locale", String(16), nullable=False),
    Column("channel_id", BigInteger, nullable=False),  # where it was asked
    Column("card_channel_id", BigInteger),
    Column("card_message_id", BigInteger),
    Column("decided_by", BigInteger),
    Column("decided_at", Float),
    Column("reason", String(1000), nullable=False, server_default=""),
    Column("problem", String(64), nullable=False, server_default=""),  # why the last attempt to approve failed
    Column("told", Boolean, nullable=False, server_default=text("false")),
    Column("reference", String(16), nullable=False),
    Column("asked_at", Float, nullable=False),
    Index("ix_requests_guild_id_state", "guild_id", "state"),
    Index("ix_requests_requester_id", "requester_id"),
    Index(
        "uq_requests_open",
        "guild_id",
        "requester_id",
        "sync_id",
        unique=True,
        sqlite_where=text("state IN ('open', 'deciding')"),
        postgresql_where=text("state IN ('open', 'deciding')"),
    ),
)

history = Table(
    "history",
    metadata,
    Column("number", Integer().with_variant(BigInteger, "postgresql"), primary_key=True, autoincrement=True),
    Column("operation", String(80), nullable=False, unique=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("community_id", String(64), nullable=False, server_default=""),
    Column("actor_id", BigInteger, nullable=False),  # 0: the bot itself
    Column("rule", String(32), nullable=False),
    Column("action", String(32), nullable=False),
    Column("member_id", BigInteger),  # whom it was about; null: an account that no member stands for
    Column("account", String(300), nullable=False, server_default=""),
    Column("subject", String(300), nullable=False, server_default=""),  # a sync ID, a record id, a setting
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    Column("state", String(16), nullable=False),
    Column("cause", String(64), nullable=False, server_default=""),  # the message key of a refusal or failure
    Column("reference", String(16), nullable=False),
    Column("interaction_id", BigInteger),
    Column("token", LargeBinary),  # of the interaction, sealed; wiped after 15 minutes
    Column("sealed_order", LargeBinary),  # what is to be sent, until it is settled
    Column("sent_at", Float),  # when it was last sent
    Column("channel_id", BigInteger),  # where the outcome is told when nothing else works
    Column("locale", String(16), nullable=False, server_default=""),
    Column("owed", Boolean, nullable=False, server_default=text("false")),  # the person was promised the outcome
    Column("draft_id", String(32)),  # the draft that is settled with it
    Column("job_id", String(32)),  # the bulk job that it is a row of
    Column("began_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("posted", Boolean, nullable=False, server_default=text("false")),  # in the audit channel
    Index("ix_history_guild_id_number", "guild_id", "number"),
    Index("ix_history_member_id", "member_id"),
    Index("ix_history_actor_id", "actor_id"),
    Index("ix_history_reference", "reference"),
    Index("ix_history_state", "state"),
    Index("ix_history_job_id", "job_id"),
    Index("ix_history_interaction_id", "interaction_id"),
    Index("ix_history_began_at", "began_at"),
    Index(
        "ix_history_unposted", "guild_id", sqlite_where=text("posted IS 0"), postgresql_where=text("posted IS false")
    ),
    Index("ix_history_owed", "state", sqlite_where=text("owed IS 1"), postgresql_where=text("owed IS true")),
    sqlite_autoincrement=True,
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("community_id", ForeignKey("communities.id", ondelete="CASCADE"), nullable=False),
    Column("actor_id", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("cause", String(64), nullable=False, server_default=""),  # why it is paused or stopped: a message key
    Column("file_name", String(200), nullable=False, server_default=""),
    Column("parent_id", String(32)),  # the job whose failures this one retries, or which it takes back
    Column("undoes", Boolean, nullable=False, server_default=text("false")),
    Column("locale", String(16), nullable=False),
    Column("reference", String(16), nullable=False),
    Column("channel_id", BigInteger, nullable=False),  # where its progress is shown
    Column("message_id", BigInteger),
    Column("made_at", Float, nullable=False),
    Column("started_at", Float),
    Column("ended_at", Float),
    Column("pace", Float),  # the seconds that a row takes by the budget
    Column("counted_from", Integer, nullable=False, server_default=text("0")),  # failures in a row: from which row on
    Column("told", Boolean, nullable=False, server_default=text("false")),  # its end was shown
    UniqueConstraint("parent_id", "undoes"),  # failures are retried once, and a job is taken back once
    Index("ix_jobs_guild_id_made_at", "guild_id", "made_at"),
    Index("ix_jobs_state", "state"),
)

job_rows = Table(
    "job_rows",
    metadata,
    Column("job_id", ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # the line of the file, from 1
    Column("state", String(16), nullable=False),
    Column("cause", String(64), nullable=False, server_default=""),  # a message key
    Column("body", LargeBinary, nullable=False),  # what the line says, sealed
    Index("ix_job_rows_job_id_state", "job_id", "state"),
)

owners = Table(
    "owners",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sync_id", String(255), primary_key=True),
    Column("owner_id", String(255), nullable=False),  # an id of the player's, as the game database has it
    Column("job_id", String(32), nullable=False),
    Column("updated_at", Float, nullable=False),
    Index("ix_owners_guild_id_owner_id", "guild_id", "owner_id"),
)

calls = Table(  # the rate budget that several processes share (PostgreSQL)
    "calls",
    metadata,
    Column("number", Integer().with_variant(BigInteger, "postgresql"), primary_key=True, autoincrement=True),
    Column("scope", String(200), nullable=False),  # a key's digest and what shares its window
    Column("person", BigInteger, nullable=False),
    Column("at", Float, nullable=False),
    Index("ix_calls_scope_at", "scope", "at"),
)
