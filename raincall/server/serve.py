"""How does a server begin to listen, and how does it end?"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable

from raincall.server.connection import Connection
from raincall.server.dispatch import Dispatcher, ScriptEngine
from raincall.server.handlers import HANDLERS

#: Makes the script engine, which needs the dispatcher for RAIN.CALL.
EngineFactory = Callable[[Dispatcher], ScriptEngine]


class Server:
    """A RESP server on one address, with its own embedded store."""

    def __init__(
        self,
        scripts: EngineFactory | None = None,
        *,
        dispatcher: Dispatcher | None = None,
        most_clients: int = 10_000,
    ) -> None:
        self.dispatcher = Dispatcher(HANDLERS) if dispatcher is None else dispatcher
        if scripts is not None:
            self.dispatcher.scripts = scripts(self.dispatcher)
        self._most_clients = most_clients
        self._connections: set[Connection] = set()
        self._listener: asyncio.Server | None = None
        #: Host and port that are listened on; port 0 has become a real one.
        self.address: tuple[str, int] = ("", 0)

    async def start(self, host: str = "127.0.0.1", port: int = 6379) -> None:
        """Begin to listen; raises OSError when the address cannot be used."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._connection, host, port, backlog=511)
        name = self._listener.sockets[0].getsockname()
        self.address = (name[0], name[1])
        self.dispatcher.configuration.update(
            bind=host, port=str(self.address[1]), maxclients=str(self._most_clients)
        )

    async def close(self) -> None:
        """Stop listening and close every connection."""
        if self._listener is not None:
            self._listener.close()
        for connection in list(self._connections):
            connection.close(flush=False)
        await asyncio.sleep(0)  # lets the connections learn that they are gone
        if self._listener is not None:
            await self._listener.wait_closed()

    def _connection(self) -> Connection:
        return Connection(self.dispatcher, self._connections, self._most_clients)


async def serve(
    host: str = "127.0.0.1",
    port: int = 6379,
    *,
    scripts: EngineFactory | None = None,
    ready: Callable[[str, int], None] = lambda host, port: None,
) -> None:
    """Serve until SIGINT or SIGTERM; ``ready`` is told the address once clients can connect."""
    server = Server(scripts)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):  # no signal handlers on Windows' loop
                loop.add_signal_handler(number, stop.set)
    await server.start(host, port)
    ready(*server.address)
    try:
        await stop.wait()
    finally:
        await server.close()
