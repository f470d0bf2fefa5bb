"""When are the ``<close>`` variables of a coroutine closed that an error ends (§2.6, §6.2)?

Not by the error, unless a protected call in the coroutine catches it, but by ``coroutine.close``, or at
once where ``coroutine.wrap`` made the coroutine.  Every log below is what the reference prints.
"""

from __future__ import annotations

import pytest

from moonquakes import LuaRuntime

_PRELUDE = """
local log, co = {}, nil
local function note(...)
  for i = 1, select("#", ...) do log[#log + 1] = tostring((select(i, ...))) end
end
local function closer(name, raises)
  return setmetatable({}, {__close = function(_, e)
    note(name .. "(" .. tostring(e) .. ")")
    if raises then error(raises, 0) end
  end})
end
local function run(f)
  co = coroutine.create(f)
  note(coroutine.resume(co))
  while coroutine.status(co) == "suspended" and STEPS > 0 do
    STEPS = STEPS - 1
    note("|") note(coroutine.resume(co))
  end
  note("|") note(coroutine.close(co))
end
local function deep(n, g)
  if n == 0 then local b <close> = closer("deep") g() return 1 end
  return 1 + deep(n - 1, g)
end
STEPS = 0
"""

_CASES = {
    "an error leaves them open": (
        'run(function() local a <close> = closer("a") local b <close> = closer("b") error("x", 0) end)',
        "false x | b(x) a(x) false x",
    ),
    "closing twice": (
        'run(function() local a <close> = closer("a") error("x", 0) end) note(coroutine.close(co))',
        "false x | a(x) false x true",
    ),
    "in several functions": (
        """run(function() local a <close> = closer("a")
          local function f() local b <close> = closer("b", "from b") error("x", 0) end f() end)""",
        "false x | b(x) a(from b) false from b",
    ),
    "after a yield": (
        """STEPS = 1 run(function() local a <close> = closer("a") coroutine.yield()
          local b <close> = closer("b") error("x", 0) end)""",
        "true | false x | b(x) a(x) false x",
    ),
    "a protected call closes": (
        """run(function() local a <close> = closer("a")
          note(pcall(function() local b <close> = closer("b") error("x", 0) end)) error("y", 0) end)""",
        "b(x) false x false y | a(y) false y",
    ),
    "a protected call closes after a yield": (
        """STEPS = 1 run(function() local a <close> = closer("a")
          note(pcall(function() local b <close> = closer("b") coroutine.yield() error("x", 0) end))
          error("y", 0) end)""",
        "true | b(x) false x false y | a(y) false y",
    ),
    "a message handler comes first": (
        """run(function() local a <close> = closer("a")
          note(xpcall(function() local b <close> = closer("b") error("x", 0) end,
            function(m) return m .. "!" end)) error("y", 0) end)""",
        "b(x!) false x! false y | a(y) false y",
    ),
    "wrap closes": (
        """note(pcall(coroutine.wrap(function()
          local a <close> = closer("a") local b <close> = closer("b") error("x", 0) end)))""",
        "b(x) a(x) false x",
    ),
    "wrap raises what closing raised": (
        'note(pcall(coroutine.wrap(function() local a <close> = closer("a", "from a") error("x", 0) end)))',
        "a(x) false from a",
    ),
    "wrap in a coroutine": (
        """run(function() local a <close> = closer("a")
          local inner = coroutine.wrap(function() local b <close> = closer("b") error("x", 0) end)
          note(pcall(inner)) error("y", 0) end)""",
        "b(x) false x false y | a(y) false y",
    ),
    "an error while a block ends": (
        'run(function() local a <close> = closer("a") do local b <close> = closer("b", "from b") end end)',
        "b(nil) false from b | a(from b) false from b",
    ),
    "variables of the closing function": (
        """run(function() local a <close> = closer("a")
          local b <close> = setmetatable({}, {__close = function()
            local c <close> = closer("c") error("from b", 0) end})
          local d <close> = closer("d") end)""",
        "d(nil) false from b | c(from b) a(from b) false from b",
    ),
    "of a suspended one": (
        """run(function() local a <close> = closer("a")
          local b <close> = setmetatable({}, {__close = function()
            local c <close> = closer("c") error("from b", 0) end})
          coroutine.yield() end)""",
        "true | c(from b) a(from b) false from b",
    ),
    "of a loop": (
        'run(function() for i in next, {1}, nil, closer("loop") do error("x", 0) end end)',
        "false x | loop(x) false x",
    ),
    "of a metamethod": (
        """run(function() local a <close> = closer("a")
          local t = setmetatable({}, {__index = function() local b <close> = closer("b") error("x", 0) end})
          return t.x end)""",
        "false x | b(x) a(x) false x",
    ),
    "deep down": (
        'run(function() local a <close> = closer("a") deep(400, function() error("x", 0) end) end)',
        "false x | deep(x) a(x) false x",
    ),
    "deep down in a protected call": (
        """run(function() local a <close> = closer("a")
          note(pcall(deep, 400, function() error("x", 0) end)) error("y", 0) end)""",
        "deep(x) false x false y | a(y) false y",
    ),
    "deep down, suspended": (
        'run(function() local a <close> = closer("a") deep(400, coroutine.yield) end)',
        "true | deep(nil) a(nil) true",
    ),
    "an error while closing is for no protected call": (
        """run(function() local z <close> = closer("z")
          note(pcall(function() local a <close> = closer("a", "from a") coroutine.yield() end)) end)""",
        "true | a(nil) z(from a) false from a",
    ),
    "the same, deep down": (
        """run(function() local z <close> = closer("z")
          note(pcall(deep, 400, function()
            local a <close> = closer("a", "from a") coroutine.yield() end)) end)""",
        "true | a(nil) deep(from a) z(from a) false from a",
    ),
    "a protected call while closing": (
        """run(function() local z <close> = setmetatable({}, {__close = function()
            note(pcall(function() local a <close> = closer("a") error("x", 0) end)) end})
          coroutine.yield() end)""",
        "true | a(x) false x true",
    ),
    "the handler outside sees nothing of it": (
        """note(xpcall(function()
            run(function() local a <close> = closer("a")
              note(pcall(table.sort, {2, 1}, function() local b <close> = closer("b") error("x", 0) end))
              error("z", 0) end)
            error("y", 0) end, function(m) return "<" .. m .. ">" end))""",
        "b(x) false x false z | a(z) false z false <y>",
    ),
    "the coroutine runs while it is closed": (
        """run(function() local a <close> = setmetatable({}, {__close = function()
            note(coroutine.status(co), coroutine.running() == co, pcall(coroutine.yield)) end})
          error("x", 0) end)""",
        "false x | running true false attempt to yield across a C-call boundary false x",
    ),
    "it runs deep down, too": (
        'run(function() deep(400, function() note(coroutine.status(co)) end) end)',
        "running deep(nil) true | true",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "log"), list(_CASES.values()), ids=list(_CASES))
def test_closing_of_coroutines(engine: str, text: str, log: str) -> None:
    lua = LuaRuntime(profile="full", engine=engine)
    assert lua.execute(f'{_PRELUDE} {text} return table.concat(log, " ")') == log


def test_what_is_left_open_is_alive(engine: str) -> None:
    lua = LuaRuntime(profile="full", engine=engine)
    assert lua.execute("""
        local log, weak = {}, setmetatable({}, {__mode = "k"})
        local co = coroutine.create(function()
          local a <close> = setmetatable({}, {__close = function() log[#log + 1] = "closed" end})
          weak[a] = true
          error("x", 0)
        end)
        coroutine.resume(co)
        collectgarbage() collectgarbage()
        local before = next(weak) ~= nil
        coroutine.close(co)
        collectgarbage() collectgarbage()
        return before, next(weak) == nil, log[1]""") == (True, True, "closed")
