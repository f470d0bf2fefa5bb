"""Stacks on which functions of both engines call each other: what the VM alone does, they do.

A chunk that names ``sethook`` runs on the VM even where the engine is the fast one.
"""

from __future__ import annotations

import io
import random

import pytest

from moonquakes.errors import LuaError
from moonquakes.stdlib import open_libraries
from moonquakes.vm.state import State

ON_VM = "local _ = debug.sethook"

#: In each chunk: ``log``, and values to be closed that log it and then do something.
PRELUDE = """
local log, F = log, F
local function closer(name, act)
    return setmetatable({}, {__close = function(_, e)
        log('close', name, e)
        if act == 'raise' then error('from ' .. name) end
        if act == 'raise a table' then error({}) end
        if act == 'yield' and e == nil and coroutine.isyieldable() then log('on', coroutine.yield(name)) end
        if act == 'call' then log(pcall(error, 'inner')) end
    end})
end
local function handler(m) log('handler', m) return m end
"""
SETUP = """
F = {}
local count = 0
function log(...)
    count = count + 1
    if count > 200 then return end
    local t = table.pack(...)
    for i = 1, t.n do
        local kind = type(t[i])
        t[i] = (kind == 'table' or kind == 'function' or kind == 'thread') and kind or tostring(t[i])
    end
    print(table.concat(t, ' '))
end
"""
#: What a function may do; ``@`` is another function, ``#`` a number of its own, ``?`` what a closer does.
STATEMENTS = [
    *["local x# <close> = closer('x#', '?')"] * 4,
    "log('call', @(n))",
    "log('pcall', pcall(@, n))",
    "log('xpcall', xpcall(@, handler, n))",
    *["if n % 2 == 1 then error('e#') end"] * 2,
    "if n % 3 == 0 then error({}) end",
    *["if coroutine.isyieldable() then log('got', coroutine.yield(n)) end"] * 2,
    "do local y# <close> = closer('y#', '?') log(@(n + 1)) end",
    "for i = 1, 2 do local z# <close> = closer('z#', '?') if i == 2 then break end log(@(i)) end",
    "local c# = coroutine.wrap(function() local w <close> = closer('w#', '?') log(@(n)) end)"
    " log(pcall(c#)) log(pcall(c#))",
    "local c# = coroutine.create(@) log(coroutine.resume(c#, n)) log(coroutine.close(c#))",
    "log((setmetatable({}, {__index = function(t, k) return @(n) end})).x)",
    "log(('ab'):gsub('.', function(c) @(n) return 'q' end))",
    "for a, b in (function() return @(n) end) do log(a) break end",
    "local z = nil + n",
]
ENDS = ["return @(n + 1)", "return (pcall(@, n))", "return pcall(@, n)", "return #, n", "return #, n"]
MAINS = [
    "log(pcall(F[1], 1))",
    "log(pcall(F[1], 2))",
    "local c = coroutine.create(F[1]) for i = 1, 6 do log(coroutine.resume(c, i)) end",
    "local co = coroutine.wrap(function() log(pcall(F[1], 1)) end) for i = 1, 6 do log(pcall(co, i)) end",
    "local co = coroutine.create(F[1]) log(coroutine.resume(co, 1)) log(coroutine.close(co))",
]


def program(seed: int) -> list[tuple[bool, str]]:
    """Return chunks, each with whether it is for the VM; a function calls those after it only."""
    choose = random.Random(seed)
    count = choose.randint(3, 6)
    chunks = []
    for number in range(1, count + 1):
        texts = [choose.choice(STATEMENTS) for _ in range(choose.randint(1, 3))] + [choose.choice(ENDS)]
        for index, text in enumerate(texts):
            act = choose.choice(["", "", "raise", "raise a table", "yield", "call"])
            text = text.replace("?", act).replace("#", f"{number}{index}")
            texts[index] = text.replace("@", f"F[{choose.randint(number + 1, count + 1)}]")
        body = "\n    ".join(texts)
        chunks.append((choose.random() < 0.5, f"{PRELUDE}F[{number}] = function(n)\n    {body}\nend"))
    last = choose.choice(["", "error(n)", "if coroutine.isyieldable() then coroutine.yield(n) end"])
    leaf = f"if n > 4 then error('deep') end log('leaf', n) {last} return n"
    chunks.append((choose.random() < 0.5, f"{PRELUDE}F[{count + 1}] = function(n) {leaf} end"))
    chunks.append((choose.random() < 0.5, choose.choice(MAINS)))
    return chunks


def run(engine: str, chunks: list[tuple[bool, str]], mixes: bool) -> str:
    state = State(engine)
    output = state.stdout = io.BytesIO()
    open_libraries(state)
    state.call(state.load(SETUP, "@setup"))
    try:
        for number, (is_for_vm, source) in enumerate(chunks):
            first = ON_VM if is_for_vm and mixes else ""
            state.call(state.load(f"{first}\n{source}", f"@{number}"))
    except LuaError as error:
        return f"{output.getvalue().decode()}{error}"
    return output.getvalue().decode()


@pytest.mark.parametrize("seed", range(40))
def test_mixed_stacks_do_as_the_vm(seed: int) -> None:
    for part in range(4):
        chunks = program(4 * seed + part)
        expected = run("vm", chunks, False)
        assert run("fast", chunks, True) == expected, chunks
        assert run("fast", chunks, False) == expected, chunks


def printed(engine: str, source: str) -> str:
    return run(engine, [(False, source)], False)


def test_what_host_functions_call_cannot_yield(engine: str) -> None:
    source = """
        local function ask() return coroutine.isyieldable() end
        local function f()
            ('a'):gsub('a', function() log(ask()) end)
            table.sort({2, 1}, function(a, b) log(coroutine.isyieldable()) return a < b end)
            log(ask(), pcall(ask))
        end
        coroutine.wrap(f)()
        f()"""
    assert printed(engine, source) == "false\nfalse\ntrue true true\nfalse\nfalse\nfalse true false\n"


def test_a_close_after_an_error_stands_on_the_protected_call(engine: str) -> None:
    source = """
        local function f(n)
            local x <close> = n == 1 and setmetatable({}, {__close = function() log(debug.traceback()) end})
            if n > 0 then f(n - 1) end
            error('x')
        end
        pcall(f, 3)"""
    trace = printed(engine, source)
    assert trace.splitlines()[1:4] == [
        "\t0:4: in function <0:4>",
        "\t[C]: in function 'pcall'",
        "\t0:8: in main chunk",
    ]


def test_a_message_handler_sees_what_closing_frames_of_the_vm_raise() -> None:
    chunks = [
        (True, PRELUDE + "function F.f() local a <close> = closer('a', 'raise') error('first') end"),
        (False, PRELUDE + "coroutine.wrap(function() log(xpcall(F.f, handler)) end)()"),
    ]
    expected = run("vm", chunks, False)
    assert expected.count("handler") == 2
    assert run("fast", chunks, True) == expected
