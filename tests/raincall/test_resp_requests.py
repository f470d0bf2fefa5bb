"""Requests: arrays and inline commands, at every split, with Redis' limits and error texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raincall.resp import ProtocolError, RequestParser, encode_request, split_inline


def parse(*chunks: bytes) -> list[list[bytes]]:
    parser = RequestParser()
    requests: list[list[bytes]] = []
    for chunk in chunks:
        parser.feed(chunk)
        while (request := parser.next_request()) is not None:
            requests.append(request)
    return requests


def problem_of(data: bytes) -> str:
    with pytest.raises(ProtocolError) as caught:
        parse(data)
    return str(caught.value)


WORDS = st.lists(st.binary(max_size=20), min_size=1, max_size=6)


@given(st.lists(WORDS, max_size=4), st.data())
def test_requests_survive_any_split(requests: list[list[bytes]], data: st.DataObject) -> None:
    stream = b"".join(map(encode_request, requests))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    chunks = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert parse(*chunks) == requests


def test_every_two_way_split_of_a_mixed_stream() -> None:
    stream = b'*2\r\n$3\r\nGET\r\n$2\r\n\r\n\r\nPING "a b"\r\n\r\n*0\r\n*-1\r\n*1\r\n$4\r\nPING\r\n'
    expected = [[b"GET", b"\r\n"], [b"PING", b"a b"], [b"PING"]]
    for cut in range(len(stream) + 1):
        assert parse(stream[:cut], stream[cut:]) == expected
    assert parse(*(bytes([byte]) for byte in stream)) == expected


@pytest.mark.parametrize("size", [32 * 1024 - 1, 32 * 1024, 200_000])
def test_a_large_bulk_string_in_small_chunks(size: int) -> None:
    value = bytes(range(256)) * (size // 256 + 1)
    stream = encode_request([b"SET", b"k", value[:size]]) + encode_request([b"PING"])
    chunks = [stream[start : start + 1000] for start in range(0, len(stream), 1000)]
    assert parse(*chunks) == [[b"SET", b"k", value[:size]], [b"PING"]]


def test_a_large_bulk_string_costs_no_more_than_its_size() -> None:
    """Arriving chunks are gathered, not copied into a new buffer each time."""
    parser = RequestParser()
    size = 64 * 1024 * 1024
    parser.feed(b"*1\r\n$%d\r\n" % size)
    chunk = bytes(256 * 1024)
    for _ in range(size // len(chunk)):
        assert parser.next_request() is None
        parser.feed(chunk)
    parser.feed(b"\r\n")
    request = parser.next_request()
    assert request is not None
    assert len(request[0]) == size


def test_many_arguments() -> None:
    words = [b"%d" % number for number in range(5000)]
    assert parse(encode_request(words)) == [words]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"*a\r\n", "invalid multibulk length"),
        (b"*01\r\n", "invalid multibulk length"),
        (b"*+1\r\n", "invalid multibulk length"),
        (b"* 1\r\n", "invalid multibulk length"),
        (b"*1_0\r\n", "invalid multibulk length"),
        (b"*\r\n", "invalid multibulk length"),
        (b"*2147483648\r\n", "invalid multibulk length"),
        (b"*99999999999999999999\r\n", "invalid multibulk length"),
        (b"*1\r\n$-1\r\n", "invalid bulk length"),
        (b"*1\r\n$\r\n", "invalid bulk length"),
        (b"*1\r\n$ 3\r\n", "invalid bulk length"),
        (b"*1\r\n$1x\r\n", "invalid bulk length"),
        (b"*1\r\n$536870913\r\n", "invalid bulk length"),
        (b"*1\r\n$1099511627776\r\n", "invalid bulk length"),
        (b"*1\r\n:1\r\n", "expected '$', got ':'"),
        (b"*1\r\nPING\r\n", "expected '$', got 'P'"),
        (b"*1\r\n\r\n", "expected '$', got ' '"),
        (b"x" * 65537, "too big inline request"),
        (b"*" + b"1" * 65537, "too big mbulk count string"),
        (b"*1\r\n$" + b"1" * 65537, "too big bulk count string"),
        (b'PING "a\r\n', "unbalanced quotes in request"),
        (b"PING 'a\r\n", "unbalanced quotes in request"),
        (b'PING "a"b\r\n', "unbalanced quotes in request"),
    ],
)
def test_broken_streams(data: bytes, problem: str) -> None:
    assert problem_of(data) == problem


@pytest.mark.parametrize("data", [b"*1\r\n$536870912\r\n", b"*2147483647\r\n", b"x" * 65536])
def test_the_largest_allowed_waits_for_more(data: bytes) -> None:
    assert parse(data) == []


def test_commands_before_a_broken_one_are_delivered() -> None:
    parser = RequestParser()
    parser.feed(b"PING\r\n*1\r\n!\r\n")
    assert parser.next_request() == [b"PING"]
    with pytest.raises(ProtocolError):
        parser.next_request()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"", []),
        (b"   ", []),
        (b"set  a\tb", [b"set", b"a", b"b"]),
        (rb'echo "a b"', [b"echo", b"a b"]),
        (rb'echo "\x41\n\r\t\b\a\"\\\q"', [b"echo", b'A\n\r\t\b\a"\\q']),
        (rb'echo "\xZZ"', [b"echo", b"xZZ"]),
        (rb"echo 'a\'b\n'", [b"echo", rb"a'b\n"]),
        (rb'echo ""', [b"echo", b""]),
        (rb'fo"o b"', [b"foo b"]),
        (b"\xff \xfe", [b"\xff", b"\xfe"]),
        (b"a\0b c", [b"a"]),
    ],
)
def test_inline_quoting(line: bytes, words: list[bytes]) -> None:
    assert split_inline(line) == words


@given(st.lists(st.binary(min_size=0, max_size=12), min_size=1, max_size=5))
def test_any_words_can_be_quoted(words: list[bytes]) -> None:
    line = b" ".join(b'"' + b"".join(b"\\x%02x" % byte for byte in word) + b'"' for word in words)
    assert split_inline(line) == words
