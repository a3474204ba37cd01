"""What is promised of the tour as a whole, judged once the bots have stopped."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .process import STOP_SECONDS
from .promises import Promise, in_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sandbox.discord import Exchange

    from .company import Company

UNFORESEEN = frozenset({50007, 10008})
"""A direct message to somebody who takes none, a card that was deleted: no bot knows that before it tries."""


def closing_promises(companies: Sequence[Company]) -> tuple[Promise, ...]:
    """Return the promises of all companies together."""
    exchanges = [exchange for company in companies for exchange in company.exchanges]
    return (
        in_time(exchanges),
        _private(exchanges),
        _nothing(
            "Discord refused nothing that the bot sent",
            [
                str(refusal)
                for company in companies
                for refusal in company.town.discord.refusals
                if refusal.code not in UNFORESEEN
            ],
        ),
        _nothing(
            "not one malformed request to the CAD",
            [
                f"{entry.path}: {entry.malformed}"
                for company in companies
                for entry in company.town.cad.ledger.malformed
            ],
        ),
        _no_secret(companies),
        _nothing(
            "no token, key or secret in plain in any file of the bots",
            [f"in {name}" for company in companies for name in company.disk.leaks(_secrets(company).values())],
        ),
        _clean_stop(companies),
    )


def _private(exchanges: Sequence[Exchange]) -> Promise:
    public = [exchange for exchange in exchanges if exchange.public]
    return Promise("every answer is seen by one person only", not public, "no public message", f"{len(public)} public")


def _nothing(name: str, found: Sequence[str]) -> Promise:
    return Promise(name, not found, "none", "; ".join(found[:3]))


def _no_secret(companies: Sequence[Company]) -> Promise:
    told = []
    for company in companies:
        said = "\n".join([company.bot.output, *_sent(company)])
        told += [name for name, secret in _secrets(company).items() if secret in said]
    return Promise("no token or key in anything that the bots printed or sent", not told, "none", ", ".join(told))


def _secrets(company: Company) -> dict[str, str]:
    """Return what must not be told, by what it is called."""
    secrets = {f"secret {number} of the CAD": each for number, each in enumerate(sorted(company.town.cad.secrets))}
    tokens = {f"token of interaction {each.interaction.id}": each.interaction.token for each in company.exchanges}
    return {"the bot's token": company.town.discord.token, **secrets, **tokens}


def _sent(company: Company) -> Iterator[str]:
    """Yield everything that the bot showed to anybody, as JSON."""
    for state in (state for message in company.town.discord.world.messages.everything() for state in message.states):
        yield json.dumps([state.content, *state.embed_payloads, *state.components])
    for exchange in company.exchanges:
        if exchange.modal is not None:
            yield json.dumps([exchange.modal.title, *exchange.modal.components])


def _clean_stop(companies: Sequence[Company]) -> Promise:
    ends = [end for company in companies for end in (*company.stopped_before, company.stopped)]
    codes = [end.code if end else None for end in ends]
    slowest = max((end.seconds for end in ends if end), default=0.0)
    kept = all(code == 0 for code in codes) and slowest < STOP_SECONDS
    name = f"every bot stopped on SIGTERM with exit code 0 (the slowest after {slowest:.1f} s)"
    return Promise(name, kept, f"exit code 0 within {STOP_SECONDS:.0f} s", f"exit codes {codes}, {slowest:.1f} s")
