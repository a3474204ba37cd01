"""Asking staff to link a character, and deciding it: no command, only where buttons and forms lead."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from discord.ext import commands

from bot.domain.access import Action
from bot.services.approvals import AskIntent, RequestIntent
from bot.ui.cards import CARD, DECISION, ask_button, ask_modal, told_reply
from bot.ui.modals import submitted

if TYPE_CHECKING:
    from bot.services.approvals import Approvals
    from bot.ui.board import Board
    from bot.ui.router import Router
    from bot.ui.visit import Visit

log = logging.getLogger(__name__)


class ApprovalButtons(commands.Cog):
    """Where the buttons of players and of cards lead."""

    def __init__(self, approvals: Approvals, board: Board, router: Router) -> None:
        self.approvals = approvals
        self.board = board
        router.add("ask", AskIntent, self.ask)
        router.add("asked", AskIntent, self.asked)
        router.add("withdraw", RequestIntent, self.withdraw)
        router.add("look", RequestIntent, self.look_up)
        router.add("approve", RequestIntent, self.approve)
        router.add("denied", RequestIntent, self.denied)
        router.add_shared(CARD, dict.fromkeys(("look", "approve", "retry", "deny"), Action.DECIDE), self.press)
        router.add_shared(DECISION, {"see": Action.OWN_DATA}, self.see)

    async def ask(self, visit: Visit, intent: AskIntent, _: str) -> None:
        """Ask the player for the character's name."""
        await visit.open_modal(ask_modal(visit, intent))

    async def asked(self, visit: Visit, intent: AskIntent, _: str) -> None:
        """Store the request and show it to staff; a button that shows it again brings the name itself."""
        visit.back = ask_button(visit, intent.sync_id)
        await visit.acknowledge()
        name = intent.character or str(submitted(visit.interaction).get(0, ""))
        await self.board.ask(visit, AskIntent(sync_id=intent.sync_id, character=name))

    async def withdraw(self, visit: Visit, intent: RequestIntent, _: str) -> None:
        """Take one's own request back."""
        visit.doing("withdraw", intent)
        await visit.acknowledge()
        await self.board.withdraw(visit, intent)

    async def press(self, visit: Visit, request_id: str, arg: str) -> None:
        """Do what a button of a card says; the answer is for the approver alone."""
        intent = RequestIntent(request=request_id)
        if arg == "deny":
            await self.board.open_denial(visit, request_id)
        elif arg == "look":
            await self.look_up(visit, intent, "")
        else:
            await self.approve(visit, intent, "")

    async def look_up(self, visit: Visit, intent: RequestIntent, _: str) -> None:
        """Compare the request with the CAD."""
        visit.doing("look", intent)
        await visit.acknowledge()
        await self.board.look_up(visit, intent)

    async def approve(self, visit: Visit, intent: RequestIntent, _: str) -> None:
        """Approve the request: pressed on the card, confirmed, or tried again."""
        visit.doing("approve", intent)
        await visit.acknowledge()
        await self.board.approve(visit, intent)

    async def denied(self, visit: Visit, intent: RequestIntent, _: str) -> None:
        """Deny the request with the reason that was typed, if any."""
        await visit.acknowledge()
        reason = str(submitted(visit.interaction).get(0, ""))
        await self.board.deny(visit, RequestIntent(request=intent.request, reason=reason))

    async def see(self, visit: Visit, request_id: str, _: str) -> None:
        """Tell a player what became of his request; only him."""
        await visit.acknowledge(anew=True)
        await visit.show(told_reply(visit.words, await self.approvals.own(visit.turn, request_id)))
