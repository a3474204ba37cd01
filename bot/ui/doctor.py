"""What `/doctor` found, as people read it: what fails first, one line each with what to do, in pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord

from bot.domain.findings import Finding, Verdict
from bot.services.turn import Intent
from bot.ui.reply import Button, Reply, Tone
from bot.ui.words import cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.ui.visit import Visit
    from bot.ui.words import Words

PAGE = 3_500
"""The most characters of lines on a page: an embed's text takes 4,096."""
LINE = 1_000

_ORDER = [Verdict.FAIL, Verdict.WARN, Verdict.OK]
_TONES = {Verdict.FAIL: Tone.FAILED, Verdict.WARN: Tone.ASK, Verdict.OK: Tone.DONE}


@dataclass(frozen=True, kw_only=True)
class DoctorIntent(Intent):
    """Read on in what was found: the pages, as they are shown, and which one comes now."""

    headline: str
    verdict: Verdict
    pages: tuple[str, ...]
    page: int = 0


def diagnosis(words: Words, findings: Sequence[Finding]) -> DoctorIntent:
    """Put findings into words and pages."""
    ordered = sorted(findings, key=lambda one: _ORDER.index(one.verdict))
    worst = ordered[0].verdict if ordered else Verdict.OK
    count = sum(one.verdict is worst for one in ordered)
    headline = {
        Verdict.FAIL: words("doctor-fail", count=count),
        Verdict.WARN: words("doctor-warn", count=count),
        Verdict.OK: words("doctor-well", count=count),
    }[worst]
    pages = [""]
    for finding in ordered:
        line = f"- {_line(words, finding)}\n"
        if pages[-1] and len(pages[-1]) + len(line) > PAGE:
            pages.append("")
        pages[-1] += line
    return DoctorIntent(headline=headline, verdict=worst, pages=tuple(pages))


def doctor_reply(visit: Visit, intent: DoctorIntent) -> Reply:
    """Show one page, with the way to the next one and to another check."""
    words, total = visit.words, len(intent.pages)
    page = min(max(intent.page, 0), total - 1)
    text = f"{intent.headline}\n\n{intent.pages[page]}"
    base = visit.custom_id("doctor", intent, once=False)
    buttons = [Button(words.plain("button-doctor-again", 80), base + "again")]
    if total > 1:
        text += words("doctor-page", page=page + 1, pages=total)
        following = f"{base}page-{(page + 1) % total}"
        buttons.insert(0, Button(words.plain("button-doctor-more", 80), following, discord.ButtonStyle.primary))
    return Reply.of(text, _TONES[intent.verdict]).with_buttons(*buttons)


def _line(words: Words, finding: Finding) -> str:
    near = words(finding.key, **finding.params)
    line = {
        Verdict.OK: words("doctor-line-ok", near=near),
        Verdict.WARN: words("doctor-line-warn", near=near),
        Verdict.FAIL: words("doctor-line-fail", near=near),
    }[finding.verdict]
    if finding.remedy:
        line += "\n  " + words("doctor-remedy", near=words(finding.remedy, **finding.params))
    return cut(line, LINE)
