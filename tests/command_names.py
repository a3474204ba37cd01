"""What Charlink registers at Discord, as people see it."""

from __future__ import annotations

COMMANDS = {
    "linkchar",
    "newchar",
    "chars",
    "account",
    "setup",
    "doctor",
    "audit",
    "access",
    "bulk",
    "mydata",
    "CAD characters",
}
