"""How does a script outside any server reach a Redis over the network?

redis-py opens the connection (TCP, TLS or Unix socket), authenticates and selects the database.  Then
Raincall's own codec takes over: redis-py's parser would drop the difference between a status and a bulk
string, and what Python cannot use as a dict's key.  RESP3 is asked for, so that replies come tagged; a server
that refuses it is spoken to in RESP2.
"""

from __future__ import annotations

import socket
import ssl
from typing import Any, Final

import redis
from redis.connection import Connection, parse_url

from raincall.backend import BackendError, NotConnectedError
from raincall.reply import Reply
from raincall.resp import ProtocolError, ReplyParser, encode_request

#: Where a script finds Redis unless it says otherwise.
DEFAULT_URL: Final = "redis://127.0.0.1:6379"

_CONNECT_TIMEOUT: Final = 5.0
_READ_SIZE: Final = 65536
#: Commands that RESP3 answers by push messages; any other push is none of a caller's business.
_SUBSCRIBING: Final = frozenset(
    (b"SUBSCRIBE", b"UNSUBSCRIBE", b"PSUBSCRIBE", b"PUNSUBSCRIBE", b"SSUBSCRIBE", b"SUNSUBSCRIBE")
)


class TcpBackend:
    """A connection to one Redis, opened by the first call, and again by a later one when it was lost.

    Args:
        url: ``redis://[[user]:password@]host[:port][/db]``, ``rediss://...`` for TLS or
            ``unix://[[user]:password@]path``, with redis-py's options as query
            (``?ssl_ca_certs=ca.pem&socket_timeout=2``).

    Raises:
        BackendError: the URL is not understood.
    """

    def __init__(self, url: str = DEFAULT_URL) -> None:
        try:
            options: dict[str, Any] = dict(parse_url(url))  # type: ignore[no-untyped-call]  # redis-py's
        except ValueError as error:
            raise BackendError(str(error)) from None
        self._connection_class: Any = options.pop("connection_class", Connection)
        options.setdefault("socket_connect_timeout", _CONNECT_TIMEOUT)
        options.setdefault("socket_timeout", None)
        self._protocols: list[int] = [options.pop("protocol")] if "protocol" in options else [3, 2]
        self._options = options
        self._connection: Any = None
        self._socket: socket.socket | None = None
        self._replies = ReplyParser()

    @classmethod
    def at(cls, host: str, port: int) -> TcpBackend:
        """Return a backend for ``host`` and ``port``, without credentials."""
        backend = cls()
        backend._options |= {"host": host, "port": port}
        return backend

    def connect(self) -> None:
        """Open the connection now rather than by the first call.

        Raises:
            BackendError: Redis cannot be reached, or refuses the credentials or the database.
        """
        for protocol in self._protocols:
            try:
                connection = self._connection_class(protocol=protocol, **self._options)
                connection.connect()
            except redis.AuthenticationError as error:
                raise BackendError(f"Redis refused the credentials: {error}") from None
            except redis.ResponseError as error:
                if protocol == self._protocols[-1]:
                    raise BackendError(f"Redis refused the connection: {error}") from None
                continue
            except (redis.RedisError, OSError, UnicodeError):
                raise NotConnectedError from None
            except (TypeError, ValueError) as error:  # an option in the URL that redis-py does not know
                raise BackendError(str(error)) from None
            self._connection = connection
            self._socket = connection._sock  # redis-py has no public name for it
            self._replies = ReplyParser()
            return

    def call(self, argv: list[bytes]) -> Reply:
        if self._socket is not None and self._hung_up(self._socket):
            self.close()  # nothing was sent on it yet, so a new connection cannot run a command twice
        if self._socket is None:
            self.connect()
        try:
            return self._exchange(argv)
        except ProtocolError as error:
            self.close()
            raise BackendError(f"Redis sent a malformed reply: {error}") from None
        except TimeoutError:
            self.close()
            raise BackendError("Redis did not answer in time") from None
        except OSError:
            self.close()
            raise BackendError("connection to Redis was lost") from None
        except BaseException:  # an interrupted call would leave its reply on the wire
            self.close()
            raise

    def _exchange(self, argv: list[bytes]) -> Reply:
        assert self._socket is not None
        self._socket.sendall(encode_request(argv))
        while True:
            reply = self._replies.next_reply()
            if reply is None:
                data = self._socket.recv(_READ_SIZE)
                if not data:
                    raise ConnectionError
                self._replies.feed(data)
            elif reply.kind != "attribute" and (reply.kind != "push" or argv[0].upper() in _SUBSCRIBING):
                return reply

    def _hung_up(self, connection: socket.socket) -> bool:
        """Return whether Redis closed the connection; takes in what arrived unasked."""
        timeout = connection.gettimeout()
        connection.settimeout(0)
        try:
            data = connection.recv(_READ_SIZE)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError:
            return True
        finally:
            connection.settimeout(timeout)
        if not data:
            return True
        self._replies.feed(data)
        try:
            while self._replies.next_reply() is not None:
                pass
        except ProtocolError:
            return True
        return False

    def close(self) -> None:
        connection, self._connection = self._connection, None
        self._socket = None
        if connection is not None:
            connection.disconnect()
