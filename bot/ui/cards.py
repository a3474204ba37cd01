"""Requests as people read them: the card in the approval channel, the answers to its buttons, what the player hears.

A card's buttons belong to approvers, not to one person: they carry the request's id, and what it is now is looked up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.domain.access import Action
from bot.services.approvals import DENIED_SECONDS, NAME_LIMIT, REASON_LIMIT, AskIntent, RequestIntent
from bot.storage.requests import RequestState
from bot.ui.modals import text_modal
from bot.ui.reply import FIELD_VALUE, Button, Reply, Tone, shared_id
from bot.ui.words import code, escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.errors import Param
    from bot.services.approvals import Card, Lookup
    from bot.services.linking import LinkOutcome
    from bot.storage.requests import Request
    from bot.ui.visit import Visit
    from bot.ui.words import Words

CARD = "card"
"""The route of a card's buttons."""
DECISION = "decision"
"""The route of the button by which somebody reads what was decided of his request."""
SHOWN_LINKS = 10
ROOM = FIELD_VALUE - 124
_TONES = {RequestState.APPROVED: Tone.DONE, RequestState.DENIED: Tone.REFUSED, RequestState.DECIDING: Tone.ASK}
_UNSAID: dict[str, Param] = {
    "account": "…",
    "id": "…",
    "rule": "",
    "roles": "",
    "cause": "other",
    "count": 0,
    "limit": 0,
    "wait": 0,
}
"""For the parameters of a failure's message, of whose headline alone is shown what holds without them."""


def ask_button(visit: Visit, sync_id: str) -> Button:
    """Return the button by which a player asks staff to link what he may not link by himself."""
    asked = visit.custom_id("ask", AskIntent(sync_id=sync_id), actions=(Action.LINK,), once=False)
    return Button(visit.words.plain("button-ask", 80), asked, discord.ButtonStyle.primary)


def ask_modal(visit: Visit, intent: AskIntent) -> discord.ui.Modal:
    """Ask for the character's name."""
    words = visit.words
    return text_modal(
        visit.custom_id("asked", intent),
        words.plain("ask-title", 45),
        words.plain("ask-label", 45),
        description=words.plain("ask-description", 100),
        max_length=NAME_LIMIT,
    )


def deny_modal(visit: Visit, request_id: str) -> discord.ui.Modal:
    """Ask for the reason of a denial, which may be left out."""
    words = visit.words
    custom_id = visit.custom_id("denied", RequestIntent(request=request_id))
    modal = discord.ui.Modal(title=words.plain("deny-title", 45), custom_id=custom_id, timeout=None)
    reason: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id="0", style=discord.TextStyle.paragraph, required=False, max_length=REASON_LIMIT
    )
    label, description = words.plain("deny-label", 45), words.plain("deny-description", 100)
    modal.add_item(discord.ui.Label(text=label, description=description, component=reason))
    return modal


def asked_reply(visit: Visit, request: Request, *, new: bool) -> Reply:
    """Say that staff will decide, or have been asked before; with the way to take it back."""
    words = visit.words
    if new:
        text = words("request-asked", sync_id=request.sync_id)
    else:
        text = words("request-asked-before", sync_id=request.sync_id, when=ago(request.asked_at))
    return Reply.of(text, Tone.DONE if new else Tone.INFO).with_buttons(withdraw_button(visit, request))


def kept_reply(visit: Visit, request: Request, why: str, channel_id: int | None) -> Reply:
    """Say that a request is kept although no card of it could be posted, and who can change that."""
    words = visit.words
    text = words(why, sync_id=request.sync_id, channel=f"<#{channel_id}>")
    again = AskIntent(sync_id=request.sync_id, character=request.character)
    return Reply.of(text, Tone.FAILED).with_buttons(
        Button(words.plain("button-post-again", 80), visit.custom_id("asked", again, once=False)),
        withdraw_button(visit, request),
    )


def withdraw_button(visit: Visit, request: Request) -> Button:
    """Return the button by which a player takes one request back."""
    custom_id = visit.custom_id("withdraw", RequestIntent(request=request.id), actions=(Action.OWN_DATA,))
    return Button(visit.words.plain("button-withdraw", 80, sync_id=request.sync_id), custom_id)


def withdrawn_reply(words: Words, request: Request) -> Reply:
    """Say that a request is taken back."""
    return Reply.of(words("request-withdrawn", sync_id=request.sync_id), Tone.DONE)


def card_reply(words: Words, card: Card) -> Reply:
    """Return the card as it is to stand in the channel now: with buttons while it is to be decided."""
    request = card.request
    if not request.pending:
        return _ended_card(words, request)
    named = words("card-body", character=request.character, when=ago(request.asked_at))
    fields = [(words("card-linked"), _linked(words, card))]
    if card.rivals:
        fields.append((words("card-rivals"), _fitting([_rival(words, rival) for rival in card.rivals], "\n")))
    if request.problem:
        fields.append((words("card-problem"), words("card-problem-text", near=_problem(words, request))))
    return Reply(
        words("card-open", member=request.requester_id, sync_id=request.sync_id),
        named,
        Tone.FAILED if request.problem else Tone.ASK,
        fields=tuple(fields),
        footer=words("reference", reference=request.reference).replace("`", ""),
        buttons=_card_buttons(words, request),
    )


def unknown_card(words: Words) -> Reply:
    """Return what a card becomes whose request is not known any more."""
    return Reply.of(words("card-unknown"), Tone.REFUSED)


def approved_reply(words: Words, request: Request, outcome: LinkOutcome, *, told: bool) -> Reply:
    """Say to the approver what became of his yes, and whether the player heard."""
    key = "request-approved" if outcome.changed else "request-approved-already"
    text = words(key, sync_id=request.sync_id, member=request.requester_id, told="yes" if told else "no")
    return Reply.of(f"{text}\n{words('read-back')}" if outcome.read_back else text, Tone.DONE)


def denied_reply(words: Words, request: Request, *, told: bool) -> Reply:
    """Say to the approver that the request is denied, and whether the player heard."""
    told_word = "yes" if told else "no"
    text = words("request-denied", sync_id=request.sync_id, member=request.requester_id, told=told_word)
    return Reply.of(text, Tone.DONE)


def lookup_reply(words: Words, lookup: Lookup) -> Reply:
    """Say to an approver whether the CAD lists the character, under which name."""
    request, found = lookup.request, lookup.found
    who: dict[str, Param] = {"sync_id": request.sync_id, "member": request.requester_id, "character": request.character}
    if found is None:
        text = words("look-none", **who)
    else:
        key = "look-same" if lookup.same_name else "look-different"
        text = words(key, **who, name=found.display_name)
    if lookup.namesakes:
        ids = (code(one.sync_id) if one.sync_id else words("look-nameless") for one in lookup.namesakes[:SHOWN_LINKS])
        text += "\n" + words("look-namesakes", near=", ".join(ids))
    return Reply.of(text, Tone.INFO)


def told_reply(words: Words, request: Request) -> Reply:
    """Return what a player reads of his own request: in a DM, or privately in the channel."""
    said = {"sync_id": request.sync_id, "character": request.character, "channel": f"<#{request.channel_id}>"}
    if request.state is RequestState.APPROVED:
        return Reply.of(words("told-approved", **said), Tone.DONE)
    if request.state is RequestState.DENIED:
        again = ago((request.decided_at or request.asked_at) + DENIED_SECONDS)
        text = words("told-denied", **said, when=again)
        if request.reason:
            text += "\n" + words("told-reason", reason=request.reason)
        return Reply.of(text, Tone.REFUSED)
    if request.pending:
        return Reply.of(words("told-open", sync_id=request.sync_id, when=ago(request.asked_at)), Tone.INFO)
    key = "told-withdrawn" if request.state is RequestState.WITHDRAWN else "told-closed"
    return Reply.of(words(key, sync_id=request.sync_id), Tone.INFO)


def told_instead(words: Words, request: Request) -> Reply:
    """Return what may be said in the channel where others read along: that there is a decision, not which."""
    button = Button(words.plain("button-read", 80), shared_id(DECISION, request.id, "see"), discord.ButtonStyle.primary)
    return Reply.of(words("told-instead"), Tone.INFO).with_buttons(button)


def requests_section(visit: Visit, requests: Sequence[Request]) -> tuple[tuple[str, str], tuple[Button, ...]] | None:
    """Return one's requests as a field of a reply (name, text) with the buttons to withdraw; None without any."""
    if not requests:
        return None
    words = visit.words
    lines: list[str] = []
    for one in requests:
        when = ago(one.decided_at if one.decided_at and not one.pending else one.asked_at)
        line = words("requests-line", sync_id=one.sync_id, character=one.character, state=one.state.value, when=when)
        lines.append(f"{line}\n{words('told-reason', reason=one.reason)}" if one.reason else line)
    buttons = tuple(withdraw_button(visit, one) for one in requests if one.state is RequestState.OPEN)
    return (words("requests-title"), _fitting(lines, "\n")), buttons


def ago(at: float) -> str:
    """Return a time as Discord shows it to each reader: how long it is from now."""
    return f"<t:{round(at)}:R>"


def _fitting(parts: Sequence[str], between: str) -> str:
    """Join the first parts, as many as a field has room for beside a sentence; the first one always."""
    text = parts[0]
    for part in parts[1:]:
        if len(text) + len(between) + len(part) > ROOM:
            break
        text += between + part
    return text


def _ended_card(words: Words, request: Request) -> Reply:
    key = {
        RequestState.APPROVED: "card-approved",
        RequestState.DENIED: "card-denied",
        RequestState.WITHDRAWN: "card-withdrawn",
    }.get(request.state, "card-closed")
    when = ago(request.decided_at or request.asked_at)
    if request.state in {RequestState.APPROVED, RequestState.DENIED}:
        named = words("card-decided", character=request.character, who=f"<@{request.decided_by}>", when=when)
    else:
        named = words("card-ended", character=request.character, when=when)
    return Reply(
        words(key, member=request.requester_id, sync_id=request.sync_id),
        named,
        _TONES.get(request.state, Tone.INFO),
        fields=((words("card-reason"), escape(request.reason)),) if request.reason else (),
        footer=words("reference", reference=request.reference).replace("`", ""),
    )


def _card_buttons(words: Words, request: Request) -> tuple[Button, ...]:
    def button(key: str, arg: str, style: discord.ButtonStyle) -> Button:
        return Button(words.plain(key, 80), shared_id(CARD, request.id, arg), style)

    go_on = (
        button("button-retry", "retry", discord.ButtonStyle.primary)
        if request.problem
        else button("button-approve", "approve", discord.ButtonStyle.success)
    )
    return (
        button("button-look-up", "look", discord.ButtonStyle.secondary),
        go_on,
        button("button-deny", "deny", discord.ButtonStyle.danger),
    )


def _linked(words: Words, card: Card) -> str:
    if card.linked:
        ids = _fitting([code(one, 60) for one in card.linked[:SHOWN_LINKS]], ", ")
        text = words("card-linked-some", count=len(card.linked), near=ids)
    else:
        text = words("card-linked-none")
    return f"{text} {words('card-limit', limit=card.limit)}" if card.limit else text


def _rival(words: Words, rival: Request) -> str:
    return words("card-rival", member=rival.requester_id, character=rival.character[:60], when=ago(rival.asked_at))


def _problem(words: Words, request: Request) -> str:
    """Say why the last attempt failed: the headline of what the approver was told."""
    if request.problem == "interrupted":
        return words("card-problem-interrupted")
    try:
        known: dict[str, Param] = {**_UNSAID, "sync_id": request.sync_id, "member": request.requester_id}
        return words(request.problem, **known).partition("\n")[0]
    except (KeyError, ValueError):
        return words("card-problem-other")  # a message of another version
