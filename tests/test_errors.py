"""Errors are data: what kind, whether it was sent, whether trying again helps; in logs never what was typed."""

from __future__ import annotations

import pytest

from bot.errors import (
    CadError,
    CadErrorKind,
    CharlinkError,
    Expired,
    InvalidInput,
    Question,
    Refused,
    Sent,
    SettingsError,
)
from bot.i18n import DEFAULT_LOCALE, catalogue_texts

RETRYABLE = {
    CadErrorKind.RATE_LIMITED,
    CadErrorKind.SERVER,
    CadErrorKind.TIMEOUT,
    CadErrorKind.TRANSPORT,
    CadErrorKind.PAUSED,
    CadErrorKind.UNEXPECTED,
}


@pytest.mark.parametrize("kind", CadErrorKind)
def test_every_kind_has_words_and_knows_whether_waiting_helps(kind: CadErrorKind) -> None:
    error = CadError(kind, sent=Sent.NO)
    assert f"\n{error.key} = " in catalogue_texts()[DEFAULT_LOCALE]
    assert error.retryable is (kind in RETRYABLE)


@pytest.mark.parametrize(("sent", "unknown"), [(Sent.NO, False), (Sent.ANSWERED, False), (Sent.UNKNOWN, True)])
def test_only_what_may_have_been_applied_is_unknown(sent: Sent, *, unknown: bool) -> None:
    assert CadError(CadErrorKind.SERVER, sent=sent).outcome_unknown is unknown


@pytest.mark.parametrize(("wait", "shown"), [(None, 0), (0.2, 0), (1.6, 2), (61.0, 61)])
def test_waits_are_whole_seconds(wait: float | None, shown: int) -> None:
    error = CadError(CadErrorKind.RATE_LIMITED, sent=Sent.NO, wait=wait)
    assert error.params["wait"] == shown
    assert error.wait == wait


def test_the_cads_text_is_cut() -> None:
    assert len(CadError(CadErrorKind.REJECTED, sent=Sent.ANSWERED, detail="x" * 5000).detail) == 200


def test_logs_hold_no_text_of_others() -> None:
    typed = "what somebody typed"
    assert str(Refused("link-held", sync_id=typed)) == "link-held"
    error = CadError(CadErrorKind.REJECTED, sent=Sent.ANSWERED, endpoint="link", status=400, detail=typed)
    assert str(error) == "rejected (link, status 400, sent answered)"
    assert str(CadError(CadErrorKind.TIMEOUT, sent=Sent.NO)) == "timeout (-, status -, sent no)"


@pytest.mark.parametrize(
    "error", [CharlinkError("k"), Refused("k"), InvalidInput("k"), Expired("k"), Question("k", token="t")]
)
def test_what_a_rule_refuses_is_not_cured_by_waiting(error: CharlinkError) -> None:
    assert not error.retryable


def test_a_question_names_what_is_confirmed() -> None:
    question = Question("link-held-confirm", token="held:ABC", sync_id="ABC")
    assert (question.token, question.params) == ("held:ABC", {"sync_id": "ABC"})


def test_settings_problems_are_counted_only() -> None:
    error = SettingsError(["DISCORD_TOKEN: is required", "HTTP_PORT: is no port"])
    assert str(error) == "2 problem(s) in the settings"
    assert len(error.problems) == 2
