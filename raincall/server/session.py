"""Placeholder: what does the server know of one connection?"""

from __future__ import annotations


class Session:
    #: Number of the selected database.
    database: int
    #: The RESP version the client speaks, 2 or 3.
    protocol: int
