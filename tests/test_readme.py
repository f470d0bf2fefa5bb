"""Every code sample of the README runs and does what the README says."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from moonquakes import LuaRuntime

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def samples(language: str) -> list[str]:
    found = re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert found, f"the README has no {language} sample"
    return found


def expected_lines(sample: str, mark: str) -> list[str]:
    """Return what the comments behind the prints of a sample say."""
    return re.findall(rf"{mark} (.*)$", sample, re.MULTILINE)


@pytest.mark.parametrize("sample", samples("lua"))
def test_lua_samples(sample: str, capfd: pytest.CaptureFixture[str]) -> None:
    expected = expected_lines(sample, "-->")
    assert expected
    LuaRuntime(profile="full").execute(sample)
    sys.stdout.flush()
    assert capfd.readouterr().out.replace("\t", " ").splitlines() == expected


@pytest.mark.parametrize("sample", samples("python"))
def test_python_samples(sample: str) -> None:
    expected = expected_lines(sample, "#")
    assert expected
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(sample, "README.md", "exec"), {})
    assert printed.getvalue().splitlines() == expected


@pytest.fixture
def server() -> Iterator[int]:
    """A server as the README starts it, but on a free port."""
    command = [str(Path(sys.executable).parent / "raincall"), "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline().rpartition(":")[2])
        finally:
            process.terminate()
            process.wait(timeout=10)


def shown(reply: object) -> str:
    """Return a reply as redis-cli shows it, as far as the README needs it."""
    match reply:
        case redis.ResponseError():
            return f"(error) ERR {reply}"  # redis-py takes the code off the text
        case int():
            return f"(integer) {reply}"
        case list():
            return "\n".join(f"{number}) {shown(item)}" for number, item in enumerate(reply, 1))
        case b"OK":
            return "OK"
        case bytes():
            return f'"{reply.decode()}"'
        case _:
            raise AssertionError(f"no form for {reply!r}")


@pytest.mark.parametrize("sample", samples("redis"))
def test_redis_samples(sample: str, server: int) -> None:
    client = redis.Redis(port=server, protocol=2)
    client.response_callbacks.clear()  # replies as they are, OK rather than True
    for command, expected in re.findall(r"^> (.*)\n((?:(?!> ).*\n)+)", sample, re.MULTILINE):
        try:
            reply = client.execute_command(*shlex.split(command))
        except redis.ResponseError as error:
            reply = error
        assert shown(reply) == expected.rstrip("\n")
    client.close()


def test_commands_of_the_shell_samples_exist() -> None:
    lines = [line for sample in samples("sh") for line in sample.splitlines()]
    assert all(re.match(r"\./dev \w+", line) for line in lines)


def test_the_demo_reports_a_wrong_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo's own check can fail."""
    spec = importlib.util.spec_from_file_location("demo", ROOT / "examples" / "demo.py")
    assert spec is not None
    assert spec.loader is not None
    demo = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(demo)
    with contextlib.redirect_stdout(io.StringIO()):
        assert demo.main() == 0
        monkeypatch.setattr(demo, "RIDES", [(("race", "ada", "30"), [31, 1, []])])
        assert demo.main() == 1
