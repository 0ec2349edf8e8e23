"""What each role may do and see: the whole table, so that a change of it is seen."""

import pytest

from standards.editions import Kind
from standards.people import (
    ALLOWED,
    Action,
    Person,
    Role,
    changes_visit,
    may,
    sees_channel,
    sees_shoppers,
    sees_visit,
)
from standards.visits import Brand, Channel, State

NORTH = Channel(1, Brand(1, "Ours", is_own=True, colour="#000000"), Kind.SHOP, "Mill Lane", "North", "UTC")
NOWHERE = Channel(2, NORTH.brand, Kind.PHONE, "Hotline", "", "UTC")


def a_person(role: Role, *, areas: tuple[str, ...] = (), channel_ids: tuple[int, ...] = ()) -> Person:
    return Person(7, "Ann", "ann@example.com", role, frozenset(areas), frozenset(channel_ids))


@pytest.mark.parametrize(
    ("role", "actions"),
    [
        (Role.SHOPPER, {Action.RECORD, Action.READ_VISITS}),
        (Role.VIEWER, {Action.READ_VISITS, Action.COMPARE}),
        (Role.MANAGER, set(Action) - {Action.PEOPLE, Action.SETTINGS, Action.READ_LOG}),
        (Role.OWNER, set(Action)),
    ],
)
def test_what_each_role_may_do(role, actions):
    assert {action for action in Action if may(a_person(role), action)} == actions


def test_every_role_stands_in_the_table():
    assert set(ALLOWED) == set(Role)


@pytest.mark.parametrize(
    ("person", "seen"),
    [
        pytest.param(a_person(Role.SHOPPER), set(), id="a shopper compares nothing"),
        pytest.param(a_person(Role.VIEWER), set(), id="a viewer given nothing sees nothing"),
        pytest.param(a_person(Role.VIEWER, areas=("South",)), set(), id="a viewer of another area"),
        pytest.param(a_person(Role.VIEWER, areas=("North",)), {1}, id="a viewer of the area"),
        pytest.param(a_person(Role.VIEWER, areas=("",)), set(), id="no area is not an area"),
        pytest.param(a_person(Role.VIEWER, channel_ids=(2,)), {2}, id="a viewer of one channel"),
        pytest.param(a_person(Role.MANAGER), {1, 2}, id="a manager"),
        pytest.param(a_person(Role.OWNER), {1, 2}, id="an owner"),
        pytest.param(a_person(Role.SHOPPER, areas=("North",)), set(), id="an area gives a shopper nothing"),
    ],
)
def test_which_channels_a_person_reads(person, seen):
    assert {channel.id for channel in (NORTH, NOWHERE) if sees_channel(person, channel)} == seen


@pytest.mark.parametrize("state", State)
def test_a_shopper_reads_own_visits_and_no_other(state):
    shopper = a_person(Role.SHOPPER)
    assert sees_visit(shopper, channel=NORTH, shopper_id=7, state=state)
    assert not sees_visit(shopper, channel=NORTH, shopper_id=8, state=state)
    assert not sees_visit(shopper, channel=NORTH, shopper_id=None, state=state)


@pytest.mark.parametrize("state", State)
def test_a_viewer_reads_only_visits_that_count_in_what_was_given(state):
    counts = state in (State.SUBMITTED, State.APPROVED)
    viewer = a_person(Role.VIEWER, areas=("North",))
    assert sees_visit(viewer, channel=NORTH, shopper_id=8, state=state) is counts
    assert not sees_visit(viewer, channel=NOWHERE, shopper_id=8, state=state)
    # Having recorded it once, in another role, gives a viewer nothing.
    assert not sees_visit(viewer, channel=NOWHERE, shopper_id=7, state=state)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OWNER])
def test_who_looks_after_visits_reads_and_changes_all(role):
    person = a_person(role)
    assert all(sees_visit(person, channel=NOWHERE, shopper_id=None, state=state) for state in State)
    assert changes_visit(person, shopper_id=None)
    assert sees_shoppers(person)


def test_a_shopper_changes_own_visits_and_a_viewer_none():
    assert changes_visit(a_person(Role.SHOPPER), shopper_id=7)
    assert not changes_visit(a_person(Role.SHOPPER), shopper_id=8)
    assert not changes_visit(a_person(Role.SHOPPER), shopper_id=None)
    assert not changes_visit(a_person(Role.VIEWER, areas=("North",)), shopper_id=7)


@pytest.mark.parametrize("role", [Role.SHOPPER, Role.VIEWER])
def test_nobody_else_reads_who_recorded_a_visit(role):
    assert not sees_shoppers(a_person(role, areas=("North",)))
