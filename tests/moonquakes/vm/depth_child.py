"""Runs the programs of data/depth.txt in one process and prints what each returned and should have.

usage: depth_child.py ENGINE SURROUNDING SLOW

ENGINE is ``moonquakes`` or ``reference``; SURROUNDING says where Lua is called: ``main``, ``thread``,
``deep`` (some 700 Python functions call each other before) or ``deep-thread``; SLOW is ``slow`` to run
the slow programs, too.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path

CASES = Path(__file__).parent / "data" / "depth.txt"


def cases() -> list[tuple[str, str, str, bool]]:
    """Return name, expected text, source and whether it is slow of each program."""
    found = []
    for case in CASES.read_text().split("=== ")[1:]:
        head, source = case.split("\n", 1)
        name, expected = head.split(" -> ")
        found.append((name.removesuffix(" (slow)"), expected, source, name.endswith(" (slow)")))
    return found


def moonquakes_runner() -> Callable[[str], str]:
    from moonquakes.stdlib import open_libraries
    from moonquakes.vm.state import State

    state = State()
    open_libraries(state)

    def run(source: str) -> str:
        limit = sys.getrecursionlimit()
        result = str(state.call(state.load(source, "=s")))
        assert sys.getrecursionlimit() == limit
        assert state.frame is None
        assert state.current is state.main
        assert state.host_depth == state.main.host_calls == 0
        # The state works, as deep as before.
        assert (
            state.call(state.load("return (string.gsub('a', '.', function() return 'b' end))", "=s")) == "b"
        )
        return result

    return run


def reference_runner() -> Callable[[str], str]:
    from lupa.lua54 import LuaRuntime

    load = LuaRuntime(encoding="latin-1").eval("function(s) return assert(load(s, '=s')) end")
    return lambda source: str(load(source)())


def main(engine: str, surrounding: str, slow: str) -> None:
    run = reference_runner() if engine == "reference" else moonquakes_runner()

    def run_all() -> None:
        for name, expected, source, is_slow in cases():
            if is_slow and slow != "slow":
                continue
            print(json.dumps(name), end=" ", flush=True)  # so that one sees which one ended the process
            try:
                result = run(source)
            except BaseException as error:
                result = f"raised {type(error).__name__}: {error}"
            print(json.dumps([result, expected]), flush=True)

    def descend(levels: int) -> None:
        if levels:
            descend(levels - 1)
        else:
            run_all()

    def start() -> None:
        descend(700 if "deep" in surrounding else 0)

    if "thread" in surrounding:
        thread = threading.Thread(target=start)
        thread.start()
        thread.join()
    else:
        start()


main(*sys.argv[1:])
