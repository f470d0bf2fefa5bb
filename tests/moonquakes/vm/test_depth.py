"""Does unlimited recursion, in whatever form, end in an error that Lua code catches?

The programs stand in data/depth.txt.  They run in processes of their own, which a mistake would end.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

CHILD = Path(__file__).parent / "depth_child.py"
ROOT = Path(__file__).parents[3]


def run_child(engine: str, surrounding: str, slow: str) -> None:
    """Run the programs and compare what they return with what the file says."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(CHILD), engine, surrounding, slow]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-1000:]
    decoder = json.JSONDecoder()
    wrong = {}
    for line in done.stdout.splitlines():
        name, end = decoder.raw_decode(line)
        result, expected = json.loads(line[end:])
        pattern = re.escape(expected).replace(r"\.\.\.", ".*")
        if not re.fullmatch(pattern, result, re.DOTALL):
            wrong[name] = result
    assert done.stdout
    assert not wrong


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("surrounding", ["main", "thread", "deep"])
def test_recursion_ends_in_an_error(surrounding: str) -> None:
    run_child("moonquakes", surrounding, "quick")


@pytest.mark.usefixtures("engine")
def test_slow_recursion_ends_in_an_error() -> None:
    run_child("moonquakes", "deep-thread", "slow")


def test_the_reference_agrees() -> None:
    run_child("reference", "main", "slow")


@pytest.mark.usefixtures("engine")
def test_the_command_line_survives() -> None:
    program = "local function f() return 1 + (string.gsub('a', '.', f)) end print(pcall(f)) f()"
    command = [sys.executable, "-m", "moonquakes.cli.moonquakes", "-e", program]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout) == (1, "false\tC stack overflow\n")
    assert done.stderr.startswith("moonquakes: C stack overflow\nstack traceback:\n")


@pytest.mark.usefixtures("engine")
def test_the_command_line_goes_deep() -> None:
    program = (
        "local function f(n) if n == 0 then return 0 end return 1 + f(n - 1) end "
        "print(f(190000)) print(pcall(f, 1e6))"
    )
    command = [sys.executable, "-m", "moonquakes.cli.moonquakes", "-e", program]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300)
    deep, overflow = done.stdout.splitlines()
    assert deep == "190000"
    assert overflow == "false\t(command line):1: stack overflow"


@pytest.mark.usefixtures("engine")
def test_a_thread_with_a_small_stack_goes_deep() -> None:
    program = """
import sys, threading
from moonquakes.stdlib import open_libraries
from moonquakes.vm.state import State

def run():
    state = State()
    open_libraries(state)
    text = "local function f(n) if n == 0 then return 0 end return 1 + f(n - 1) end "
    text += "return f(190000), pcall(f, 1e6)"
    print(state.call(state.load(text, "=s"))[0::2], sys.getrecursionlimit())

sys.setrecursionlimit(900)
threading.stack_size(1 << 20)
thread = threading.Thread(target=run)
thread.start()
threading.stack_size(0)
thread.join()
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300)
    assert (done.returncode, done.stdout) == (0, "(190000, 's:1: stack overflow') 900\n")
