"""What tests of Raincall share: a real ``redis-server``, and Raincall's own server beside the test."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from raincall.reply import Reply
from raincall.resp import ReplyParser, encode_request
from raincall.server import Server


def free_port() -> int:
    """Return a loopback port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Wire:
    """A connection on which a test sees every byte.  Reads give up after ten seconds."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.parser = ReplyParser()
        self.received = b""

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *words: bytes | str) -> None:
        self.socket.sendall(encode_request([word.encode() if isinstance(word, str) else word for word in words]))

    def read(self) -> Reply:
        """Return the next reply."""
        while (reply := self.parser.next_reply()) is None:
            data = self.socket.recv(65536)
            if not data:
                raise EOFError("the server closed the connection")
            self.received += data
            self.parser.feed(data)
        return reply

    def call(self, *words: bytes | str) -> Reply:
        self.send(*words)
        return self.read()

    def raw_call(self, *words: bytes | str) -> bytes:
        """Return the bytes of the reply to a command that has one reply."""
        self.received = b""
        self.call(*words)
        return self.received

    def read_to_end(self) -> bytes:
        """Return all bytes until the server closes the connection."""
        data = b""
        while chunk := self.socket.recv(65536):
            data += chunk
        return data


@contextlib.contextmanager
def running(server: Callable[[], Server]) -> Iterator[Server]:
    """Run a server in a thread of its own, so that blocking clients can talk to it."""
    started = threading.Event()
    stop: Callable[[], object] = lambda: None  # noqa: E731  # replaced below, once there is a loop
    running_server: Server | None = None

    async def main() -> None:
        nonlocal stop, running_server
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        stop = lambda: loop.call_soon_threadsafe(stopped.set)  # noqa: E731  # needs the loop
        running_server = server()
        await running_server.start(port=0)
        started.set()
        await stopped.wait()
        await running_server.close()

    thread = threading.Thread(target=asyncio.run, args=(main(),), daemon=True)
    thread.start()
    assert started.wait(10), "the server did not start"
    assert running_server is not None
    try:
        yield running_server
    finally:
        stop()
        thread.join(10)
        assert not thread.is_alive(), "the server did not stop"


@pytest.fixture(scope="session")
def shared_server() -> Iterator[Server]:
    with running(Server) as server:
        yield server


@pytest.fixture
def port(shared_server: Server) -> int:
    """The port of a Raincall server whose store is empty."""
    number = shared_server.address[1]
    with Wire(number) as wire:
        wire.call("FLUSHALL")
    return number


@pytest.fixture
def wire(port: int) -> Iterator[Wire]:
    with Wire(port) as connection:
        yield connection


@pytest.fixture(scope="session")
def redis_server(
    need_tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, int]]:
    """Host and port of a real ``redis-server`` that keeps nothing on disk."""
    program = need_tool("redis-server")
    folder: Path = tmp_path_factory.mktemp("redis")
    port = free_port()
    with subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    ) as process:
        try:
            _wait_for(port, process)
            yield "127.0.0.1", port
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 10
    while True:
        assert process.poll() is None, "redis-server ended at once"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < deadline, "redis-server did not listen"
            time.sleep(0.02)
