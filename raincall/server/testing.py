"""How does a test talk to a server, byte by byte if it must?

:func:`running` runs a server beside the test, :class:`Wire` is a client that shows everything.  Shipped, so
that programs built on Raincall can be tested the same way.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

from raincall.reply import Reply
from raincall.resp import ReplyParser, encode_request
from raincall.server.serve import Server

#: Seconds after which a test that waits gives up.
PATIENCE = 10.0


class Wire:
    """A connection on which every byte can be seen."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.socket = socket.create_connection((host, port), timeout=PATIENCE)
        self.parser = ReplyParser()
        #: Everything received so far.
        self.received = bytearray()

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *words: bytes | str) -> None:
        """Send a command."""
        self.socket.sendall(
            encode_request([word.encode() if isinstance(word, str) else word for word in words])
        )

    def read(self) -> Reply:
        """Return the next reply; raises EOFError when the server closed the connection."""
        while (reply := self.parser.next_reply()) is None:
            data = self.socket.recv(65536)
            if not data:
                raise EOFError("the server closed the connection")
            self.received += data
            self.parser.feed(data)
        return reply

    def call(self, *words: bytes | str) -> Reply:
        """Send a command and return its reply."""
        self.send(*words)
        return self.read()

    def raw_call(self, *words: bytes | str) -> bytes:
        """Send a command that has one reply and return that reply's bytes."""
        self.received.clear()
        self.call(*words)
        return bytes(self.received)

    def read_to_end(self) -> bytes:
        """Return all bytes until the server closes the connection."""
        data = b""
        while chunk := self.socket.recv(65536):
            data += chunk
        return data


@contextlib.contextmanager
def running(make: Callable[[], Server] = Server) -> Iterator[Server]:
    """Run a server on a free loopback port in a thread of its own; ``make`` is called on that thread."""
    runner = _Runner(make)
    runner.start()
    runner.started.wait(PATIENCE)
    if runner.server is None:
        raise RuntimeError("the server did not start")
    try:
        yield runner.server
    finally:
        runner.stop()
        runner.join(PATIENCE)
        if runner.is_alive():
            raise RuntimeError("the server did not stop")


class _Runner(threading.Thread):
    def __init__(self, make: Callable[[], Server]) -> None:
        super().__init__(daemon=True)
        self.started = threading.Event()
        self.server: Server | None = None
        self._make = make

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self.started.set()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        server = self._make()
        await server.start(port=0)
        self.server = server
        self.started.set()
        await self._stopped.wait()
        await server.close()
