"""What tests of Raincall share: a real ``redis-server``, and Raincall's own server beside the test."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from raincall.fall import FallEngine
from raincall.server import Server
from raincall.server.testing import Wire, running


@pytest.fixture(scope="session")
def shared_server() -> Iterator[Server]:
    """One Raincall server for all tests that do not change it for good."""
    with running() as server:
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
    """A connection to that server."""
    with Wire(port) as connection:
        yield connection


@pytest.fixture(scope="session")
def shared_rain_server() -> Iterator[Server]:
    """One Raincall server that runs RAIN.FALL."""
    with running(lambda: Server(FallEngine)) as server:
        yield server


@pytest.fixture
def rain_port(shared_rain_server: Server) -> int:
    """The port of a Raincall server with RAIN.FALL whose store is empty."""
    number = shared_rain_server.address[1]
    with Wire(number) as wire:
        wire.call("FLUSHALL")
    return number


@pytest.fixture(scope="session")
def redis_server(
    need_tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, int]]:
    """Host and port of a real ``redis-server`` that keeps nothing on disk."""
    program = need_tool("redis-server")
    folder: Path = tmp_path_factory.mktemp("redis")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    options = {
        "--port": str(number),
        "--bind": "127.0.0.1",
        "--save": "",
        "--appendonly": "no",
        "--dir": str(folder),
    }
    arguments = [word for pair in options.items() for word in pair]
    with subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL) as process:
        try:
            _wait_for(number, process)
            yield "127.0.0.1", number
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
