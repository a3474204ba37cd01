"""What people do in a scene, and what befalls the bot: each act is told to the reader, and its answer shown."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sandbox.discord import Channel, Member, Role, Upload

from .screen import Screen, form_line, form_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.discord import Exchange, Message
    from sandbox.discord.composer import Value

    from .company import Company
    from .screen import Answers
    from .transcript import Transcript

LONGEST_ANSWER = 30.0
POLL = 0.01
DOTS = "••••••••"


class Acts:
    """The people of a town and their bot, in one scene."""

    def __init__(self, company: Company, transcript: Transcript) -> None:
        self.company = company
        self.town = company.town
        self.sam, self.ben, self.ava, self.olivia = self.town.sam, self.town.ben, self.town.ava, self.town.olivia
        self.pia, self.quinn, self.nils, self.otto = self.town.pia, self.town.quinn, self.town.nils, self.town.otto
        self._transcript = transcript
        self._entries_before = len(self.town.cad.ledger.entries)
        self._exchanges_before = len(company.exchanges)
        self._asked_at_starts: set[int] = set()

    # Commands.

    async def types(self, who: Member, command: str, /, **options: Value) -> Screen:
        """Type a slash command and wait for the whole answer."""
        return await self.answered(who, await self.begins(who, command, **options))

    async def begins(self, who: Member, command: str, /, **options: Value) -> Exchange:
        """Type a slash command and wait for the first response only."""
        self._act(who, f"types /{command}{''.join(map(_option, options.items()))}")
        exchange = self._note(await self.town.discord.command(who, command, options))
        return await exchange.first()

    async def right_clicks(self, who: Member, target: Member, command: str) -> Screen:
        """Use a command of the menu on a member, e.g. "CAD characters"."""
        self._act(who, f"right-clicks @{target.name} and picks “{command}”")
        return await self.answered(who, self._note(await self.town.discord.user_command(who, command, target)))

    async def offered(self, who: Member, command: str, option: str, typed: str) -> list[str]:
        """Begin to type an option and return what is offered."""
        choices = await self.town.discord.autocomplete(who, command, focused=option, typed=typed)
        names = [choice.name for choice in choices]
        self._act(who, f"begins to type /{command} {option}:{typed} and is offered: {'; '.join(names)}")
        return names

    # Buttons, selects and forms, of an answer or of a message that was read.

    async def presses(self, who: Member, screen: Screen, label: str, *, forged: bool = False) -> Screen:
        """Press a button. A forged press is one that the Discord client would not let this person make."""
        return await self.answered(who, await self.begins_press(who, screen, label, forged=forged))

    async def begins_press(self, who: Member, screen: Screen, label: str, *, forged: bool = False) -> Exchange:
        """Press a button and wait for the first response only."""
        self._act(who, f"{'forges a press of' if forged else 'presses'} [ {label} ]")
        return await self._press(who, screen, label, forged=forged)

    async def presses_twice(self, who: Member, screen: Screen, label: str) -> tuple[Screen, Screen]:
        """Press a button twice at once, and return what came of the one press and of the other."""
        self._act(who, f"presses [ {label} ] twice at once")
        one, two = await asyncio.gather(self._press(who, screen, label), self._press(who, screen, label))
        second = await self.answered(who, two)
        return await self.answered(who, one), second

    async def press_together(self, screen: Screen, *presses: tuple[Member, str]) -> list[Screen]:
        """Let several people press a button each at once, and return what came of each press."""
        for who, label in presses:
            self._act(who, f"presses [ {label} ] in the same moment")
        begun = await asyncio.gather(*(self._press(who, screen, label) for who, label in presses))
        return [await self.answered(who, exchange) for (who, _), exchange in zip(presses, begun, strict=True)]

    async def smuggles(self, who: Member, under: Screen, screen: Screen, label: str) -> Screen:
        """Forge a press of another message's button under one's own message, as in another server."""
        self._act(who, f"forges a press of the other server's [ {label} ] in {who.guild.name}")
        custom_id = next(button.custom_id for button in _message(screen).buttons if button.label == label)
        exchange = await self.town.discord.press_id(who, _message(under), custom_id)
        return await self.answered(who, self._note(exchange))

    async def chooses(self, who: Member, screen: Screen, which: str, *values: Value, forged: bool = False) -> Screen:
        """Choose in the select whose placeholder starts with `which`: options by label, members, roles or channels."""
        chosen = ", ".join(map(_named, values)) or "nothing"
        self._act(who, f"{'forges a choice of' if forged else 'chooses'} {chosen} in [ {which} ]")
        exchange = await self.town.discord.choose(who, _message(screen), which, values, force=forged)
        return await self.answered(who, self._note(exchange))

    async def submits(
        self, who: Member, screen: Screen, answers: Answers, *, short: bool = False, hidden: Sequence[str] = ()
    ) -> Screen:
        """Fill in the open form and submit it. Shown field by field, or `short`: in a line, without the answer.

        What is typed into the fields of `hidden` is a secret, so the reader is shown dots.
        """
        if screen.modal is None:
            raise LookupError(f"{who.name} has no open form but reads: {screen.text}")
        told = {**answers, **dict.fromkeys(hidden, DOTS)}
        if short:
            self._act(who, f"fills in {form_line(screen.modal, told)}")
        else:
            self._act(who, "fills in the form")
            self._transcript.screen(f"Form: {screen.modal.title}", form_lines(screen.modal, told))
        exchange = self._note(await self.town.discord.submit(who, screen.modal, answers))
        await exchange.settled(LONGEST_ANSWER)
        answer = self._screen(who, exchange)
        if not short:
            self.show(answer, brief=True)
        return answer

    async def goes_on(self, who: Member, screen: Screen) -> Screen | None:
        """Press the button that leads to the next page of a form, without showing that; None where there is none."""
        label = next((label for label in screen.buttons if label.startswith("Continue")), None)
        if label is None:
            return None
        exchange = await self._press(who, screen, label)
        await exchange.settled(LONGEST_ANSWER)
        return self._screen(who, exchange)

    async def answered(self, who: Member, exchange: Exchange) -> Screen:
        """Wait for the whole answer and show it."""
        await exchange.settled(LONGEST_ANSWER)
        screen = self._screen(who, exchange)
        self.show(screen)
        return screen

    async def becomes(self, who: Member, screen: Screen, *words: str) -> Screen:
        """Wait until the message that a person has before him reads so, and show it."""
        self._act(who, "waits for what becomes of it")
        message = _message(screen)

        def now() -> Screen:
            return Screen.of(who, message)

        await self.town.discord.until(lambda: all(word in now().text for word in words), LONGEST_ANSWER)
        self.show(now())
        return now()

    # Channels and direct messages.

    async def looks(self, who: Member, channel: Channel, *words: str) -> Screen:
        """Look into a channel until a message with these words is there, and show the last such one."""
        self._act(who, f"looks into #{channel.name}")
        return await self._finds(who, channel, words)

    async def reads_mail(self, who: Member, *words: str) -> Screen:
        """Look into the direct messages from the bot until one has these words, and show the last such one."""
        self._act(who, "looks into the direct messages from Charlink")
        return await self._finds(who, self.town.discord.world.direct_channel(who.person), words)

    def seen(self, who: Member, channel: Channel) -> list[str]:
        """Return what a person can read in a channel now, message by message, without telling."""
        return [Screen.of(who, message).text for message in self.town.discord.look(who, channel)]

    def mail(self, who: Member) -> list[str]:
        """Return what the bot wrote to a person directly, message by message, without telling."""
        return self.seen(who, self.town.discord.world.direct_channel(who.person))

    def closes_mail(self, who: Member) -> None:
        """Switch a person's direct messages off."""
        self._act(who, "switches direct messages off")
        who.person.dms_open = False

    def opens_mail(self, who: Member) -> None:
        """Switch a person's direct messages on again."""
        self._act(who, "switches direct messages on again")
        who.person.dms_open = True

    def deletes(self, who: Member, screen: Screen) -> None:
        """Delete a message of the bot in a channel."""
        self._act(who, "deletes the message")
        self.town.discord.delete(who, _message(screen))

    def leaves(self, who: Member) -> None:
        """Leave the server."""
        self._act(who, "leaves the server")
        self.town.guild.remove_member(who)

    def returns(self, who: Member, *roles: Role) -> None:
        """Join the server again, with these roles only."""
        self.town.guild.rejoin(who, list(roles))
        self._act(who, "joins the server again")

    # What befalls the bot.

    async def stops_bot(self) -> None:
        """Stop the bot in order."""
        self.note("The bot is stopped (SIGTERM).")
        await self.company.halt()

    async def kills_bot(self) -> None:
        """Kill the bot in the middle of whatever it does."""
        self.note("The bot is killed (SIGKILL), as in a crash or a loss of power.")
        await self.company.halt(kill=True)

    async def starts_bot(self) -> None:
        """Start the bot again on the same files. What every start asks the CAD is not counted as asked in the scene."""
        before = len(self.town.cad.ledger.entries)
        await self.company.resume()
        self.note("The bot is up again, on the same files.")
        entries = self.town.cad.ledger.entries[before:]
        self._asked_at_starts |= {entry.number for entry in entries if entry.endpoint in self.company.opening}

    async def cad_goes_away(self) -> None:
        """Let the CAD take no connections any more."""
        self.note("Sonoran CAD goes away: nothing answers at its address.")
        await self.town.cad_away()

    async def cad_comes_back(self) -> None:
        """Let the CAD answer again, at the same address and with what it held."""
        self.note("Sonoran CAD is back.")
        await self.town.cad_back()

    async def cad_gets(self, endpoint: str) -> None:
        """Wait until the CAD has got a call of this kind in this scene."""
        async with asyncio.timeout(LONGEST_ANSWER):
            await self.town.cad_gets(endpoint, since=self._entries_before)

    async def cad_got(self, endpoint: str, count: int) -> None:
        """Wait until the CAD has got so many calls of this kind in this scene."""
        entries = self.town.cad.ledger.entries
        async with asyncio.timeout(LONGEST_ANSWER):
            while sum(one.endpoint == endpoint for one in entries[self._entries_before :]) < count:  # noqa: ASYNC110 - the ledger tells nobody
                await asyncio.sleep(POLL)

    # What the reader is told.

    def show(self, screen: Screen, *, brief: bool = False) -> None:
        """Show what a person has before him; of a form only that it opened, until it is filled in."""
        if screen.modal is None:
            self._transcript.screen(screen.title, screen.lines(brief=brief), screen.foot)
        else:
            self._transcript.note(f"{screen.title} ({screen.foot})")

    def note(self, text: str) -> None:
        """Tell the reader what happens behind the stage."""
        self._transcript.note(text)

    def _act(self, who: Member, does: str) -> None:
        self._transcript.act(self.town.title(who), does)

    def _note(self, exchange: Exchange) -> Exchange:
        self.company.exchanges.append(exchange)
        return exchange

    async def _press(self, who: Member, screen: Screen, label: str, *, forged: bool = False) -> Exchange:
        exchange = await self.town.discord.press(who, _message(screen), label, force=forged)
        return await self._note(exchange).first()

    async def _finds(self, who: Member, channel: Channel, words: Sequence[str]) -> Screen:
        def found() -> list[Screen]:
            screens = [Screen.of(who, message) for message in self.town.discord.look(who, channel)]
            return [screen for screen in screens if all(word in screen.text for word in words)]

        await self.town.discord.until(lambda: bool(found()), LONGEST_ANSWER)
        self.show(found()[-1])
        return found()[-1]

    def _screen(self, who: Member, exchange: Exchange) -> Screen:
        took = self.town.discord.clock.now() - exchange.interaction.created_at
        return Screen.now(who, exchange, took)


def _message(screen: Screen) -> Message:
    if screen.message is None:
        raise LookupError(f"{screen.who.name} has no message before him")
    return screen.message


def _option(option: tuple[str, Value]) -> str:
    """Return an option as it is typed; what can't be seen is named."""
    name, value = option
    text = _named(value)
    return f" {name}:" + "".join(each if each.isprintable() else f"<U+{ord(each):04X}>" for each in text)


def _named(value: Value) -> str:
    if isinstance(value, Member | Role):
        return f"@{value.name.removeprefix('@')}"
    if isinstance(value, Upload):
        return f"[{value.filename}]"
    return f"#{value.name}" if isinstance(value, Channel) else str(value)
