"""Cards within Discord's limits, and the reason of a failed attempt in words whatever its key."""

from __future__ import annotations

from dataclasses import replace

import aiohttp
import discord
import pytest

from bot.domain.models import AccountStatus
from bot.errors import CadErrorKind, Undelivered
from bot.i18n import Catalogues
from bot.services.approvals import Card
from bot.storage.requests import Request, RequestState
from bot.ui.cards import card_reply, told_reply
from bot.ui.post import _delivering
from bot.ui.words import Words

WORDS = Words(Catalogues.load(), "en-US")
ASKED = Request("r1", 5, "sandbox", 20, "ABC", "Jane Doe", "en-US", 700, "REF", 1000.0)
KEYS = [
    *(f"cad-{kind}" for kind in CadErrorKind),
    *(f"account-{status.name.lower()}" for status in AccountStatus if status is not AccountStatus.ACTIVE),
    *(f"account-none-{kind}" for kind in ("discord", "api-id", "account", "own")),
    *(f"request-{why}" for why in ("max-links", "may-not", "left", "other-community")),
    *("account-not-taken", "account-changed", "account-unknown-member", "link-not-applied", "db-sync-off"),
    *("undelivered", "storage-failed", "operation-repeated", "interrupted"),
]


@pytest.mark.parametrize("key", KEYS)
def test_every_reason_is_said_in_words(key: str) -> None:
    reply = card_reply(WORDS, Card(replace(ASKED, problem=key)))
    _, text = reply.fields[-1]
    assert "Something went wrong" not in text
    assert "Press **Retry**" in text
    assert [button.label for button in reply.buttons] == ["Look up", "Retry", "Deny"]


def test_a_reason_of_another_version() -> None:
    reply = card_reply(WORDS, Card(replace(ASKED, problem="of-another-version")))
    assert "Something went wrong. Press **Retry**" in reply.fields[-1][1]


@pytest.mark.parametrize("state", RequestState)
def test_the_longest_card_fits(state: RequestState) -> None:
    longest = replace(
        ASKED, sync_id="`" * 255, character="*" * 100, reason="*" * 300, state=state, decided_by=2**63 - 1
    )
    rivals = tuple(replace(longest, id=f"r{number}", requester_id=2**63 - 1) for number in range(8))
    reply = card_reply(WORDS, Card(longest, rivals, ("`" * 255,) * 50, 99))
    assert len(reply.headline) <= 2000
    embed = reply.embed()
    assert len(embed) <= 6000
    assert all(not field.value.endswith("…") for field in embed.fields if field.value)
    assert len(told_reply(WORDS, longest).headline) <= 2000


@pytest.mark.parametrize("error", [aiohttp.ClientError(), TimeoutError(), OSError(), discord.ClientException()])
def test_a_broken_way_to_discord_is_undelivered(error: Exception) -> None:
    with pytest.raises(Undelivered) as caught, _delivering("post a message"):
        raise error
    assert caught.value.retryable
