"""Runs the conformance cases on both engines and on a reference Lua 5.4, and compares what they print.

``./dev conformance [NAME...]`` runs the cases whose names contain one of the arguments, or all.
With ``MOONQUAKES_CHECK=1`` in the environment each case first runs as a program on either engine,
and the first whose output, errors or exit status differ ends it all.

A case is a Lua program in ``conformance/cases``, one topic a file.  What it must print stands in
its comments: ``--> text`` behind a print, or on lines of its own where there is more.  A tab in the
output is written as a space, spaces at the end of a line do not count.
"""

from __future__ import annotations

import difflib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from moonquakes.vm.engine import Engine

CASES: Final = Path(__file__).parent / "cases"

#: Runs a chunk on either side with a ``print`` that collects, in globals of its own.
DRIVER: Final = """
local source, name = ...
local lines = {}
local environment = setmetatable({}, { __index = _G })
function environment.print(...)
  local texts = table.pack(...)
  for i = 1, texts.n do texts[i] = tostring(texts[i]) end
  lines[#lines + 1] = table.concat(texts, "\\t")
end
local chunk, message = load(source, "@" .. name, "t", environment)
if chunk then
  local ok
  ok, message = xpcall(chunk, function(m) return tostring(m) end)
  if ok then message = nil end
end
if message then lines[#lines + 1] = "error: " .. message end
return table.concat(lines, "\\n")
"""

#: Runs a chunk (source, name) and returns its output.  Source and output hold one character per byte.
Runner = Callable[[str, str], str]


def moonquakes_runner(engine: Engine) -> Runner:
    """Return a runner on an engine of Moonquakes, with a state of its own for each run."""
    from moonquakes import LuaRuntime

    def run(source: str, name: str) -> str:
        lua = LuaRuntime(encoding="latin-1", profile="full", engine=engine)
        return str(lua.execute(DRIVER, source, name))

    return run


def reference_runner() -> Runner:
    """Return a runner on Lua 5.4.8, which lupa bundles."""
    from lupa.lua54 import LuaRuntime

    def run(source: str, name: str) -> str:
        return str(LuaRuntime(encoding="latin-1").execute(DRIVER, source, name))

    return run


def case_names() -> list[str]:
    return sorted(path.stem for path in CASES.glob("*.lua"))


def read_case(name: str) -> str:
    return (CASES / f"{name}.lua").read_bytes().decode("latin-1")


def expected_lines(source: str) -> list[str]:
    """Return what the comments of a case say it prints."""
    return [
        match[1].rstrip(" ") for match in re.finditer(r"(?:^|[ \t])-->(?: |$)(.*)$", source, re.MULTILINE)
    ]


def output_lines(output: str) -> list[str]:
    """Return the lines of an output in the form in which a case notes them."""
    return [line.replace("\t", " ").rstrip(" ") for line in output.split("\n")] if output else []


def compare(name: str, runner: Runner) -> str:
    """Run a case; return the difference between what it should print and what it printed, or nothing."""
    source = read_case(name)
    output = output_lines(runner(source, f"{name}.lua"))
    return "\n".join(
        difflib.unified_diff(expected_lines(source), output, "expected", "printed", lineterm="", n=1)
    )


class End(NamedTuple):
    """What a program left behind; addresses in its texts are hidden, for they differ."""

    output: str
    errors: str
    status: int


#: Runs a program on an engine.
Program = Callable[[Path, Engine], End]


def run_program(path: Path, engine: Engine) -> End:
    """Run a file as ``moonquakes`` runs it, for five minutes at most."""
    command = [sys.executable, "-m", "moonquakes.cli.moonquakes", "--engine", engine, path.name]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LUA_")}
    environment["PYTHONPATH"] = str(CASES.parent.parent)
    done = subprocess.run(
        command, cwd=path.parent, env=environment, capture_output=True, stdin=subprocess.DEVNULL, timeout=300
    )
    return End(_without_addresses(done.stdout), _without_addresses(done.stderr), done.returncode)


def _without_addresses(stream: bytes) -> str:
    return re.sub(r"0x[0-9a-f]{6,}", "ADDRESS", stream.decode("latin-1"))


def check(path: Path, run: Program = run_program) -> str:
    """Run a file on both engines; return how they differ, or nothing."""
    vm, fast = run(path, "vm"), run(path, "fast")
    difference = ""
    for kind, ours, theirs in (("output", vm.output, fast.output), ("errors", vm.errors, fast.errors)):
        lines = difflib.unified_diff(
            ours.splitlines(), theirs.splitlines(), f"{kind} on vm", f"{kind} on fast", lineterm="", n=1
        )
        difference += "".join(line + "\n" for line in lines)
    if vm.status != fast.status:
        difference += f"exit status on vm: {vm.status}, on fast: {fast.status}\n"
    return difference


def main(arguments: Sequence[str]) -> int:
    names = [name for name in case_names() if not arguments or any(part in name for part in arguments)]
    if not names:
        print(f"no case has {' or '.join(arguments)} in its name", file=sys.stderr)
        return 2
    if os.environ.get("MOONQUAKES_CHECK", "") not in ("", "0"):
        for name in names:
            difference = check(CASES / f"{name}.lua")
            if difference:
                print(f"DIFFERS {name}\n{difference}".encode("latin-1").decode("utf-8", "replace"), end="")
                return 1
        print(f"{len(names)} cases do the same on both engines")
    sides = {
        "vm": moonquakes_runner("vm"),
        "fast": moonquakes_runner("fast"),
        "the reference": reference_runner(),
    }
    failed = 0
    for name in names:
        differences = {
            side: difference for side, runner in sides.items() if (difference := compare(name, runner))
        }
        failed += len(differences)
        print(f"{'FAILED' if differences else 'ok    '} {name}")
        for side, difference in differences.items():
            print(f"on {side}:\n{difference.encode('latin-1').decode('utf-8', 'replace')}")
    print(f"{len(names)} cases on {', '.join(sides)}: {'all agree' if not failed else f'{failed} failures'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
