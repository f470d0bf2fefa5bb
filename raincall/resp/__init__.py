"""The RESP2/RESP3 codec, without I/O: bytes in, requests and replies out, and back.

No socket is opened and nothing is awaited anywhere below this package.
"""

from raincall.resp.doubles import format_double
from raincall.resp.encode import encode, encode_request
from raincall.resp.errors import ProtocolError
from raincall.resp.replies import ReplyParser
from raincall.resp.requests import RequestParser, split_inline

__all__ = [
    "ProtocolError",
    "ReplyParser",
    "RequestParser",
    "encode",
    "encode_request",
    "format_double",
    "split_inline",
]
