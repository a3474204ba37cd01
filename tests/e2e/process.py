"""The bot as an operator starts it: the command line, the environment, an empty working directory, nothing else."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

CHECKOUT = str(Path(__file__).parents[2])
INHERITED = ("PATH", "HOME", "COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START", "COVERAGE_RCFILE")
STOP_SECONDS = 10.0


class BotProcess:
    """One run of `python -m bot <command>` and everything that it printed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._printed = bytearray()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, command: str, settings: Mapping[str, str], directory: Path) -> BotProcess:
        """Start it in `directory` with these variables, and of this process's only what starting needs."""
        environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", command),
            env={**environment, "PYTHONPATH": CHECKOUT, **settings},
            cwd=directory,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        return cls(process)

    @property
    def output(self) -> str:
        """What it printed so far, both streams together."""
        return self._printed.decode()

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.returncode is None

    async def unless_ended(self, awaited: Awaitable[None]) -> None:
        """Wait for something while the process runs; AssertionError with its output when it ends first."""
        waiting = asyncio.ensure_future(awaited)
        ending = asyncio.create_task(self._process.wait())
        try:
            await asyncio.wait({waiting, ending}, return_when=asyncio.FIRST_COMPLETED)
            assert waiting.done(), self.output
            waiting.result()
        finally:
            waiting.cancel()
            ending.cancel()

    async def ended(self, seconds: float = STOP_SECONDS) -> int:
        """Wait for the end and return the exit code. One that takes too long is killed, and TimeoutError raised."""
        try:
            code = await asyncio.wait_for(self._process.wait(), seconds)
        except TimeoutError:
            self._process.kill()
            raise
        await self._reading
        return code

    async def stop(self) -> int:
        """Ask it to stop (SIGTERM) and return the exit code; TimeoutError when it takes over 10 s."""
        if self.running:
            self._process.terminate()
        return await self.ended()

    async def kill(self) -> None:
        """End it with SIGKILL, as a crash or a loss of power does, and wait until it is gone."""
        if self.running:
            self._process.kill()
        await self._process.wait()
        await self._reading

    async def _read(self) -> None:
        if self._process.stdout is None:
            raise RuntimeError("the process has no output to read")
        while chunk := await self._process.stdout.read(65_536):
            self._printed += chunk
