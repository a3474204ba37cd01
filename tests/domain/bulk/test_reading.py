"""Lines as rows: each identifier in its spellings, each mistake named, and everything that is wrong with a line."""

from __future__ import annotations

import pytest

from bot.domain.bulk.reading import LinkReader, NewReader, OwnerReader
from bot.domain.bulk.rows import LinkRow, NewRow, OwnerRow, Row, Whose
from bot.domain.frameworks import Framework
from tests.domain.templates import depends, field, form

PIA = 200_000_000_000_000_020
ANY = LinkReader(None)


def keys(reader: LinkReader | NewReader | OwnerReader, **cells: str) -> list[tuple[str, str]]:
    row, reasons = reader.read(2, cells)
    assert row is None
    return [(one.key, one.column) for one in reasons]


def row_of(reader: LinkReader | NewReader | OwnerReader, **cells: str) -> Row | None:
    row, reasons = reader.read(2, cells)
    assert reasons == []
    return row


class TestLinks:
    @pytest.mark.parametrize(
        ("cells", "whose"),
        [
            ({"member": f"<@{PIA}>"}, Whose(member_id=PIA)),
            ({"member": f"<@!{PIA}>", "api_id": ""}, Whose(member_id=PIA)),
            ({"member": str(PIA)}, Whose(member_id=PIA)),
            ({"api_id": "Li cense:X"}, Whose(api_id="Li cense:X")),
            ({"username": "pia"}, Whose(username="pia")),
        ],
    )
    def test_whose(self, cells: dict[str, str], whose: Whose) -> None:
        assert row_of(ANY, **cells, sync_id="ABC") == LinkRow(2, whose, "ABC")

    def test_actions(self) -> None:
        whose = Whose(api_id="a")
        for action in ("", "add", "ADD"):
            assert row_of(ANY, api_id="a", sync_id="`ABC`", action=action) == LinkRow(2, whose, "ABC")
        assert row_of(ANY, api_id="a", sync_id="A", action="Remove") == LinkRow(2, whose, "A", remove=True)
        assert row_of(ANY, api_id="a", sync_id="A", old_sync_id="a") == LinkRow(2, whose, "A", "a")

    @pytest.mark.parametrize(
        ("cells", "key", "column"),
        [
            ({"sync_id": "A"}, "bulk-row-whose-none", ""),
            ({"sync_id": "A", "api_id": "x", "username": "y"}, "bulk-row-whose-many", "api_id, username"),
            ({"sync_id": "A", "member": "@pia"}, "bulk-row-member", "member"),
            ({"sync_id": "A", "member": "99999999999999999999"}, "bulk-row-member", "member"),
            ({"sync_id": "A", "member": "2,00000E+17"}, "bulk-row-member-rounded", "member"),
            ({"sync_id": "A", "api_id": "x" * 256}, "bulk-row-name", "api_id"),
            ({"sync_id": "A", "username": "x\ny"}, "bulk-row-name", "username"),
            ({"sync_id": "", "api_id": "x"}, "sync-id-empty", "sync_id"),
            ({"sync_id": "a/b", "api_id": "x"}, "sync-id-path", "sync_id"),
            ({"sync_id": f"<@{PIA}>", "api_id": "x"}, "sync-id-discord", "sync_id"),
            ({"sync_id": str(PIA), "member": str(PIA)}, "sync-id-discord", "sync_id"),
            ({"sync_id": "A", "old_sync_id": "..", "api_id": "x"}, "sync-id-path", "old_sync_id"),
            ({"sync_id": "A", "old_sync_id": "A", "api_id": "x"}, "bulk-row-old-same", "old_sync_id"),
            (
                {"sync_id": "A", "old_sync_id": "B", "api_id": "x", "action": "remove"},
                "bulk-row-old-removed",
                "old_sync_id",
            ),
            ({"sync_id": "A", "api_id": "x", "action": "delete"}, "bulk-row-action", "action"),
        ],
    )
    def test_mistakes(self, cells: dict[str, str], key: str, column: str) -> None:
        assert keys(ANY, **cells) == [(key, column)]

    def test_everything_that_is_wrong_is_named(self) -> None:
        assert [key for key, _ in keys(ANY, member="x", sync_id="/" * 4001, old_sync_id="/", action="?")] == [
            "bulk-row-long",
            "bulk-row-action",
            "bulk-row-member",
            "sync-id-too-long",
            "sync-id-path",
        ]

    def test_what_the_framework_does_not_have_can_still_be_removed(self) -> None:
        reader = LinkReader(Framework.QBCORE)
        assert keys(reader, api_id="x", sync_id="steam:110000112345678") == [("sync-id-steam-id", "sync_id")]
        assert keys(reader, api_id="x", sync_id=str(PIA)) == [("sync-id-discord-id", "sync_id")]
        assert row_of(reader, api_id="x", sync_id=str(PIA), action="remove") is not None
        assert row_of(reader, api_id="x", sync_id="ABC12345", old_sync_id="steam:110000112345678") is not None


class TestOwners:
    def test_both_are_exact(self) -> None:
        assert row_of(OwnerReader(), sync_id="char1:aB", owner_id="license:Cd") == OwnerRow(2, "char1:aB", "license:Cd")

    def test_mistakes(self) -> None:
        assert keys(OwnerReader(), sync_id="", owner_id="") == [
            ("sync-id-empty", "sync_id"),
            ("bulk-row-blank", "owner_id"),
        ]
        assert keys(OwnerReader(), sync_id="A", owner_id="x" * 256) == [("bulk-row-name", "owner_id")]


class TestCharacters:
    FORM = form(
        field("first", isRequired=True),
        field("dob", "date", mask="MM/DD/YYYY"),
        field("hair", "select", options=["BLACK", "RED"]),
        field("jobs", "checkboxes", options=["Cop", "Cook, chef", "Clerk"]),
        field("badge", isRequired=True, dependency=depends("jobs", "Cop")),
        field("state", isRequired=True, value="SA"),
        field("notes", "textarea", isSupervisor=True),
        staff=True,
    )

    def keys(self, **fields: str) -> list[tuple[str, str]]:
        return keys(NewReader(self.FORM), api_id="x", **{f"field:{uid}": value for uid, value in fields.items()})

    def test_what_was_written_is_kept_and_blanks_are_left_out(self) -> None:
        cells = {"api_id": "x", "field:first": "Jane", "field:hair": "red", "field:dob": "", "field:notes": "a\nb"}
        row, reasons = NewReader(self.FORM).read(2, cells)
        assert reasons == []
        assert row == NewRow(2, Whose(api_id="x"), {"first": "Jane", "hair": "red", "notes": "a\nb"})
        assert "Jane" not in repr(row)

    def test_every_wrong_field_is_named(self) -> None:
        assert self.keys(dob="31/31/2000", hair="blue", jobs="Cop, Pilot") == [
            ("problem-date", "Dob"),
            ("problem-option", "Hair"),
            ("problem-option", "Jobs"),
            ("problem-required", "First"),
        ]

    def test_options_that_hold_a_comma(self) -> None:
        cells = {"api_id": "x", "field:first": "J", "field:jobs": "cook, chef"}
        assert NewReader(self.FORM).read(2, cells)[1] == []

    def test_fields_that_depend_on_others(self) -> None:
        assert self.keys(first="J", jobs="Clerk, Cop") == [("problem-required", "Badge")]
        assert self.keys(first="J", badge="1") == [("bulk-row-field-hidden", "Badge")]

    def test_whose_is_named_too(self) -> None:
        assert keys(NewReader(self.FORM)) == [("bulk-row-whose-none", ""), ("problem-required", "First")]
