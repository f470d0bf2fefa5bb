"""Finalizers (§2.5.3): when they run, in which order, once a marking, and what their errors become."""

from __future__ import annotations

import gc
import io
from collections.abc import Callable

import pytest
from lupa.lua54 import LuaRuntime as Reference

from moonquakes import LuaRuntime
from moonquakes.api import (
    mq_close,
    mq_newuserdatauv,
    mq_pop,
    mq_pushcfunction,
    mq_setfield,
    mq_setmetatable,
    mq_State,
    mq_touserdata,
    mqL_newmetatable,
    mqL_newstate,
    mqx_nofinalizers,
)
from moonquakes.errors import LuaExit
from moonquakes.stdlib import open_libraries
from moonquakes.values import LuaValue, as_tuple, first
from moonquakes.vm.state import State

pytestmark = pytest.mark.usefixtures("engine")

#: Programs that write what happens with ``log`` and are compared with the reference.
PROGRAMS = {
    "reverse order of marking": """
        local mt = {__gc = function (o) log(o.name) end}
        local a, b, c = {name = "a"}, {name = "b"}, {name = "c"}
        setmetatable(b, mt); setmetatable(a, mt); setmetatable(c, mt)
        setmetatable(b, nil); setmetatable(b, mt)   -- marked already: its place stays
        a, b, c = nil, nil, nil
        collectgarbage()
    """,
    "only with a __gc field at the time of marking": """
        local mt = {}
        local a = setmetatable({}, mt)
        mt.__gc = function () log("ran") end
        a = nil
        collectgarbage()
        local b = setmetatable({}, {__gc = true})
        getmetatable(b).__gc = function () log("the field may change") end
        b = nil
        collectgarbage()
        local c = setmetatable({}, mt)
        setmetatable(c, nil)
        c = nil
        collectgarbage()
        log("end")
    """,
    "resurrection and a second marking": """
        local mt = {}
        mt.__gc = function (o)
            log("finalized " .. o.n)
            o.n = o.n + 1
            saved = o
            if o.n == 2 then setmetatable(o, mt) end
        end
        setmetatable({n = 1}, mt)
        for _ = 1, 4 do collectgarbage(); log(saved.n); saved = {n = saved.n} and saved end
        saved = nil
        for _ = 1, 4 do collectgarbage(); log(tostring(saved and saved.n)) ; saved = nil end
    """,
    "what an object refers to is whole": """
        local a = setmetatable({name = "a"}, {__gc = function (o) log(o.name .. o.other.name) end})
        local b = setmetatable({name = "b", other = a}, {__gc = function (o) log(o.name .. o.other.name) end})
        a.other = b
        a, b = nil, nil
        collectgarbage()
    """,
    "an object that another one to finalise refers to is finalised in the same cycle": """
        local inner = setmetatable({}, {__gc = function () log("inner") end})
        local outer = setmetatable({inner}, {__gc = function () log("outer") end})
        inner, outer = nil, nil
        collectgarbage()
        log("end")
    """,
    "new objects in a finalizer": """
        local mt = {}
        local left = 3
        mt.__gc = function ()
            log(left)
            left = left - 1
            if left > 0 then setmetatable({}, mt) end
        end
        setmetatable({}, mt)
        for _ = 1, 4 do collectgarbage(); log("cycle") end
    """,
    "the collector takes no orders inside": """
        setmetatable({}, {__gc = function ()
            for _, option in ipairs{"collect", "count", "step", "stop", "restart", "isrunning", "setpause",
                "generational"} do
                log(tostring(collectgarbage(option)))
            end
        end})
        collectgarbage()
        log(tostring(collectgarbage("isrunning")))
    """,
    "what debug sees": """
        setmetatable({}, {__gc = function ()
            local info = debug.getinfo(1, "nS")
            log(info.namewhat .. " " .. info.name)
            local caller = debug.getinfo(2, "n")
            log(caller.name)
        end})
        local function collect () collectgarbage() return 1 end
        collect()
    """,
    "no hooks and no yields inside": """
        local events = 0
        local co = coroutine.wrap(function ()
            setmetatable({}, {__gc = function ()
                log(tostring(coroutine.isyieldable()))
                local before = events
                for _ = 1, 10 do local x = {} end
                log(events - before)
                coroutine.yield()
            end})
            debug.sethook(function () events = events + 1 end, "", 1)
            collectgarbage()
            debug.sethook()
            coroutine.yield(1)
        end)
        log(co())
        log(events > 0 and "hooked" or "")
    """,
    "errors do not come out": """
        for _, wrong in ipairs{function () error("message") end, function () error({}) end, {}, 1} do
            setmetatable({}, {__gc = wrong})
        end
        log(tostring(pcall(collectgarbage)))
        local handled
        xpcall(function ()
            setmetatable({}, {__gc = function () error("x") end})
            collectgarbage()
        end, function () handled = true end)
        log(tostring(handled))
    """,
    "a coroutine that is gone": """
        do
            local co = coroutine.create(function ()
                local x <close> = setmetatable({}, {__close = function () log("closed") end,
                                                    __gc = function () log("collected") end})
                coroutine.yield()
            end)
            coroutine.resume(co)
        end
        collectgarbage()
        log("end")
    """,
    "a cycle through an upvalue": """
        local function new ()
            local object = setmetatable({}, {__gc = function () log("collected") end})
            function object.self () return object end
        end
        new()
        collectgarbage()
        log("end")
    """,
    "registers that are in use": """
        local mt = {__gc = function (o) log("gone " .. o[1]) end}
        local function pass (...) collectgarbage() return ... end
        local a = setmetatable({1}, mt)
        pass(setmetatable({2}, mt), a)
        log("back")
        collectgarbage()
        log("end")
        a = a[1]
        collectgarbage()
    """,
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_as_the_reference(program: str) -> None:
    source = "local lines = {} function log(x) lines[#lines + 1] = tostring(x) end\n"
    source += PROGRAMS[program] + "\nreturn table.concat(lines, ', ')"
    state = State()
    open_libraries(state)
    assert first(state.call(state.load(source, "=gc"))) == Reference(encoding="latin-1").execute(source)


@pytest.fixture
def output() -> io.BytesIO:
    return io.BytesIO()


@pytest.fixture
def warnings() -> io.BytesIO:
    return io.BytesIO()


@pytest.fixture
def state(output: io.BytesIO, warnings: io.BytesIO) -> State:
    state = State()
    state.stdout, state.stderr = output, warnings
    open_libraries(state)
    return state


@pytest.fixture
def run(state: State) -> Callable[[str], tuple[LuaValue, ...]]:
    return lambda source: as_tuple(state.call(state.load(source, "=q")))


def test_an_error_is_a_warning(warnings: io.BytesIO, run: Callable[[str], object]) -> None:
    run(
        """
        warn("@on")
        setmetatable({}, {__gc = function () error("message") end})
        setmetatable({}, {__gc = function () error({}) end})
        setmetatable({}, {__gc = 1})
        collectgarbage()
        """
    )
    assert warnings.getvalue().decode().splitlines() == [
        "Lua warning: error in __gc (attempt to call a number value)",
        "Lua warning: error in __gc (error object is not a string)",
        "Lua warning: error in __gc (q:3: message)",
    ]


def test_a_finalizer_runs_while_a_program_only_allocates(run: Callable[[str], tuple[LuaValue, ...]]) -> None:
    source = "local done; setmetatable({}, {__gc = function () done = debug.getinfo(1, 'n').name end}) "
    source += "local s, n = nil, 0 repeat n = n + 1 assert(n < 1e6, 'no cycle') "
    assert run(source + "s = {} until done return done") == ("__gc",)
    assert run(source + "s = 'a' .. 1 until done return done") == ("__gc",)


def test_a_cycle_leaves_the_instruction_that_started_it_intact(
    run: Callable[[str], tuple[LuaValue, ...]],
) -> None:
    """Allocations that start a cycle give their value, also to a variable that a closure captured."""
    run(
        """
        local cycles = 0
        local mt = {}
        mt.__gc = function () cycles = cycles + 1; setmetatable({}, mt) end
        setmetatable({}, mt)
        local i = 0
        repeat
            i = i + 1
            local t = {i}
            local get = function () return t end
            local text = "a" .. i .. "b"
            t = {i + 1}
            assert(get() == t and t[1] == i + 1 and text == "a" .. i .. "b")
            assert(i < 1e6, "no cycles")
        until cycles == 3
        """
    )


def test_closing_runs_what_is_left_in_reverse_order(
    state: State, output: io.BytesIO, run: Callable[[str], object]
) -> None:
    run(
        """
        local mt = {__gc = function (o) print(o[1]) end}
        kept = {}
        for i = 1, 3 do kept[i] = setmetatable({i}, mt) end
        setmetatable({}, {__gc = function ()
            setmetatable({"too late"}, mt)
            print(collectgarbage())
            error("nobody hears")
        end})
        """
    )
    state.close()
    state.close()
    assert output.getvalue() == b"nil\n3\n2\n1\n"


@pytest.mark.parametrize(("arguments", "printed"), [("3", b""), ("3, true", b"closed\nfinalized\n")])
def test_os_exit_closes_the_state_when_told_to(
    output: io.BytesIO, run: Callable[[str], object], arguments: str, printed: bytes
) -> None:
    with pytest.raises(LuaExit) as caught:
        run(
            f"""
            setmetatable({{}}, {{__gc = function () print("finalized") end}})
            local x <close> = setmetatable({{}}, {{__close = function (_, e) print("closed", e) end}})
            coroutine.wrap(function ()
                local y <close> = setmetatable({{}}, {{__close = function () print("not this one") end}})
                pcall(os.exit, {arguments})
            end)()
            """
        )
    assert caught.value.code == 3
    assert output.getvalue().replace(b"\tnil", b"") == printed


def test_a_cycle_through_a_python_object_lasts_until_the_runtime_is_closed() -> None:
    class Holder:
        table: object

    lua = LuaRuntime()
    events: list[str] = []
    table = lua.execute("return setmetatable({}, {__gc = function (o) o.note(o.name) end})")
    table.note, table.name, table.holder = events.append, "in a cycle", Holder()
    table.holder.table = table
    del table
    lua.execute("collectgarbage()")
    assert events == []
    lua.close()
    assert events == ["in a cycle"]


def test_a_runtime_that_is_dropped_runs_no_finalizers() -> None:
    lua = LuaRuntime()
    events: list[str] = []
    lua.execute("local note = ... setmetatable({}, {__gc = function () note('late') end})", events.append)
    del lua
    gc.collect()
    assert events == []


def test_userdata_of_the_host() -> None:
    freed: list[object] = []

    def collect(L: mq_State) -> int:
        freed.append(mq_touserdata(L, 1))
        return 0

    L = mqL_newstate()
    open_libraries(L.engine)
    mqL_newmetatable(L, "Block")
    mq_pushcfunction(L, collect)
    mq_setfield(L, -2, "__gc")
    mq_pop(L, 1)
    for block in ("a", "b"):
        mq_newuserdatauv(L, block)
        mqL_newmetatable(L, "Block")
        mq_setmetatable(L, -2)
    L.engine.call(L.engine.globals.get("collectgarbage"))
    assert freed == []
    mq_pop(L, 1)
    L.engine.call(L.engine.globals.get("collectgarbage"))
    assert freed == ["b"]
    mq_close(L)
    assert freed == ["b", "a"]


def test_a_host_may_forbid_finalizers() -> None:
    L = mqL_newstate()
    open_libraries(L.engine)
    mqx_nofinalizers(L)
    L.engine.call(
        L.engine.load("setmetatable({}, {__gc = function () ran = true end}) collectgarbage()", "=q")
    )
    mq_close(L)
    assert L.engine.globals.get("ran") is None


def test_an_exception_of_the_host_in_a_finalizer_is_a_warning_too(
    state: State, warnings: io.BytesIO, run: Callable[[str], object]
) -> None:
    def fail(*_: LuaValue) -> LuaValue:
        raise ValueError("from the host")

    state.globals.set("fail", fail)
    run("warn('@on') setmetatable({}, {__gc = fail}) collectgarbage()")
    assert warnings.getvalue() == b"Lua warning: error in __gc (error object is not a string)\n"
