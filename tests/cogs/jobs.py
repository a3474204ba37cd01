"""Bulk files on a stage: an admin who uploads them, the message of the job, and an engine that a test drives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.cogs.entries import attached
from tests.cogs.requests import card_text, labels
from tests.cogs.stage import Answer, Stage
from tests.engine import drive

if TYPE_CHECKING:
    from bot.services.jobs.running import Runner
    from bot.ui.progress import Progress
    from tests.services.files import OneFile


@dataclass
class Yard:
    """The stage, its admin, and the file that he attaches."""

    stage: Stage
    files: OneFile
    admin: Any

    @property
    def runner(self) -> Runner:
        return self.stage.services.runner

    @property
    def progress(self) -> Progress:
        cog: Any = self.stage.bot.get_cog("Bulk")
        shown: Progress = cog.progress
        return shown

    async def upload(self, text: str, kind: str = "link", who: Any = None) -> Answer:
        self.files.data = text.encode()
        options = {"file": ("members.csv", self.files.data)}
        return await self.stage.slash(who or self.admin, f"bulk {kind}", **options)

    async def start(self, text: str, kind: str = "link") -> Answer:
        """Upload a file and say yes."""
        checked = await self.upload(text, kind)
        yes = next(label for label in checked.buttons if label.startswith("Yes"))
        return await self.stage.press(self.admin, checked, yes)

    async def drive(self) -> None:
        """Carry out what was handed over, and show what changed."""
        engine = self.stage.town.engine
        while engine.jobs:
            await drive(self.runner.advance, engine.jobs.pop(0), self.stage.town.clock)
        await self.progress.show_news()

    async def step(self, rows: int) -> None:
        """Carry out some rows only."""
        self.runner._slice = 0
        job_id = self.stage.town.engine.jobs[0]
        for _ in range(rows):
            assert await self.runner.advance(job_id) == 0
        await self.progress.show_news()

    @property
    def messages(self) -> list[Any]:
        return [one for one in self.stage.channel.history() if "file" in one.content or "bulk job" in one.content]

    @property
    def shown(self) -> str:
        """The newest message of a job."""
        return card_text(self.messages[-1])

    @property
    def buttons(self) -> list[str]:
        return labels(self.messages[-1])

    async def press(self, label: str, who: Any = None, message: Any = None) -> Answer:
        return Answer(await (who or self.admin).click(message or self.messages[-1], label=label))

    def attached(self, answer: Answer) -> list[str]:
        """The lines of the file under an answer."""
        return attached(self.stage, answer)[1].decode("utf-8-sig").splitlines()
