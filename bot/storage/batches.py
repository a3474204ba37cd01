"""Writes that wait for their turn are committed together: one wait for the disk, and one transaction, for many.

Each is as if it were alone: where one of them raises, all are rolled back and run one after the other instead.
"""

from __future__ import annotations

import logging
from collections import deque
from concurrent.futures import Future
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from sqlalchemy import Connection

    Work = Callable[[Connection], Any]

log = logging.getLogger(__name__)

MOST: Final = 32
"""Writes in one transaction, so that nobody waits long for the others'."""


@dataclass(frozen=True, slots=True)
class _Write:
    work: Work
    synced: bool
    context: Context = field(default_factory=copy_context)
    done: Future[Any] = field(default_factory=Future)


class Batches:
    """Runs writes on a thread. `transact(work, synced)` runs one transaction there and returns what the work does."""

    def __init__(self, thread: Executor, transact: Callable[[Work, bool], Any]) -> None:
        self._thread = thread
        self._transact = transact
        self._waiting: deque[_Write] = deque()

    def add(self, work: Work, *, synced: bool) -> Future[Any]:
        """Have a work run and committed; the future has what it returned or raised."""
        write = _Write(work, synced)
        self._waiting.append(write)
        self._thread.submit(self._run)
        return write.done

    def _run(self) -> None:
        """Run what waits; a call for every write makes sure that none is left."""
        writes = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
        if len(writes) > 1 and self._together(writes):
            return
        for write in writes:
            self._alone(write)

    def _together(self, writes: list[_Write]) -> bool:
        """Run several in one transaction; whether that went well."""
        results: list[Any] = []

        def work(tx: Connection) -> None:
            results.clear()
            results.extend(write.context.run(write.work, tx) for write in writes)

        try:
            self._transact(work, any(write.synced for write in writes))
        except Exception as error:  # noqa: BLE001 - alone, each of them says what is its own failure
            log.debug("%d writes are run one by one: %s", len(writes), type(error).__name__)
            return False
        for write, result in zip(writes, results, strict=True):
            write.done.set_result(result)
        return True

    def _alone(self, write: _Write) -> None:
        try:
            result = write.context.run(self._transact, write.work, write.synced)
        except BaseException as error:  # noqa: BLE001 - it is the caller's
            write.done.set_exception(error)
        else:
            write.done.set_result(result)
