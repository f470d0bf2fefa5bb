"""Replies: what is written for RESP2 and RESP3; reading gives back what was written, at any split."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raincall.reply import (
    NIL,
    NIL_ARRAY,
    Reply,
    Verbatim,
    array,
    big_number,
    boolean,
    bulk,
    double,
    error,
    integer,
    map_of,
    push,
    set_of,
    status,
    verbatim,
)
from raincall.resp import ProtocolError, ReplyParser, encode, format_double


def parse(*chunks: bytes) -> list[Reply]:
    parser = ReplyParser()
    replies: list[Reply] = []
    for chunk in chunks:
        parser.feed(chunk)
        while (reply := parser.next_reply()) is not None:
            replies.append(reply)
    return replies


@pytest.mark.parametrize(
    ("reply", "resp2", "resp3"),
    [
        (status("OK"), b"+OK\r\n", b"+OK\r\n"),
        (error("ERR a\r\nb"), b"-ERR a  b\r\n", b"-ERR a  b\r\n"),
        (integer(-7), b":-7\r\n", b":-7\r\n"),
        (bulk(b"a\r\n"), b"$3\r\na\r\n\r\n", b"$3\r\na\r\n\r\n"),
        (bulk(b""), b"$0\r\n\r\n", b"$0\r\n\r\n"),
        (NIL, b"$-1\r\n", b"_\r\n"),
        (NIL_ARRAY, b"*-1\r\n", b"_\r\n"),
        (array(()), b"*0\r\n", b"*0\r\n"),
        (array((integer(1), NIL)), b"*2\r\n:1\r\n$-1\r\n", b"*2\r\n:1\r\n_\r\n"),
        (double(3.0), b"$1\r\n3\r\n", b",3\r\n"),
        (double(0.1), b"$3\r\n0.1\r\n", b",0.1\r\n"),
        (double(math.inf), b"$3\r\ninf\r\n", b",inf\r\n"),
        (double(math.nan), b"$3\r\nnan\r\n", b",nan\r\n"),
        (boolean(True), b":1\r\n", b"#t\r\n"),
        (boolean(False), b":0\r\n", b"#f\r\n"),
        (map_of(((bulk("a"), integer(1)),)), b"*2\r\n$1\r\na\r\n:1\r\n", b"%1\r\n$1\r\na\r\n:1\r\n"),
        (set_of((integer(1),)), b"*1\r\n:1\r\n", b"~1\r\n:1\r\n"),
        (push((bulk("m"),)), b"*1\r\n$1\r\nm\r\n", b">1\r\n$1\r\nm\r\n"),
        (Reply("attribute", [bulk("a"), integer(1)]), b"", b"|1\r\n$1\r\na\r\n:1\r\n"),
        (verbatim("hi"), b"$2\r\nhi\r\n", b"=6\r\ntxt:hi\r\n"),
        (big_number(1 << 70), b"$22\r\n1180591620717411303424\r\n", b"(1180591620717411303424\r\n"),
        (
            array((map_of(((integer(1), set_of(())),)),)),
            b"*1\r\n*2\r\n:1\r\n*0\r\n",
            b"*1\r\n%1\r\n:1\r\n~0\r\n",
        ),
    ],
)
def test_bytes_of_each_kind(reply: Reply, resp2: bytes, resp3: bytes) -> None:
    assert encode(reply, 2) == resp2
    assert encode(reply, 3) == resp3


LINES = st.binary(max_size=12).map(lambda data: data.translate(None, b"\r\n"))
LEAVES = st.one_of(
    LINES.map(status),
    LINES.map(error),
    st.integers(-(1 << 63), (1 << 63) - 1).map(integer),
    st.binary(max_size=20).map(bulk),
    st.just(NIL),
    st.floats().map(double),
    st.booleans().map(boolean),
    st.integers().map(big_number),
    st.builds(Verbatim, st.binary(max_size=12), st.sampled_from([b"txt", b"mkd"])),
)
REPLIES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(array),
        st.lists(inner, max_size=4).map(set_of),
        st.lists(inner, max_size=4).map(push),
        st.lists(st.tuples(inner, inner), max_size=3).map(map_of),
    ),
    max_leaves=12,
)


@given(st.lists(REPLIES, max_size=3), st.data())
def test_resp3_is_read_as_it_was_written_at_any_split(replies: list[Reply], data: st.DataObject) -> None:
    stream = b"".join(encode(reply, 3) for reply in replies)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    chunks = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert parse(*chunks) == replies


@given(REPLIES)
def test_resp2_is_readable_whatever_the_kind(reply: Reply) -> None:
    (read,) = parse(encode(reply, 2))
    assert read.kind in ("status", "error", "integer", "bulk", "nil", "array")
    assert encode(read, 2) == encode(reply, 2)


def test_both_nulls_of_resp2_are_told_apart() -> None:
    null, null_array = parse(b"$-1\r\n*-1\r\n")
    assert null is NIL
    assert null_array is NIL_ARRAY


def test_an_attribute_precedes_its_reply_and_is_dropped_inside_aggregates() -> None:
    assert parse(b"|1\r\n+k\r\n:1\r\n*2\r\n:1\r\n|1\r\n+k\r\n:9\r\n:2\r\n") == [
        Reply("attribute", [status("k"), integer(1)]),
        array((integer(1), integer(2))),
    ]


def test_bulk_errors() -> None:
    assert parse(b"!5\r\nERR x\r\n") == [error("ERR x")]


@pytest.mark.parametrize(
    "data",
    [
        b"?\r\n",
        b":x\r\n",
        b"$x\r\n",
        b"$-2\r\n",
        b"*-2\r\n",
        b"#x\r\n",
        b",x\r\n",
        b"$1\r\nabc\r\n",
        b"(1_0\r\n",
    ],
)
def test_what_is_not_resp(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        parse(data)


def test_deep_nesting_is_read_without_recursion() -> None:
    (reply,) = parse(b"*1\r\n" * 50_000 + b":1\r\n")
    for _ in range(50_000):
        (reply,) = reply.value
    assert reply == integer(1)


@given(st.floats(allow_nan=False))
def test_doubles_read_back_equal(value: float) -> None:
    text = format_double(value)
    assert float(text) == value
    assert math.copysign(1, float(text)) == math.copysign(1, value)
    assert len(text) <= len(repr(value)) + 6


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, b"3"),
        (-3.5, b"-3.5"),
        (3.2, b"3.2"),
        (0.00001, b"0.00001"),
        (1e-7, b"1e-7"),
        (1.5e-7, b"1.5e-7"),
        (1e17, b"1e+17"),
        (123456789012345680000.0, b"123456789012345680000"),
        (1e100, b"1e+100"),
        (5e-324, b"5e-324"),
        (-math.inf, b"-inf"),
        (-0.0, b"-0"),
    ],
)
def test_doubles_as_redis_writes_them(value: float, text: bytes) -> None:
    assert format_double(value) == text
