"""What the bot has seen of links, and that it knows what it does not know."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.models import Target
from bot.services.memory import LinkMemory

PIA = Target.of(api_id="pia")
PIA_BY_DISCORD = Target.of(discord=1)
PIA_ACCOUNT = Target.of(account="uuid-pia")
OTTO = Target.of(api_id="otto")


def test_nothing_is_known_before_it_is_seen() -> None:
    memory = LinkMemory()
    assert memory.state(PIA, "A") is None
    assert memory.seen(PIA) == {}
    assert memory.name(PIA) == ""
    assert not memory.identified(PIA)
    assert not memory.held_by_another(PIA, "A")


def test_single_links() -> None:
    memory = LinkMemory()
    memory.note(PIA, "A", linked=True)
    memory.note(PIA, "B", linked=False)
    assert (memory.state(PIA, "A"), memory.state(PIA, "B"), memory.state(PIA, "C")) == (True, False, None)
    assert memory.state(OTTO, "A") is None
    memory.note(PIA, "A", linked=False)
    assert memory.seen(PIA) == {"A": False, "B": False}


def test_what_was_met_and_a_complete_list_lacks_is_not_linked() -> None:
    memory = LinkMemory()
    memory.note(PIA, "A", linked=True)
    memory.note_all(PIA, ["B"])
    assert memory.seen(PIA) == {"A": False, "B": True}
    assert memory.state(PIA, "never met") is None


def test_an_account_is_one_under_all_its_names() -> None:
    memory = LinkMemory()
    memory.note(PIA, "A", linked=True)
    memory.identify(PIA, "uuid-pia", "Pia")
    memory.identify(PIA_BY_DISCORD, "uuid-pia")
    memory.note(PIA_BY_DISCORD, "B", linked=True)
    for name in (PIA, PIA_BY_DISCORD, PIA_ACCOUNT):
        assert memory.seen(name) == {"A": True, "B": True}
        assert memory.name(name) == "Pia"
        assert memory.identified(name)
        assert not memory.held_by_another(name, "A")


def test_what_is_learnt_before_the_account_is_known_goes_with_it() -> None:
    memory = LinkMemory()
    memory.note(PIA_ACCOUNT, "A", linked=True)
    memory.note(PIA, "A", linked=False)
    memory.identify(PIA, "uuid-pia")
    assert memory.state(PIA_ACCOUNT, "A") is False


def test_only_identified_accounts_are_others() -> None:
    memory = LinkMemory()
    memory.note(OTTO, "A", linked=True)
    assert not memory.held_by_another(PIA, "A")
    memory.identify(OTTO, "uuid-otto", "Otto")
    assert memory.held_by_another(PIA, "A")
    memory.identify(PIA, "uuid-pia")
    assert memory.held_by_another(PIA, "A")
    memory.note(OTTO, "A", linked=False)
    assert not memory.held_by_another(PIA, "A")


def test_an_answer_without_an_account_identifies_nobody() -> None:
    memory = LinkMemory()
    memory.identify(PIA, "", "")
    assert not memory.identified(PIA)
    memory.identify(PIA, "", "Pia")
    assert (memory.identified(PIA), memory.name(PIA)) == (False, "Pia")


def test_identifying_again_loses_nothing() -> None:
    memory = LinkMemory()
    for _ in range(2):
        memory.identify(PIA, "uuid-pia", "Pia")
        memory.note(PIA, "A", linked=True)
    memory.identify(PIA_ACCOUNT, "uuid-pia", "Pia Renamed")
    assert memory.seen(PIA) == {"A": True}
    assert memory.name(PIA) == "Pia Renamed"


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=60))
def test_bounded_and_the_last_ones_stay(steps: list[tuple[int, bool]]) -> None:
    memory = LinkMemory(limit=4)
    for number, named in steps:
        target = Target.of(api_id=f"id{number}")
        if named:
            memory.identify(target, f"uuid{number}", f"name{number}")
        memory.note(target, "A", linked=True)
        assert memory.state(target, "A") is True
    numbers = list(dict.fromkeys(number for number, _ in reversed(steps)))
    known = [number for number in numbers if memory.seen(Target.of(api_id=f"id{number}"))]
    assert len(known) <= 4
    assert set(numbers[:2]) <= set(known)


def test_many_are_looked_up_by_sync_id_and_by_user_name() -> None:
    memory = LinkMemory()
    memory.note(PIA, "A", linked=True)
    memory.note(OTTO, "A", linked=True)
    memory.note(OTTO, "B", linked=False)
    memory.identify(PIA, "uuid-pia", "pia")
    assert memory.holders() == {"A": {PIA_ACCOUNT, OTTO}}
    assert memory.usernames() == {"pia": {PIA_ACCOUNT}}
    assert (memory.account(PIA), memory.account(OTTO)) == (PIA_ACCOUNT, OTTO)
