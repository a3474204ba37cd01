"""What drives the work that did not finish at once: it calls again until there is nothing left to do."""

from __future__ import annotations

from typing import Protocol


class Engine(Protocol):
    """Hands work over under its id; handing over what is under way already changes nothing.

    An operation is driven by `Operations.attempt(id)`, a job by `Jobs.advance(id)`: each returns the seconds until it
    is to be called again, or None when there is nothing left to do.
    """

    async def operation(self, operation: str) -> None:
        """Drive an operation to its end, over restarts."""

    async def job(self, job_id: str) -> None:
        """Drive a bulk job until it is done, paused or cancelled, over restarts."""
