"""Tables hold what was stored, keep a border, and can be walked while fields are cleared."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonquakes.errors import PendingError
from moonquakes.values import FALSE, TRUE
from moonquakes.vm.table import Table, new_table

keys = st.one_of(
    st.integers(-3, 12),
    st.sampled_from([2.0, 3.0, 0.5, -1.0, math.inf, 2.0**63, TRUE, FALSE, "a", "b", "1"]),
)
values = st.one_of(st.none(), st.integers(0, 3), st.sampled_from(["x", FALSE]))


def walk(table: Table) -> list[tuple[object, object]]:
    entries = []
    key = None
    while (entry := table.next(key)) is not None:
        entries.append(entry)
        key = entry[0]
    return entries


def normal(key: object) -> object:
    return int(key) if isinstance(key, float) and key.is_integer() and abs(key) < 2**63 else key


@given(st.lists(st.tuples(keys, values), max_size=60))
def test_a_table_agrees_with_a_plain_dict(stores: list[tuple[object, object]]) -> None:
    table, model = new_table(), {}
    for key, value in stores:
        table.set(key, value)
        model[normal(key)] = value
        if value is None:
            del model[normal(key)]
        assert table.get(key) == value
        border = table.length()
        assert border == 0 or model.get(border) is not None
        assert model.get(border + 1) is None
        assert table.arr[-1] is not None or len(table.arr) == 1
    assert dict(walk(table)) == model
    assert len(walk(table)) == len(model)


@given(st.lists(keys, max_size=40), st.sets(st.integers(0, 39)))
def test_fields_may_be_cleared_and_changed_while_walking(stored: list[object], cleared: set[int]) -> None:
    table = new_table()
    for key in stored:
        table.set(key, 1)
    expected = walk(table)
    seen = []
    key = None
    while (entry := table.next(key)) is not None:
        key = entry[0]
        seen.append(entry)
        table.set(key, None if len(seen) in cleared else 1)
    assert seen == expected


def test_two_walks_over_one_table_may_be_nested() -> None:
    table = Table.from_fields(dict.fromkeys("abcdefgh", 1))
    assert [key for key, _ in walk(table) for _ in walk(table)] == [k for k in "abcdefgh" for _ in range(8)]


def test_appending_moves_following_keys_into_the_array_part() -> None:
    table = new_table()
    for key in (3, 2, 5, 1):
        table.set(key, key * 10)
    assert table.arr[1:] == [10, 20, 30]
    assert table.length() == 3
    table.set(4, 40)
    assert table.length() == 5
    assert not table.hash


def test_integer_keys_that_begin_at_two_go_to_the_array_part() -> None:
    table = new_table()
    for key in range(2, 1000):
        table.set(key, -key)
    assert not table.hash
    assert table.length() == 999
    assert walk(table) == [(key, -key) for key in range(2, 1000)]


def test_an_array_filled_from_its_end_or_in_any_order_goes_to_the_array_part() -> None:
    downwards, mixed = new_table(), new_table()
    for key in range(1000, 500, -1):
        downwards.set(key, key)
    for key in range(400):
        mixed.set(key * 7 % 400 + 1, key)
    for key in range(500, 0, -1):
        downwards.set(key, key)
    assert not downwards.hash
    assert downwards.length() == 1000
    assert not mixed.hash
    assert mixed.length() == 400


def test_sparse_integer_keys_stay_in_the_hash_part() -> None:
    table = new_table()
    for key in range(1, 300):
        table.set(key * 1000, key)
    for key in range(1, 10):
        table.set(key, key)
    assert len(table.arr) == 10
    assert len(table.hash) == 299


@given(st.permutations(range(1, 40)), st.integers(0, 39), st.sets(st.integers(1, 45)))
def test_walks_and_borders_of_arrays_with_gaps(order: list[int], count: int, cleared: set[int]) -> None:
    table, model = new_table(), {}
    for key in order[:count]:
        table.set(key, key)
        model[key] = key
    for key in cleared:
        table.set(key, None)
        model.pop(key, None)
    assert dict(walk(table)) == model
    border = table.length()
    assert border == 0 or border in model
    assert border + 1 not in model


def test_deleted_keys_do_not_pile_up() -> None:
    table = new_table()
    for i in range(10_000):
        table.set(f"k{i}", i)
        table.set(f"k{i}", None)
    assert len(table.hash) < 100


def test_an_integral_float_is_the_integer_key() -> None:
    table = new_table()
    table.set(1.0, "one")
    table.set(2.0**53, "big")
    assert table.arr[1] == "one"
    assert [key for key, _ in walk(table)] == [1, 2**53]
    assert all(type(key) is int for key, _ in walk(table))


@pytest.mark.parametrize(("key", "message"), [(None, "table index is nil"), (math.nan, "table index is NaN")])
def test_nil_and_nan_are_no_keys(key: object, message: str) -> None:
    with pytest.raises(PendingError, match=message):
        new_table().set(key, 1)
    assert new_table().get(key) is None


def test_next_refuses_a_key_that_is_not_there() -> None:
    table = Table.from_list([1, 2, 3])
    for key in ("x", 10, 0.5):
        with pytest.raises(PendingError, match="invalid key to 'next'"):
            table.next(key)


@given(st.lists(st.tuples(keys, values), max_size=8), st.lists(values, max_size=8))
def test_a_constructor_stores_its_items_over_earlier_fields(
    fields: list[tuple[object, object]], items: list[object]
) -> None:
    table, model = new_table(), {}
    for key, value in fields:
        table.set(key, value)
        model[normal(key)] = value
    start = table.length()
    table.extend(items)
    model.update(enumerate(items, start + 1))
    assert dict(walk(table)) == {key: value for key, value in model.items() if value is not None}
    border = table.length()
    assert border == 0 or table.get(border) is not None
    assert table.get(border + 1) is None


def test_nils_between_the_items_of_a_constructor_keep_their_places() -> None:
    table = new_table()
    table.set(5, "e")
    table.extend(["a", None, None, "d"])
    assert table.length() == 5
