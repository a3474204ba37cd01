"""What is stored about a person, told to himself: kinds, counts, how long, the rows as a file; and what was erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.own_data import OwnDataIntent, as_file
from bot.storage.requests import PENDING
from bot.ui.reply import Button, Reply, Tone

if TYPE_CHECKING:
    from bot.storage.own import Erased, OwnRows
    from bot.ui.visit import Visit
    from bot.ui.words import Words

ERASED = {
    "bindings": "mydata-erased-bindings",
    "remembered": "mydata-erased-remembered",
    "owned": "mydata-erased-owned",
    "drafts": "mydata-erased-drafts",
    "tickets": "mydata-erased-tickets",
    "requests": "mydata-erased-requests",
    "withdrawn": "mydata-erased-withdrawn",
    "history": "mydata-erased-history",
}
STAYS = {
    "for_others": "mydata-stays-for-others",
    "as_staff": "mydata-stays-as-staff",
    "by_others": "mydata-stays-by-others",
    "unsettled": "mydata-stays-unsettled",
    "denied": "mydata-stays-denied",
    "deciding": "mydata-stays-deciding",
}


def own_data_reply(visit: Visit, rows: OwnRows, *, days: int) -> Reply:
    """Return what is stored, with the rows as a file and a button to erase them."""
    words = visit.words
    known = (rows.bindings, rows.drafts, rows.requests, rows.names, rows.links, rows.owned)
    if not any((*known, rows.history_total, rows.tickets)):
        return Reply.of(words("mydata-nothing"), Tone.INFO)
    custom_id = visit.custom_id("mydata", OwnDataIntent(erase=True))
    return Reply.of(
        words("mydata-shown"),
        Tone.INFO,
        fields=_fields(words, rows, days),
        files=(("mydata.json", as_file(visit.turn, rows)),),
        buttons=(Button(words.plain("button-erase", 80), custom_id),),
    )


def erased_reply(words: Words, erased: Erased, *, days: int) -> Reply:
    """Say what was erased, and what stays until when."""
    gone = [words(key, count=getattr(erased, name)) for name, key in ERASED.items()]
    stays = [words(key, count=count) for name, key in STAYS.items() if (count := getattr(erased, name))]
    parts = [words("mydata-erased"), *(f"- {line}" for line in gone), ""]
    if stays:
        parts += [words("mydata-stays", days=days), *(f"- {line}" for line in (*stays, words("mydata-stays-erasure")))]
    else:
        parts.append(words("mydata-stays-none"))
    return Reply.of("\n".join(parts), Tone.DONE)


def _fields(words: Words, rows: OwnRows, days: int) -> tuple[tuple[str, str], ...]:
    waiting = sum(request["state"] in PENDING for request in rows.requests)
    history = words("mydata-history-none")
    if rows.history_total:
        when = f"<t:{int(rows.oldest_at or 0)}:D>"
        history = words("mydata-history-value", count=rows.history_total, when=when, days=days)
    if rows.history_total > len(rows.history):
        history += "\n" + words("mydata-history-cut", count=len(rows.history))
    names, links = len(rows.names), len(rows.links)
    return (
        (words("mydata-bindings"), words("mydata-bindings-value", count=len(rows.bindings))),
        (words("mydata-remembered"), words("mydata-remembered-value", links=links, names=names)),
        (words("mydata-owned"), words("mydata-owned-value", count=len(rows.owned))),
        (words("mydata-drafts"), words("mydata-drafts-value", count=len(rows.drafts))),
        (words("mydata-requests"), words("mydata-requests-value", count=len(rows.requests), open=waiting, days=days)),
        (words("mydata-tickets"), words("mydata-tickets-value", count=rows.tickets)),
        (words("mydata-history"), history),
    )
