"""What RESP2 leaves of a reply: the same as its encoder does on the way to the wire."""

from __future__ import annotations

import pytest

from raincall.reply import (
    NIL,
    Reply,
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
from raincall.resp import ReplyParser, encode
from raincall.resp2 import as_resp2

REPLIES = [
    *(status("OK"), bulk(b"\0"), integer(1), NIL, error("ERR no"), double(1.5), double(3.0), boolean(True)),
    *(boolean(False), big_number(2**70), verbatim("text")),
]


@pytest.mark.parametrize(
    "reply",
    [
        *REPLIES,
        *(array(REPLIES), set_of(REPLIES), push(REPLIES), array([])),
        map_of([(bulk("k"), map_of([(double(0.5), set_of([boolean(True)]))])), (integer(1), NIL)]),
    ],
)
def test_as_the_encoder(reply: Reply) -> None:
    parser = ReplyParser()
    parser.feed(encode(reply, 2))
    assert as_resp2(reply) == parser.next_reply()


def test_attributes_are_left_out() -> None:
    reply = array([Reply("attribute", [bulk("ttl"), integer(1)]), bulk("x")])
    assert as_resp2(reply) == array([bulk("x")])
