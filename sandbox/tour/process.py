"""The bot as its own process: `python -m bot run`, steered by environment variables and by nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

REPOSITORY = Path(__file__).resolve().parents[2]
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH")
"""What a process needs of its surroundings. Nothing else passes, so that no setting of the reader's own gets in."""

STOP_SECONDS = 10.0
LAST_LINES = 12
CHUNK = 64 * 1024


class BotFailed(Exception):
    """The bot did not come up, or ended although nobody stopped it. `lines` are the last ones that it printed."""

    def __init__(self, what: str, lines: list[str]) -> None:
        super().__init__(what)
        self.lines = lines


@dataclass(frozen=True)
class Stopped:
    """How a bot ended after SIGTERM. `code` is None when it had to be killed."""

    code: int | None
    seconds: float


class BotProcess:
    """One bot, which can be started again after its end. In its `directory` lies no `.env` of the reader's."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._wanted = asyncio.Event()
        self._printed = bytearray()

    @property
    def output(self) -> str:
        """Everything that it printed so far, over all its starts, standard error included."""
        return self._printed.decode(errors="replace")

    async def start(self, settings: Mapping[str, str]) -> None:
        """Start it, in a process group of its own: Ctrl-C reaches the tour alone, which then stops it in order."""
        kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", "run"),
            env={**kept, "PYTHONPATH": str(REPOSITORY), "PYTHONIOENCODING": "utf-8", **settings},
            cwd=self._directory,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            process_group=0,
        )
        self._reading = asyncio.create_task(self._read(self._process))
        self._wanted.set()

    async def died(self) -> None:
        """Wait until the process ends by itself, not by `stop` or `kill`, and raise BotFailed."""
        while True:
            await self._wanted.wait()
            process, reading = self._started()
            code = await process.wait()
            if self._wanted.is_set() and process is self._process:
                await asyncio.wait({reading})
                raise self.failure(f"the bot's process ended by itself with exit code {code}")

    def failure(self, what: str) -> BotFailed:
        """Return the error that tells `what` together with the bot's last lines."""
        return BotFailed(what, self.output.splitlines()[-LAST_LINES:])

    async def stop(self) -> Stopped:
        """Send SIGTERM and wait; a process that is still there after 10 s, or when this is cancelled, is killed."""
        process, reading = self._started()
        self._wanted.clear()
        began = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        code: int | None = None
        try:
            async with asyncio.timeout(STOP_SECONDS):
                code = await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        except asyncio.CancelledError:
            process.kill()
            raise
        stopped = Stopped(code, time.monotonic() - began)
        await asyncio.wait({reading})
        return stopped

    async def kill(self) -> None:
        """End it with SIGKILL, as a crash or a loss of power does, and wait until it is gone."""
        process, reading = self._started()
        self._wanted.clear()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await asyncio.wait({reading})

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    def _started(self) -> tuple[asyncio.subprocess.Process, asyncio.Task[None]]:
        if self._process is None or self._reading is None:
            raise RuntimeError("the bot was not started")
        return self._process, self._reading

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            raise RuntimeError("the bot was started with a pipe")
        while chunk := await process.stdout.read(CHUNK):
            self._printed += chunk
