"""The benchmark's programs print the same on Moonquakes, on the reference and in Python, at a small scale."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from lupa.lua54 import LuaRuntime as ReferenceRuntime

from moonquakes import LuaRuntime

BENCH = Path(__file__).parent.parent.parent / "bench"
PROGRAMS = sorted((BENCH / "programs").glob("*.lua"))
PYTHON_PROGRAMS = sorted((BENCH / "python").glob("*.py"))

#: Runs a program with its scale as arg[1] and returns what it printed.
RUN = """
local source, name, scale = ...
local lines = {}
arg = { [0] = name, scale }
function print(...)
  local texts = table.pack(...)
  for i = 1, texts.n do texts[i] = tostring(texts[i]) end
  lines[#lines + 1] = table.concat(texts, "\\t")
end
assert(load(source, "@" .. name))()
return table.concat(lines, "\\n") .. "\\n"
"""


def small_scale(program: Path) -> str:
    scale = re.search(r"^-- test scale: (\d+)$", program.read_text(encoding="utf-8"), re.MULTILINE)
    assert scale, f"{program.name} names no test scale"
    return scale[1]


def reference_output(program: Path) -> str:
    runtime = ReferenceRuntime(encoding="latin-1")
    output = runtime.execute(RUN, program.read_text(encoding="latin-1"), program.name, small_scale(program))
    assert isinstance(output, str)
    return output


def test_there_are_programs_enough() -> None:
    assert len(PROGRAMS) >= 30
    assert len(PYTHON_PROGRAMS) >= 8


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_moonquakes_prints_what_the_reference_prints(program: Path) -> None:
    expected = reference_output(program)
    runtime = LuaRuntime(encoding="latin-1")
    output = runtime.execute(RUN, program.read_text(encoding="latin-1"), program.name, small_scale(program))
    assert output == expected
    assert expected.strip()


@pytest.mark.parametrize("written", PYTHON_PROGRAMS, ids=lambda written: written.stem)
def test_the_python_program_prints_what_the_lua_program_prints(written: Path) -> None:
    program = BENCH / "programs" / f"{written.stem}.lua"
    done = subprocess.run(
        [sys.executable, written, small_scale(program)], capture_output=True, text=True, check=True
    )
    assert done.stdout == reference_output(program)
