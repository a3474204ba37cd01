"""What goes wrong around a job: the database, a lost key, a refused CAD key, accounts and forms that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.bulk.rows import BulkKind, NewRow, Whose
from bot.errors import CadErrorKind, Refused, Sent, StorageError
from bot.services.jobs.control import RunIntent
from bot.settings import ApiVersion, CreateForm
from bot.storage import bindings
from bot.storage.bindings import Binding, Source
from bot.storage.jobs import JobState, RowState
from bot.storage.vault import Vault
from tests.community import COMMUNITY, GUILD, PIA, SAM, town
from tests.services.jobs.works import MEMBER, Works, link, many

if TYPE_CHECKING:
    from sandbox.cad.state import Account

DONE, FAILED, REFUSED, UNKNOWN = RowState.DONE, RowState.FAILED, RowState.REFUSED, RowState.UNKNOWN


async def test_a_database_that_fails_only_delays(
    works: Works, people: list[Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = await works.started(many(2))

    async def failing(*_: Any) -> None:
        raise StorageError("down")

    monkeypatch.setattr(works.ledger, "settle", failing)
    assert await works.runner.advance(job_id) == 5
    assert people[0].links == ["CHAR1"]
    monkeypatch.undo()
    await works.drive()
    assert (await works.look(job_id)).count(DONE) == 2
    assert works.place.asked.count("link") == 2


async def test_a_surprise_only_delays(works: Works, people: list[Account], monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = await works.started(many(1))
    monkeypatch.setattr(works.members, "roles", None)
    assert await works.runner.advance(job_id) == 30
    monkeypatch.undo()
    await works.drive()
    assert people[0].links == ["CHAR1"]


async def test_rows_that_no_key_opens_fail_and_send_nothing(works: Works, people: list[Account]) -> None:
    job_id = await works.started(many(2))
    works.place.vault = Vault([b"x" * 32])
    works.restart()
    await works.drive()
    assert await works.outcomes(job_id) == [(2, FAILED, "vault-key-missing"), (3, FAILED, "vault-key-missing")]
    assert works.place.asked == []
    look, results = await works.jobs.results(works.turn(), job_id)
    assert (look.job.state, results) == (JobState.DONE, ())
    assert people[0].links == []


async def test_a_refused_cad_key_is_waited_for(works: Works, people: list[Account]) -> None:
    job_id = await works.started(many(1))
    works.place.cad.break_("links", CadErrorKind.AUTH, Sent.ANSWERED)
    assert await works.runner.advance(job_id) == 60
    works.place.tenant.cad.breaker.reset()
    await works.drive()
    assert people[0].links == ["CHAR1"]


async def test_a_job_is_told_of_a_pause_while_it_runs(
    works: Works, people: list[Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = await works.started(many(3))
    settle = works.ledger.settle

    async def pressed(*args: Any) -> None:
        await settle(*args)
        await works.jobs.pause(works.turn(), job_id)

    monkeypatch.setattr(works.ledger, "settle", pressed)
    await works.drive()
    assert (await works.look(job_id)).tried == 1
    assert people[1].links == []


async def test_an_api_id_that_changed_is_read_anew() -> None:
    works = Works(town(ApiVersion.V1))
    account = works.place.resident("Pia", api_ids=["new-id"])
    row = Binding(COMMUNITY, GUILD, PIA, account.uuid, Source.STAFF, SAM, 1.0, "Pia", "old-id")
    await works.place.database.write(lambda tx: bindings.put(tx, row))
    job_id = await works.started([link(2, "ABC", PIA)])
    await works.drive()
    assert account.links == ["ABC"]
    assert await works.outcomes(job_id) == [(2, DONE, "")]


@pytest.mark.parametrize("form", [CreateForm.RECORD, CreateForm.DICTIONARY])
async def test_characters_on_v1(form: CreateForm) -> None:
    works = Works(town(ApiVersion.V1, create_form=form))
    account = works.place.resident("Anna", api_ids=["anna-id"])
    rows = [
        NewRow(2, Whose(api_id="anna-id"), {"first": "Jane", "last": "Doe"}),
        NewRow(3, Whose(api_id="anna-id"), {"first": "Jane", "gone": "x"}),
    ]
    job_id = await works.started(rows, kind=BulkKind.NEW)
    await works.drive()
    assert await works.outcomes(job_id) == [(2, DONE, ""), (3, REFUSED, "job-row-template-changed")]
    (made,) = works.place.state.characters(account)
    assert "JANE" in str(made).upper()


async def test_a_create_that_waits_is_not_begun_twice(works: Works) -> None:
    works.place.resident("Jane", MEMBER + 1)
    works.place.cad.break_("create", CadErrorKind.TRANSPORT)
    job_id = await works.started(
        [NewRow(2, Whose(member_id=MEMBER + 1), {"first": "J", "last": "D"})], kind=BulkKind.NEW
    )
    await works.drive()
    assert await works.outcomes(job_id) == [(2, DONE, "")]
    assert works.place.asked.count("create") == 2


async def test_another_community_runs_none_of_it(works: Works) -> None:
    job = await works.kept(many(1))
    over = await works.started(many(1))
    works.place.tenant.community.id = "another"
    with pytest.raises(Refused, match="job-other-community"):
        await works.jobs.start(works.turn(), RunIntent(job=job.id))
    await works.drive()
    with pytest.raises(Refused, match="job-other-community"):
        await works.jobs.retry(works.turn(), over)


async def test_what_is_not_certain_is_not_taken_back(works: Works, people: list[Account]) -> None:
    works.place.cad.lose("create", applied=True)
    works.place.tenant.met_sync()
    rows = [NewRow(n, Whose(member_id=MEMBER + n), {"first": f"J{n}", "last": "D"}) for n in (1, 2)]
    job_id = await works.started(rows, kind=BulkKind.NEW)
    await works.drive()
    assert [state for _, state, _ in await works.outcomes(job_id)] == [UNKNOWN, DONE]
    plan = await works.jobs.plan_undo(works.turn(), job_id)
    assert (plan.removals, plan.skipped) == (1, {"undo-outcome-unknown": 1})
    assert len(works.place.state.characters(people[0])) == 1


async def test_cancelled_while_the_old_one_is_being_removed(works: Works, people: list[Account]) -> None:
    people[0].links.append("OLD")
    job_id = await works.started([link(2, "NEW", MEMBER + 1, old_sync_id="OLD")])
    works.place.cad.break_("unlink", CadErrorKind.TIMEOUT, Sent.UNKNOWN)
    assert await works.runner.advance(job_id)
    await works.jobs.cancel(works.turn(), job_id)
    people[0].links.remove("OLD")  # the CAD was only slow
    await works.drive()
    assert await works.outcomes(job_id) == [(2, DONE, "")]
    assert people[0].links == ["NEW"]


async def test_a_member_is_named_as_he_is_known_now(works: Works) -> None:
    """The account is found when the row's turn comes, not when the file was checked."""
    early, late = works.place.resident("Early", PIA), works.place.resident("Late")
    job_id = await works.started([link(2, "ABC", PIA)])
    row = Binding(COMMUNITY, GUILD, PIA, late.uuid, Source.STAFF, SAM, 1.0, "Late")
    await works.place.database.write(lambda tx: bindings.put(tx, row))
    await works.drive()
    assert (early.links, late.links) == ([], ["ABC"])
    assert await works.outcomes(job_id) == [(2, DONE, "")]
