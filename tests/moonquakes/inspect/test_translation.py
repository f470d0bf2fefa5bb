"""``moonquakes --py``: the Python of a chunk, with the bytecode's offsets beside it."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from moonquakes.bytecode.listing import listing
from moonquakes.compiler import compile_source
from moonquakes.inspect.translation import python_listing

SOURCE = """\
local function add(first, second)
  return first + second
end
local t = {}
for index = 1, 3 do
  t[index] = add(index, true and 1)
end
return t, "é\\133\\n", function() return t end
"""


def test_functions_keep_the_names_of_variables_and_stand_under_their_titles() -> None:
    text = python_listing(compile_source(SOURCE, "@sum.lua"))
    assert text.startswith("# sum.lua as Python, ")
    assert "\n             # main chunk\n" in text
    assert re.search(r"# function <sum\.lua:1,3>\n +def add\w*\(first\w*=None, second\w*=None, \*_\):", text)
    assert "# function <sum.lua:8,8>" in text


def test_offsets_and_lines_are_those_of_the_listing() -> None:
    proto = compile_source(SOURCE, "@sum.lua")
    text = python_listing(proto)
    (adding,) = re.findall(r"^ +(\d+) \[(\d+)\] +try: return .* first\w* \+ second", text, re.MULTILINE)
    lines = listing(proto).splitlines()
    assert any(
        re.match(rf"\t{adding[0]}\t\[{adding[1]}\]\tADD|\t{adding[0]}\t\[2\]\tRETURN1", line)
        for line in lines
    )
    shown = re.findall(r"^ +(\d+) \[(\d+)\] ", text, re.MULTILINE)
    assert shown
    assert all(any(line.startswith(f"\t{pc}\t[{line_}]\t") for line in lines) for pc, line_ in shown)


def test_slow_paths_stand_at_the_end() -> None:
    text, _, slow = python_listing(compile_source(SOURCE, "@sum.lua")).partition("\n# Slow paths\n")
    numbers = sorted({int(number) for number in re.findall(r"S\[(\d+)\]", text)})
    assert numbers
    assert [int(number) for number in re.findall(r"^S\[(\d+)\]\(.*\): .+$", slow, re.MULTILINE)] == numbers


def test_a_source_enters_it_escaped() -> None:
    text = python_listing(compile_source("return 'a\\n\\'\\\"\\\\ import os', _ENV['x\\ny']", "=text"))
    assert r"a\n\'" in text or r"a\n'" in text
    assert all(not line.lstrip().startswith("import") for line in text.splitlines())


@pytest.mark.parametrize("seed", ["1", "2"])
def test_it_is_the_same_each_time(seed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "moonquakes.cli.moonquakes", "--py", "-"],
        input=SOURCE.encode(),
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )
    expected = python_listing(compile_source(SOURCE.encode().decode("latin-1"), "=stdin"))
    assert done.stdout.decode("latin-1") == expected


def test_the_functions_that_a_chunk_defines_are_stored_by_a_call() -> None:
    program = "local M = {} function M.f() M.g = function() end end M.h = 1 for i = 1, 2 do M.i = M.f end"
    text = python_listing(compile_source(program, "@module.lua"))
    in_place = re.findall(r"h\['(.)'\] = ", text)
    called = re.findall(r"^ *\d+ \[1\] +setindex\(.*'(.)'", text, re.MULTILINE)
    assert (in_place, called) == (["g", "h", "i"], ["f"])
