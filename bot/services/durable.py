"""The engine: DBOS workflows that carry an id only, and start again by themselves after a crash.

What is true stands in our own rows; DBOS (https://docs.dbos.dev) only remembers what is under way. It costs memory and
threads, so it is loaded when something is handed over for the first time.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.storage.address import engine_url

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import ModuleType

    Drive = Callable[[str], Awaitable[float | None]]

log = logging.getLogger(__name__)

VERSION = "1"
"""Of the workflow's shape, not of the bot: with another one DBOS would leave older work alone."""

STEP_SECONDS = 300.0
"""How long one step goes on at least: steps are recorded, so a day of attempts must not be thousands of them."""

ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
CLOSE_SECONDS = 1.0
AGAIN_SECONDS = 15.0
"""Between tries to start what could not be started: the engine's database is away, say."""


@dataclass(slots=True)
class _Driving:
    """A workflow under way. `again`: it is to look (once more), at once: whoever hands over has changed something."""

    workflow: str
    again: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[object] | None = None

    async def rest(self, seconds: float) -> None:
        """Wait so long, or until it is to look."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.again.wait(), seconds)


class DurableEngine:
    """Drives operations and jobs. `url` is the database's own address; `slot` names this process among several."""

    def __init__(self, url: str, *, slot: str = "0") -> None:
        self._url = url
        self._slot = slot
        self._drives: dict[str, Drive] = {}
        self._under_way: dict[tuple[str, str], _Driving] = {}
        self._launching = asyncio.Lock()
        self._dbos: ModuleType | None = None
        self._workflow: Callable[..., Any] | None = None
        self._closed = False
        self._insisting: set[asyncio.Task[None]] = set()

    def attach(self, *, operation: Drive, job: Drive) -> None:
        """Say what drives what; to be called once, before anything is handed over."""
        self._drives = {"operation": operation, "job": job}

    async def operation(self, operation: str) -> None:
        """Drive an operation to its end, over restarts. Never fails: where it can't be begun, that is tried again."""
        await self._start("operation", operation)

    async def job(self, job_id: str) -> None:
        """Drive a bulk job until it is done, paused or cancelled, over restarts. Never fails, as above."""
        await self._start("job", job_id)

    async def close(self) -> None:
        """Stop driving; what is under way goes on at the next start."""
        self._closed = True
        for insisting in self._insisting:
            insisting.cancel()
        if self._dbos is None:
            return
        logging.getLogger("dbos").setLevel(logging.CRITICAL)  # what the stop cuts off is no error: it goes on
        tasks = [driving.task for driving in self._under_way.values() if driving.task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=CLOSE_SECONDS)
        # DBOS put its executor in place of the loop's, now ends it, and what still ends there puts it back once more.
        loop, executor = asyncio.get_running_loop(), ThreadPoolExecutor()
        loop.set_default_executor(executor)
        await asyncio.to_thread(self._dbos.DBOS.destroy, destroy_registry=True)
        loop.set_default_executor(executor)
        self._dbos = None

    async def _start(self, kind: str, key: str) -> None:
        if (driving := self._under_way.get((kind, key))) is not None:
            driving.again.set()
            return
        if self._closed:
            return
        # An id of its own for each handing over: one that ended before (a paused job) would not run again.
        driving = self._under_way[kind, key] = _Driving(f"{kind}:{key}:{secrets.token_hex(4)}")
        if not await self._begun(driving, kind, key):
            insisting = asyncio.create_task(self._insist(driving, kind, key))
            self._insisting.add(insisting)
            insisting.add_done_callback(self._insisting.discard)

    async def _insist(self, driving: _Driving, kind: str, key: str) -> None:
        while not self._closed:
            await asyncio.sleep(AGAIN_SECONDS)
            if await self._begun(driving, kind, key):
                return

    async def _begun(self, driving: _Driving, kind: str, key: str) -> bool:
        try:
            await self._start_workflow(driving, kind, key)
        except Exception:
            log.exception("the engine can't go on with something yet; it is tried again")
            return False
        return True

    async def _start_workflow(self, driving: _Driving, kind: str, key: str) -> None:
        async with self._launching:
            if self._dbos is None:
                await self._launch()
        if self._dbos is None or self._workflow is None:
            return
        # In a context of its own: whoever hands over may be driven himself (a job that ends, the guild's next one), and
        # DBOS starts no workflow from within a step.
        await asyncio.create_task(self._begin(self._dbos, driving.workflow, kind, key), context=Context())

    async def _begin(self, dbos: ModuleType, workflow: str, kind: str, key: str) -> None:
        with dbos.SetWorkflowID(workflow):
            await dbos.DBOS.start_workflow_async(self._workflow, kind, key)
        await _forget_ended(dbos)

    async def _launch(self) -> None:
        dbos = await asyncio.to_thread(_load)
        dbos.DBOS(
            config={
                "name": "charlink",
                "system_database_url": engine_url(self._url),
                "executor_id": f"charlink-{self._slot}",
                "application_version": VERSION,
                "serializer": dbos.DBOSPortableJSONSerializer(),
                "log_level": "ERROR",
                "enable_otlp": False,
            }
        )
        own = logging.getLogger("dbos")
        own.handlers.clear()  # our handlers redact, and write the format that was asked for
        own.propagate = True

        @dbos.DBOS.step(name="attempts")  # type: ignore[untyped-decorator]  # DBOS is loaded late
        async def attempts(kind: str, key: str) -> bool:
            return await self._attempts(kind, key)

        @dbos.DBOS.workflow(name="drive")  # type: ignore[untyped-decorator]
        async def drive(kind: str, key: str) -> None:
            workflow = dbos.DBOS.workflow_id
            driving = self._under_way.setdefault((kind, key), _Driving(workflow))
            if driving.workflow != workflow:  # left by an earlier process, and handed over again by now
                return
            driving.task = asyncio.current_task()
            try:
                while await attempts(kind, key) or driving.again.is_set():
                    pass
            finally:
                del self._under_way[kind, key]

        self._workflow = drive
        dbos.DBOS.launch()  # on this loop, where the workflows then run
        self._dbos = dbos
        log.info("the durable engine is running")

    async def _attempts(self, kind: str, key: str) -> bool:
        """Go on for a few minutes; whether there is more to do. A kill loses nothing: the truth is in our rows."""
        driving, until = self._under_way[kind, key], time.monotonic() + STEP_SECONDS
        while time.monotonic() < until:
            driving.again.clear()
            pause = await self._drives[kind](key)
            if pause is not None:
                await driving.rest(pause)
            elif not driving.again.is_set():
                return False
        return True


async def _forget_ended(dbos: ModuleType) -> None:
    """Delete the workflows that ended: nothing reads them any more, and their ids name what they were about."""
    try:
        ended = await dbos.DBOS.list_workflows_async(status=ENDED, load_input=False, load_output=False)
        await dbos.DBOS.delete_workflows_async([one.workflow_id for one in ended])
    except Exception as error:  # noqa: BLE001 - of whatever the engine's database raises
        log.warning("what the engine ended is forgotten later: %s", type(error).__name__)


def _load() -> ModuleType:
    import dbos  # noqa: PLC0415 - half a second and 20 MB, which a bot whose CAD answers never needs

    return dbos
