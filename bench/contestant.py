"""A program under measurement, as its own process: when it was ready, and what memory it holds."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

REPOSITORY = Path(__file__).resolve().parents[1]
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
READY = b"ready: "
LOOK_SECONDS = 0.002
START_SECONDS = 90.0
STOP_SECONDS = 10.0
LAST = 2000
KIB_IN_MIB = 1024


@dataclass(frozen=True, eq=False)
class Program:
    """What is started: `python -m <module> <arguments>` with these settings on top of the arena's.

    `binds`: it wants to be told once whose CAD account is whose.
    """

    name: str
    command: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)
    binds: bool = False


BOT = Program("bot", ("bot", "run"), binds=True)
FLOOR = Program("floor", ("bench.floor",))
DEFAULT_INTENTS = Program("default intents", ("bench.floor",), {"FLOOR_INTENTS": "default"})


@dataclass(frozen=True, slots=True)
class Memory:
    """MiB that a process holds: in all (`rss`), and with shared pages divided among those who share them (`pss`)."""

    rss: float
    pss: float


class Running:
    """One run of a program. What it prints goes to a file, so that reading it costs nobody anything."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path, ready_after: float) -> None:
        self._process = process
        self._log = log
        self.ready_after = ready_after
        """Seconds from the start of the process to its line "ready"."""

    @classmethod
    async def start(cls, program: Program, settings: Mapping[str, str], directory: Path) -> Running:
        """Start a program in a directory, which is made, and wait until it says that it is ready.

        Raises RuntimeError with what it printed last when it ends before, or takes over 90 s.
        """
        log = _log_in(directory, program)
        environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
        began = time.perf_counter()
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", *program.command),
                env={**environment, "PYTHONPATH": str(REPOSITORY), **settings, **program.settings},
                cwd=directory,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        while READY not in log.read_bytes():
            if process.returncode is not None or time.perf_counter() - began > START_SECONDS:
                if process.returncode is None:
                    process.kill()
                raise RuntimeError(f"{program.name} did not start:\n{_last(log)}")
            await asyncio.sleep(LOOK_SECONDS)
        return cls(process, log, time.perf_counter() - began)

    @property
    def pid(self) -> int:
        """The process's id, for a profiler beside it."""
        return self._process.pid

    def memory(self) -> Memory:
        """Read what it holds now. Raises OSError where there is no Linux /proc."""
        lines = Path(f"/proc/{self._process.pid}/smaps_rollup").read_text("ascii").splitlines()
        kib = {line.split()[0]: int(line.split()[1]) for line in lines[1:]}
        return Memory(kib["Rss:"] / KIB_IN_MIB, kib["Pss:"] / KIB_IN_MIB)

    def complaint(self) -> str:
        """Return the last lines that it printed."""
        return _last(self._log)

    async def stop(self) -> None:
        """Ask it to stop; one that takes over 10 s is killed."""
        if self._process.returncode is None:
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


def _log_in(directory: Path, program: Program) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    return directory / f"{program.name.replace(' ', '-')}.log"


def _last(log: Path) -> str:
    return log.read_bytes()[-LAST:].decode(errors="replace")
