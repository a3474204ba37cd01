"""What survives a restart: one database (SQLite or PostgreSQL), and the encryption of the secrets in it."""
