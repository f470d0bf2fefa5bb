"""What goes wrong when bytes are not RESP?"""

from __future__ import annotations


class ProtocolError(Exception):
    """The peer broke the protocol; the connection cannot be used any more.

    The text is Redis' own (``invalid bulk length``), without the ``ERR Protocol error: `` before it.
    """
