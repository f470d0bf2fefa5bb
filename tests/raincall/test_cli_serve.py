"""``raincall serve``: the ready line, the address, and a clean end by signal."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys

import pytest

from raincall.cli import main
from raincall.reply import bulk, status
from raincall.server.testing import Wire

COMMAND = [sys.executable, "-m", "raincall", "serve"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_serve_until_a_signal(number: signal.Signals) -> None:
    with subprocess.Popen(
        [*COMMAND, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            match = re.fullmatch(r"raincall: ready on 127\.0\.0\.1:(\d+)\n", process.stdout.readline())
            assert match is not None
            with Wire(int(match[1])) as wire:
                assert wire.call("PING") == status("PONG")
                assert wire.call("RAIN.FALL", "return RAIN.CALL('ECHO', ...)", "rain") == bulk("rain")
                wire.send("BLPOP", "nothing", "0")
                process.send_signal(number)
                assert wire.read_to_end() == b""
            output, problems = process.communicate(timeout=10)
            assert (output, problems, process.returncode) == ("", "", 0)
        finally:
            process.kill()


def test_an_address_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 1
    problems = capsys.readouterr().err
    assert problems.startswith(f"raincall: cannot listen on 127.0.0.1:{port}: ")
    assert "address already in use" in problems.lower()


def test_a_host_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--host", "host.invalid", "--port", "0"]) == 1
    assert capsys.readouterr().err.startswith("raincall: cannot listen on host.invalid:0: ")


@pytest.mark.parametrize("arguments", [[], ["serve", "--port", "x"], ["serve", "--port", "70000"], ["nope"]])
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: raincall" in capsys.readouterr().err
