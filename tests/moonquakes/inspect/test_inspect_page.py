"""docs/inspect.md: every command, program and output on the page is what really happens."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[3] / "docs" / "inspect.md").read_text(encoding="utf-8")
PROGRAMS = {"mqc": "moonquakes.cli.mqc", "moonquakes": "moonquakes.cli.moonquakes"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (source,) = blocks("lua")
    Path("sum.lua").write_text(source)
    return tmp_path


def normal(text: str) -> list[str]:
    """Return lines without what differs from run to run, and without blanks at their ends."""
    text = re.sub("0x[0-9a-f]+", "0x", text.strip())
    return [line.rstrip() for line in text.splitlines()]


def output_of(command: str, shown: str) -> str:
    """Run a command of the page; what is typed at its prompts is taken from what the page shows."""
    program, *arguments = command.split()
    if program == "cat":
        return Path(arguments[0]).read_text()
    typed = "".join(f"{line}\n" for line in re.findall(r"^\(step\) (.*)$", shown, re.MULTILINE))
    done = subprocess.run(
        [sys.executable, "-m", PROGRAMS[program], *arguments],
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.removesuffix("(step) \n")  # the prompt at which the page's session ends


@pytest.mark.parametrize("block", blocks("console"), ids=lambda block: block.splitlines()[0])
def test_commands(block: str) -> None:
    commands = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
    assert commands
    for command, shown in commands:
        assert normal(output_of(command, shown)) == normal(shown)


def test_python_samples() -> None:
    samples, printed = blocks("python"), blocks("text")
    assert len(samples) == len(printed) == 2
    scope: dict[str, object] = {}
    for sample, expected in zip(samples, printed, strict=True):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(sample, "inspect.md", "exec"), scope)
        assert normal(out.getvalue()) == normal(expected)


def test_the_page_names_what_exists() -> None:
    from moonquakes.inspect import Inspector

    table = PAGE.split("What it offers:")[1].split("What you get")[0]
    inspector = Inspector("")
    names = re.findall(r"`(\w+)(?:\([^`]*\))?`", table)
    assert {"step", "frames", "evaluate", "error"} <= set(names)
    for name in names:
        assert hasattr(inspector, name) or name == "Stop", name
