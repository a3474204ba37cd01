"""The dry run: the CAD is asked nothing, every problem is named, and what it foretells is what it then costs."""

from __future__ import annotations

import time
import tracemalloc
from collections import Counter
from dataclasses import replace
from functools import partial

import aiohttp
import pytest

from bot.domain.access import Rule
from bot.domain.bulk.rows import BulkKind, LinkRow, NewRow, OwnerRow, Whose
from bot.domain.bulk.sheet import MAX_BYTES
from bot.domain.bulk.verdicts import RowVerdict
from bot.domain.frameworks import Framework
from bot.domain.models import Target
from bot.errors import InvalidFields, InvalidInput, Question, Refused
from bot.services.attachments import AttachmentReader
from bot.services.checking import BulkIntent, Checked, Checking
from bot.services.templates import Templates
from bot.settings import ApiVersion, CreateForm, DbSync
from bot.storage import owners
from tests.community import GUILD, OTTO, PIA, SAM, Town, town
from tests.services.binding import bind
from tests.services.files import OneFile
from tests.services.jobs.works import Works

ADMIN = Rule.ADMIN


async def check(
    place: Town, text: str | bytes, kind: BulkKind = BulkKind.LINK, *yes: str, framework: Framework | None = None
) -> Checked:
    data = text if isinstance(text, bytes) else text.encode()
    checking = Checking(place.database, OneFile(data), Templates(place.keep_template))
    intent = BulkIntent(kind=kind, url="x", size=max(1, len(data)), file_name="rows.csv", confirmed=frozenset(yes))
    turn = place.turn(SAM, ADMIN)
    guild = replace(turn.guild, config=replace(turn.config, framework=framework))
    return await checking.check(replace(turn, guild=guild), intent)


def told(checked: Checked) -> list[tuple[int, str, list[str]]]:
    return [(one.number, str(one.verdict), [why.key for why in one.reasons]) for one in checked.rows]


class TestLinks:
    async def test_verdicts_without_asking_the_cad(self, place: Town) -> None:
        place.tenant.memory.note(Target.of(discord=PIA), "A", linked=True)
        rows = (f"<@{PIA}>;A;", f"{OTTO};B;", f"{OTTO};C;remove", "nobody;D;", f"{OTTO};;", ";;", f"{OTTO};C;REMOVE")
        text = "\n".join(("Member;Sync ID;Action", *rows))
        checked = await check(place, text)
        assert told(checked) == [
            (2, "already", ["bulk-row-linked"]),
            (3, "ready", []),
            (4, "ready", []),
            (5, "wrong", ["bulk-row-member"]),
            (6, "wrong", ["sync-id-empty"]),
            (8, "twice", ["bulk-row-twice"]),
        ]
        assert [row.number for row in checked.to_run] == [2, 3, 4]
        assert place.asked == []

    async def test_what_is_held_runs_after_a_yes_only(self, place: Town) -> None:
        place.tenant.memory.note(Target.of(discord=PIA), "A", linked=True)
        text = f"member,sync_id\n{OTTO},A\n"
        assert told(await check(place, text)) == [(2, "held", ["bulk-row-held"])]
        assert (await check(place, text)).to_run == ()
        allowed = await check(place, text, BulkKind.LINK, "held")
        assert allowed.to_run == (LinkRow(2, Whose(member_id=OTTO), "A", held=True),)

    async def test_one_account_by_several_names(self, place: Town) -> None:
        memory = place.tenant.memory
        memory.identify(Target.of(discord=PIA), "uuid-pia", "pia")
        memory.identify(Target.of(api_id="api-pia"), "uuid-pia", "pia")
        checked = await check(place, f"member,api_id,username,sync_id\n{PIA},,,A\n,api-pia,,A\n,,pia,A\n,,otto,B\n")
        assert [one.verdict for one in checked.rows] == [RowVerdict.READY, *[RowVerdict.TWICE] * 2, RowVerdict.READY]

    async def test_a_member_needs_an_account_on_v1(self) -> None:
        place = town(ApiVersion.V1)
        await bind(place, OTTO, place.resident("Otto"), guild_id=0, api_id="otto")
        checked = await check(place, f"member,sync_id\n{PIA},A\n{OTTO},B\n")
        assert told(checked) == [(2, "wrong", ["bulk-row-member-unknown"]), (3, "ready", [])]

    async def test_what_was_done_before_is_left_out(self, place: Town) -> None:
        checked = await check(place, "api_id,sync_id,result,reason\na,A,Done,\nb,A,failed,cad-server\n")
        assert told(checked) == [(2, "done", []), (3, "ready", [])]
        assert checked.counts == {RowVerdict.DONE: 1, RowVerdict.READY: 1}

    async def test_the_framework_tells_what_is_no_sync_id(self, place: Town) -> None:
        text = "api_id,sync_id\na,steam:110000112345678\n"
        assert told(await check(place, text)) == [(2, "ready", [])]
        assert told(await check(place, text, framework=Framework.QBCORE)) == [(2, "wrong", ["sync-id-steam-id"])]

    async def test_pointless_without_database_sync(self) -> None:
        with pytest.raises(Refused, match="db-sync-off"):
            await check(town(db_sync=DbSync.OFF), "api_id,sync_id\na,A\n")


class TestWholeFile:
    async def test_every_problem_is_named(self, place: Town) -> None:
        with pytest.raises(InvalidFields) as caught:
            await check(place, "citizenid,name\n")
        assert caught.value.key == "bulk-file-wrong"
        assert [(label, key) for label, key, _ in caught.value.fields] == [
            ("rows.csv", "bulk-file-empty"),
            ("citizenid", "bulk-file-column-unknown"),
            ("name", "bulk-file-column-unknown"),
            ("rows.csv", "bulk-file-whose"),
            ("sync_id", "bulk-file-column-missing"),
        ]

    async def test_what_can_not_be_read_has_no_columns_to_name(self, place: Town) -> None:
        with pytest.raises(InvalidFields) as caught:
            await check(place, "api_id,sync_id\n".encode("utf-16"))
        assert [key for _, key, _ in caught.value.fields] == ["bulk-file-utf16"]

    async def test_a_file_that_can_not_be_had(self, place: Town) -> None:
        async with aiohttp.ClientSession() as session:
            files = AttachmentReader(session, [])
            checking = Checking(place.database, files, Templates(place.keep_template))
            intent = BulkIntent(kind=BulkKind.LINK, url="https://cdn.discordapp.com/x", size=MAX_BYTES + 1)
            with pytest.raises(InvalidInput) as caught:
                await checking.check(place.turn(SAM, ADMIN), intent)
            assert (caught.value.key, caught.value.params) == ("bulk-file-large", {"max": 4096})
            with pytest.raises(InvalidInput, match="attachment-foreign"):
                await checking.check(place.turn(SAM, ADMIN), replace(intent, url="https://evil.example/x", size=9))

    async def test_the_digest_is_the_files(self, place: Town) -> None:
        text = "api_id,sync_id\na,A\n"
        first, same, other = [(await check(place, one)).digest for one in (text, text, text + "b,B\n")]
        assert first == same != other


class TestCharacters:
    async def test_verdicts(self, place: Town) -> None:
        jane = f"{PIA},Jane,1/2/1990,black"
        text = "\n".join(("member,first,DOB,hair", jane, f"{OTTO},,31/31/1990,green", jane))
        await place.tenant.cad.template(place.turn().caller)
        assert len(place.asked) == 1
        checked = await check(place, text, BulkKind.NEW)
        assert place.asked == []
        assert [one.verdict for one in checked.rows] == [RowVerdict.READY, RowVerdict.WRONG, RowVerdict.TWICE]
        assert {why.key for why in checked.rows[1].reasons} == {"problem-date", "problem-option"}
        (row,) = checked.to_run
        assert isinstance(row, NewRow)
        assert row.whose == Whose(member_id=PIA)
        assert row.values == {"first": "Jane", "dob": "1/2/1990", "hair": "black"}
        assert (checked.load.calls, checked.load.create) == (1, 1)

    async def test_a_template_that_was_never_seen_is_read(self, place: Town) -> None:
        assert (await check(place, "api_id,first\na,Jane\n", BulkKind.NEW)).load.create == 1
        assert len(place.asked) == 1

    async def test_database_sync_needs_an_admins_yes(self) -> None:
        place = town(db_sync=DbSync.ON)
        with pytest.raises(Question) as caught:
            await check(place, "api_id,first\na,Jane\n", BulkKind.NEW)
        assert (caught.value.key, caught.value.token) == ("db-sync-on-admin", "db-sync")
        assert (await check(place, "api_id,first\na,Jane\n", BulkKind.NEW, "db-sync")).load.create == 1


class TestOwners:
    async def test_verdicts(self, place: Town) -> None:
        for guild, owner in ((GUILD, "license:1"), (GUILD + 1, "license:2")):
            kept = {"A": owner, "B": owner}
            await place.database.write(partial(owners.put, guild_id=guild, owned=kept, job_id="j", now=1.0))
        checked = await check(place, "sync_id,owner_id\nA,license:1\nB,license:2\nC,x\nC,y\n", BulkKind.OWNERS)
        assert [str(one.verdict) for one in checked.rows] == ["already", "ready", "wrong", "wrong"]
        assert checked.to_run == (OwnerRow(2, "A", "license:1"), OwnerRow(3, "B", "license:2"))
        assert (checked.load.calls, checked.seconds) == (0, 0)


class TestCost:
    """What is foretold, beside what the job then asks of the CAD."""

    @pytest.mark.parametrize("version", list(ApiVersion))
    async def test_links(self, version: ApiVersion) -> None:
        place = town(version)
        pia, otto = (place.resident(name, api_ids=[name], community_user_id=name) for name in ("pia", "otto"))
        pia.links += ["OLD", "SEEN", "GONE"]
        place.tenant.memory.note(Target.of(api_id="pia"), "SEEN", linked=True)
        text = "api_id,sync_id,old_sync_id,action\npia,NEW,,\npia,SEEN,,remove\notto,O,,\npia,MOVED,OLD,\n"
        checked = await check(place, text)
        assert place.asked == []
        works = Works(place)
        job = await works.started(checked.to_run)
        await works.drive()
        assert [state for _, state, _ in await works.outcomes(job)] == ["done"] * 4
        assert (sorted(pia.links), otto.links) == (["GONE", "MOVED", "NEW"], ["O"])
        asked = Counter(place.asked)
        assert (asked["link"], asked["unlink"]) == (checked.load.link, checked.load.unlink) == (3, 2)
        assert 0.7 * checked.load.calls <= asked.total() <= checked.load.calls

    async def test_who_has_to_be_looked_up(self) -> None:
        named = await check(town(), "username,sync_id\np,A\np,B\no,C\n")
        assert named.load.account == 2
        own = town(ApiVersion.V1, api_id_is_discord_id=True)
        assert (await check(own, f"member,sync_id\n{PIA},A\n{PIA},B\n")).load.account == 2
        bound = town(ApiVersion.V1, create_form=CreateForm.DICTIONARY)
        await bind(bound, PIA, bound.resident("Pia"))
        assert (await check(bound, f"member,sync_id\n{PIA},A\n{PIA},B\n")).load.account == 1


async def test_ten_thousand_rows_in_time_and_in_little_memory(place: Town) -> None:
    rows = "".join(f"<@{PIA + number}>,char1:{number:040x},char0:{number:040x}\n" for number in range(10_000))
    text = "member,sync_id,old_sync_id\n" + rows
    for number in range(0, 10_000, 2):
        place.tenant.memory.note(Target.of(discord=PIA + number), f"char1:{number + 1:040x}", linked=True)
    began = time.process_time()
    checked = await check(place, text)
    took = time.process_time() - began
    assert len(checked.rows) == 10_000
    assert took < 2
    tracemalloc.start()
    await check(place, text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30 * 1024 * 1024
