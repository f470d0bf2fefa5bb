"""How do bytes come in from a client and replies go out?

One :class:`Connection` per client on asyncio's transport; everything about commands is the dispatcher's.
"""

from __future__ import annotations

import asyncio
from typing import Final

from raincall.reply import Reply, error
from raincall.resp import ProtocolError, RequestParser, encode
from raincall.server.dispatch import Dispatcher
from raincall.server.session import Session

#: A client that pipelines more commands than this lets others have their turn in between.
_TURN: Final = 256
#: Replies of one turn are written when they reach this size, so that a slow reader stops its own commands.
_FLUSH_SIZE: Final = 64 * 1024
#: What a subscriber that does not read may leave unread before it is disconnected (Redis' pubsub limit).
_MOST_UNREAD: Final = 32 * 1024 * 1024
#: What a client that waits for a blocking command may send ahead before reading from it stops.
_MOST_AHEAD: Final = 1024 * 1024


class Connection(asyncio.Protocol):
    """One client's connection: the outlet of its session."""

    __slots__ = (
        "_ahead",
        "_closing",
        "_connections",
        "_dispatcher",
        "_loop",
        "_most_clients",
        "_output",
        "_output_size",
        "_parser",
        "_scheduled",
        "_stalled",
        "_transport",
        "session",
    )

    session: Session
    _transport: asyncio.Transport

    def __init__(self, dispatcher: Dispatcher, connections: set[Connection], most_clients: int) -> None:
        self._dispatcher = dispatcher
        self._connections = connections
        self._most_clients = most_clients
        self._loop = asyncio.get_running_loop()
        self._parser = RequestParser()
        #: Encoded replies not yet given to the transport.
        self._output: list[bytes] = []
        self._output_size = 0
        #: The client does not read: no command of it runs until it does.
        self._stalled = False
        #: Going on with commands, or writing, is already planned.
        self._scheduled = False
        self._closing = False
        self._ahead = 0

    # -- the transport's events

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if len(self._connections) >= self._most_clients:
            transport.write(encode(error("ERR max number of clients reached")))
            transport.close()
            self._closing = True
        self._connections.add(self)
        self.session = self._dispatcher.connect(self)
        self.session.address = _address(transport.get_extra_info("peername"))
        self.session.local_address = _address(transport.get_extra_info("sockname"))

    def connection_lost(self, exc: Exception | None) -> None:
        self._closing = True
        self._connections.discard(self)
        self._dispatcher.disconnect(self.session)

    def data_received(self, data: bytes) -> None:
        self._dispatcher.statistics.bytes_in += len(data)
        self._parser.feed(data)
        if self.session.blocked is not None:
            self._ahead += len(data)
            if self._ahead > _MOST_AHEAD:
                self._transport.pause_reading()
        elif not self._stalled and not self._scheduled:
            self._run_commands()

    def pause_writing(self) -> None:
        self._stalled = True
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._stalled = False
        self._transport.resume_reading()
        self._plan()

    # -- commands

    def _run_commands(self) -> None:
        """Run what has arrived, as far as the client's state allows."""
        session = self.session
        dispatch = self._dispatcher.dispatch
        next_request = self._parser.next_request
        output = self._output
        try:
            for _ in range(_TURN):
                argv = next_request()
                if argv is None:
                    break
                reply = dispatch(session, argv)
                if session.muted:
                    session.drop_reply()
                elif reply is not None:
                    data = encode(reply, session.protocol)
                    output.append(data)
                    self._output_size += len(data)
                if session.blocked is not None or self._closing:
                    break
                if self._output_size > _FLUSH_SIZE:
                    self._flush()
                    if self._stalled:
                        break
            else:
                self._plan()
        except ProtocolError as problem:
            self.send(error(f"ERR Protocol error: {problem}".encode("latin-1")))
            self.close(flush=True)
        if output:
            self._flush()

    def _go_on(self) -> None:
        """Do what was planned by :meth:`_plan`."""
        self._scheduled = False
        if self._closing:
            return
        if self.session.blocked is None and not self._stalled:
            self._run_commands()
        if self._output:
            self._flush()

    def _plan(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._go_on)

    # -- what the session asks for

    def send(self, reply: Reply) -> None:
        """Write a reply, in order after those already written."""
        if self._closing or self.session.muted:
            return
        data = encode(reply, self.session.protocol)
        self._output.append(data)
        self._output_size += len(data)
        self._plan()

    def resume(self) -> None:
        """Go on with the client's commands after it was blocked."""
        if self._ahead > _MOST_AHEAD and not self._stalled:
            self._transport.resume_reading()
        self._ahead = 0
        self._plan()

    def close(self, *, flush: bool) -> None:
        """Close the connection, after what was written when ``flush`` is set."""
        if flush:
            self._flush()
            self._transport.close()
        else:
            self._transport.abort()
        self._closing = True

    # -- output

    def _flush(self) -> None:
        if self._output and not self._closing:
            self._transport.write(b"".join(self._output))
            self._dispatcher.statistics.bytes_out += self._output_size
            if self._transport.get_write_buffer_size() > _MOST_UNREAD and self.session.subscribed:
                self.close(flush=False)
        self._output.clear()
        self._output_size = 0


def _address(name: object) -> str:
    """Return a socket's name as Redis writes it."""
    if isinstance(name, tuple):
        return f"[{name[0]}]:{name[1]}" if ":" in name[0] else f"{name[0]}:{name[1]}"
    return f"{name or ''}:0"
