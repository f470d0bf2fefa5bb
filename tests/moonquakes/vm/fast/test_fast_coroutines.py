"""Do coroutines on the fast engine do what they do on the VM and on the reference?"""

from __future__ import annotations

from pathlib import Path

import pytest

from moonquakes.stdlib import open_libraries
from moonquakes.values import as_tuple
from moonquakes.vm.state import State

FILE = "local a = coroutine.yield(...) return a, debug.traceback('t')"

CASES = {
    "pairs yields": (
        """
local t = setmetatable({}, {__pairs = function(t) local x = coroutine.yield("in") return x, t end})
local co = coroutine.wrap(function() return select("#", pairs(t)), (pairs(t)) end)
return co(), co("a"), co("b")""",
        ("in", "in", 3, "b"),
    ),
    "pairs is a level": (
        """
local t = setmetatable({}, {__pairs = function(t) return debug.traceback("t") end})
return coroutine.wrap(function() local text = pairs(t) return text end)()""",
        (
            "t\nstack traceback:\n\tq:2: in function <q:2>\n\t[C]: in function 'pairs'\n"
            "\tq:3: in function <q:3>",
        ),
    ),
    "pairs without an argument": (
        "return coroutine.wrap(function() return select(2, pcall(pairs)) end)()",
        ("bad argument #1 to 'pairs' (value expected)",),
    ),
    "dofile yields": (
        """
local co = coroutine.wrap(function() local a, text = dofile("file.lua") return a, text end)
return co(), co(7)""",
        (
            None,
            7,
            "t\nstack traceback:\n\tfile.lua:1: in main chunk\n"
            "\t[C]: in function 'dofile'\n\tq:2: in function <q:2>",
        ),
    ),
    "a level is the function that was called": (
        """
local up, f = {}, nil
f = function() local x = up return debug.getinfo(1, "f").func == f, debug.getinfo(2, "f").func == pcall end
local ok, own, caller = coroutine.wrap(function() return pcall(f) end)()
return own, caller""",
        (True, True),
    ),
    "closing a chain of coroutines": (
        """
local last
for i = 1, 1000 do
  local previous = last
  last = coroutine.create(function()
    local x <close> = setmetatable({}, {__close = function()
      if previous then local ok, e = coroutine.close(previous) if not ok then error(e, 0) end end
    end})
    coroutine.yield()
  end)
  coroutine.resume(last)
end
return coroutine.close(last)""",
        (False, "C stack overflow"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_as_the_manual_says(name: str, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file.lua").write_text(FILE)
    state = State(engine)
    open_libraries(state)
    source, expected = CASES[name]
    results = as_tuple(state.call(state.load(source, "=q")))
    assert tuple({"true": True, "false": False}.get(str(v), v) for v in results) == expected
