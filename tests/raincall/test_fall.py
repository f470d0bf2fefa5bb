"""RAIN.FALL: results, errors, what a script sees, and that scripts do not meet."""

from __future__ import annotations

import gc
import math
from collections.abc import Iterator

import pytest
import redis

from raincall import fall, results
from raincall.fall import Evaluator, FallEngine
from raincall.reply import NIL, Reply, array, boolean, bulk, double, error, integer, status
from raincall.server import Server
from raincall.server.testing import Wire, running


class Recorder:
    """A backend that answers every command by OK and remembers it."""

    def __init__(self) -> None:
        self.calls: list[list[bytes]] = []

    def call(self, argv: list[bytes]) -> Reply:
        self.calls.append(argv)
        return status("OK")

    def close(self) -> None:
        pass


@pytest.fixture
def evaluator(engine: str) -> Evaluator:
    return Evaluator(Recorder())


def run(evaluator: Evaluator, source: str | bytes, *args: bytes) -> Reply:
    return evaluator.evaluate(source.encode() if isinstance(source, str) else source, list(args))


def message(evaluator: Evaluator, source: str | bytes) -> str:
    """Run a script that fails and return its error without ``ERR RAIN.FALL: ``."""
    reply = run(evaluator, source)
    assert reply.kind == "error", reply
    assert reply.value.startswith(b"ERR RAIN.FALL: ")
    return str(reply.value[15:].decode("utf-8", "replace"))


# Results


@pytest.mark.parametrize(
    ("source", "reply"),
    [
        ("", NIL),
        ("return", NIL),
        ("return nil, 1", NIL),
        ("return 1, 2", integer(1)),
        ("return true", boolean(True)),
        ("return false", boolean(False)),
        ("return math.mininteger", integer(-(2**63))),
        ("return 1.0", double(1.0)),
        ("return 0/0", double(math.nan)),
        ("return '\\0\\255é'", bulk(b"\0\xff\xc3\xa9")),
        ("return {}", array([])),
        ("return {1, 'x', {true, {}}}", array([integer(1), bulk("x"), array([boolean(True), array([])])])),
        ("return {1, 2, nil, 4, n = 5}", array([integer(1), integer(2), NIL, integer(4), NIL])),
        ("return table.pack(nil, nil)", array([NIL, NIL])),
        ("return {1, 2, n = 1}", array([integer(1)])),
        ("return {1, 2, n = -1}", array([integer(1), integer(2)])),
        ("return {1, 2, n = 1.0}", array([integer(1), integer(2)])),
        ("return {1, 2, n = '1'}", array([integer(1), integer(2)])),
        ("return {x = 1}", array([])),
        (
            "return setmetatable({}, {"
            "__len = function() return 2 end, __index = function(_, i) return i * 10 end})",
            array([integer(10), integer(20)]),
        ),
        ("local t = {} return {t, t}", array([array([]), array([])])),
        ("return ('x'):rep(3)", bulk("xxx")),
    ],
)
def test_results(evaluator: Evaluator, source: str, reply: Reply) -> None:
    assert run(evaluator, source) == reply


def test_negative_zero_keeps_its_sign(evaluator: Evaluator) -> None:
    assert math.copysign(1, run(evaluator, "return -0.0").value) == -1


def test_arguments_are_strings(evaluator: Evaluator) -> None:
    assert run(evaluator, "return {...}", b"1", b"", b"\0\xff") == array(
        [bulk("1"), bulk(""), bulk(b"\0\xff")]
    )
    assert run(evaluator, "return type(...)", b"1") == bulk("string")
    assert run(evaluator, "return select('#', ...)") == integer(0)


# Errors


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("return print", "unsupported Lua return type: function"),
        ("return {1, {coroutine.create(print)}}", "unsupported Lua return type: thread"),
        ("local t = {} t[1] = {t} return t", "table contains itself"),
        ("local t = {} for _ = 1, 200 do t = {t} end return t", "table is nested too deeply"),
        (
            "return setmetatable({}, {__len = function() return 1 end,"
            " __index = function(t) return setmetatable({}, getmetatable(t)) end})",
            "table is nested too deeply",
        ),
        ("return {n = 1 << 40}", "table holds too many values"),
        ("local t = {n = 300000} return {t, t, t, t, t}", "table holds too many values"),
        ("return setmetatable({}, {__len = function() error('no', 0) end})", "no"),
        ("return setmetatable({}, {__len = function() return 'x' end})", "object length is not an integer"),
        ("error('boom')", "RAIN.FALL:1: boom"),
        ("\n\nerror('a\\r\\nb\\nc')", "RAIN.FALL:3: a  b c"),
        ("error('plain', 0)", "plain"),
        ("error(12)", "12"),
        ("error()", "(error object is a nil value)"),
        ("error({})", "(error object is a table value)"),
        ("error(setmetatable({}, {__tostring = function() return 'me' end}))", "me"),
        ("error(setmetatable({}, {__tostring = function() error('worse', 0) end}))", "worse"),
        ("x x", "RAIN.FALL:1: syntax error near 'x'"),
        ("return x.y", "RAIN.FALL:1: attempt to index a nil value (global 'x')"),
        ("local function f() return f() + 1 end return f()", "RAIN.FALL:1: stack overflow"),
        (b"\x1bLua\x54\0", "attempt to load a binary chunk (mode is 't')"),
        (b"return " + b"x" * 5_000_000, "source is longer than 524288 bytes"),
        ("coroutine.yield(1)", "attempt to yield from outside a coroutine"),
    ],
)  # fmt: skip
def test_errors(evaluator: Evaluator, source: str | bytes, expected: str) -> None:
    assert message(evaluator, source).startswith(expected)
    assert run(evaluator, "return 'still here'") == bulk("still here")


def test_without_a_backend() -> None:
    evaluator = Evaluator(None)
    assert message(evaluator, 'RAIN.CALL("PING")') == "RAIN.CALL: host bridge is not installed"


def test_a_fault_of_the_host_stops_nothing(evaluator: Evaluator, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Recorder):
        def call(self, argv: list[bytes]) -> Reply:
            raise RuntimeError("broken backend")

    broken = Evaluator(Broken())
    assert "broken backend" in message(broken, "return RAIN.CALL('X')")
    assert run(broken, "return 1") == integer(1)


# What a script sees


def test_only_safe_functions_exist(evaluator: Evaluator) -> None:
    assert run(
        evaluator, "local t = {} for k in pairs(_G) do t[#t + 1] = k end table.sort(t) return t"
    ) == array(
        [
            bulk(name)
            for name in [
                "RAIN",
                "_G",
                "_VERSION",
                "assert",
                "collectgarbage",
                "coroutine",
                "error",
                "getmetatable",
                "ipairs",
                "load",
                "math",
                "next",
                "os",
                "pairs",
                "pcall",
                "print",
                "rawequal",
                "rawget",
                "rawlen",
                "rawset",
                "select",
                "setmetatable",
                "string",
                "table",
                "tonumber",
                "tostring",
                "type",
                "utf8",
                "warn",
                "xpcall",
            ]
        ]
    )
    names = "local t = {} for k in pairs(os) do t[#t + 1] = k end table.sort(t) return t"
    assert run(evaluator, names) == array([bulk(name) for name in ("clock", "date", "difftime", "time")])
    assert run(evaluator, "return rawequal(_G, _ENV)") == boolean(True)
    assert run(evaluator, "return RAIN.CONNECT") == NIL


def test_print_and_warn_go_to_the_output() -> None:
    lines: list[bytes] = []
    evaluator = Evaluator(None, lines.append)
    run(evaluator, "print('a\\255', 1, nil, setmetatable({}, {__tostring = function() return 'me' end}))")
    run(evaluator, "print() warn('@on') warn('care', 'ful')")
    assert lines == [b"a\xff\t1\tnil\tme", b"", b"Lua warning: careful"]


def test_load_takes_text_only_and_the_scripts_globals(evaluator: Evaluator) -> None:
    assert run(evaluator, "x = 5 return load('return x')()") == integer(5)
    assert run(evaluator, "load('x = 6')() return x") == integer(6)
    assert run(evaluator, "return load('return x', 'c', 't', {x = 7})()") == integer(7)
    assert run(evaluator, "return load('return x', 'c', 't', nil) ~= nil") == boolean(True)
    pieces = "local p = {'return ', '8'} local i = 0 return load(function() i = i + 1 return p[i] end)()"
    assert run(evaluator, pieces) == integer(8)
    assert run(evaluator, "return select(2, load('x x', '=c'))") == bulk("c:1: syntax error near 'x'")
    for mode in ("", ", 'c', 'b'", ", 'c', 'bt'"):
        reply = run(evaluator, f"return {{load(string.dump(function() end){mode})}}")
        assert reply.value[0] == NIL
        assert reply.value[1].value.startswith(b"attempt to load a binary chunk")


def test_collectgarbage_counts_and_no_more(evaluator: Evaluator) -> None:
    assert run(evaluator, "return collectgarbage('count') > 0") == boolean(True)
    assert run(evaluator, "return {collectgarbage(), collectgarbage('stop')}") == array(
        [integer(0), integer(0)]
    )


# Scripts do not meet

_NO = boolean(False)
_ALL = array([bulk("function"), bulk("table"), bulk("table")])


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("leak = 1", "return leak", NIL),
        ("_G.leak = 1 _ENV.leak2 = 2", "return leak or leak2", NIL),
        ("rawset(_G, 'leak', 1)", "return leak", NIL),
        ("load('leak = 1')()", "return leak", NIL),
        ("print = nil string = nil RAIN = nil", "return {type(print), type(string), type(RAIN)}", _ALL),
        ("for k in pairs(_G) do rawset(_G, k, nil) end", "return tostring(1)", bulk("1")),
        ("setmetatable(_G, {__index = function() return 'leak' end})", "return leak", NIL),
        ("setmetatable(_ENV, {__newindex = error})", "x = 1 return x", integer(1)),
        ("x = 1 return function() end", "return x", NIL),
        ("error({})", "return x", NIL),
        ("co = coroutine.wrap(function() coroutine.yield() end) co()", "return co", NIL),
        ("math.randomseed(1)", "local r = math.random(0) math.randomseed(1) return r == math.random(0)", _NO),
    ],
)  # fmt: skip
def test_nothing_of_a_script_stays(evaluator: Evaluator, first: str, second: str, expected: Reply) -> None:
    run(evaluator, first)
    assert run(evaluator, second) == expected


@pytest.mark.parametrize(
    "source",
    [
        *(
            f"{library}.leak = 1"
            for library in ("string", "table", "math", "utf8", "coroutine", "os", "RAIN")
        ),
        "string.format = nil",
        "rawset(string, 'leak', 1)",
        "rawset(RAIN, 'CALL', print)",
        "table.insert(table, 1)",
        "math.pi = 3",
        "(''):format().__index = 1 string.upper = 1",
    ],
)
def test_libraries_are_read_only(evaluator: Evaluator, source: str) -> None:
    assert "read-only table" in message(evaluator, source) or "attempt to" in message(evaluator, source)
    assert run(
        evaluator, "return string.leak or table[1] or math.pi == 3 or ('x'):upper() ~= 'X'"
    ) == boolean(False)


def test_metatables_of_shared_values_are_out_of_reach(evaluator: Evaluator) -> None:
    assert run(evaluator, "return getmetatable('')") == boolean(False)
    assert run(evaluator, "return getmetatable(string)") == boolean(False)
    assert "protected metatable" in message(evaluator, "setmetatable(string, {})")


def test_a_script_that_was_compiled_once_starts_afresh_each_time(evaluator: Evaluator) -> None:
    counter = "n = (n or 0) + 1 local function f() n = n + 1 end f() return n"
    assert [run(evaluator, counter) for _ in range(3)] == [integer(2)] * 3


def test_compiled_sources_are_kept_within_bounds(
    evaluator: Evaluator, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[bytes] = []
    load = fall.mqL_loadbufferx

    def counting(L: fall.mq_State, source: bytes, name: str, mode: str) -> int:
        compiled.append(source)
        return load(L, source, name, mode)

    monkeypatch.setattr(fall, "mqL_loadbufferx", counting)
    monkeypatch.setattr(fall, "MAX_CACHED", 2)
    for source in ("return 1", "return 2", "return 1", "return 3", "return 1", "return 2"):
        assert run(evaluator, source) == integer(int(source[-1]))
    assert compiled == [b"return 1", b"return 2", b"return 3", b"return 2"]
    monkeypatch.setattr(fall, "MAX_CACHED_SOURCE", 30)
    compiled.clear()
    for source in ("return 4 -- " + "x" * 10, "return 5 -- " + "x" * 10, "return 4 -- " + "x" * 10):
        run(evaluator, source)
    assert len(compiled) == 3


def test_the_limits_are_those_documented() -> None:
    assert (fall.MAX_SOURCE, results.MAX_DEPTH, results.MAX_VALUES) == (524288, 100, 1_000_000)


# Through real clients


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running(lambda: Server(FallEngine)) as server:
        yield server


@pytest.fixture(params=[2, 3])
def client(server: Server, request: pytest.FixtureRequest) -> Iterator[redis.Redis]:
    """redis-py in either protocol."""
    host, port = server.address
    with redis.Redis(host=host, port=port, protocol=request.param) as client:
        client.flushall()
        yield client


def falls(client: redis.Redis, source: str, *args: str | bytes) -> object:
    return client.execute_command("RAIN.FALL", source, *args)


def test_the_proven_examples(client: redis.Redis) -> None:
    assert falls(client, "return RAIN.CALL('PING')") == b"PONG"
    assert falls(client, "RAIN.CALL('SET','moon','quake'); return RAIN.CALL('GET','moon')") == b"quake"
    assert client.get("moon") == b"quake"
    kind, count = falls(client, "local cmds = RAIN.CALL('COMMAND','LIST'); return {type(cmds), #cmds}")  # type: ignore[misc]  # a list
    assert kind == b"table"
    assert count == len(client.execute_command("COMMAND LIST"))
    assert count > 200


def test_results_in_either_protocol(client: redis.Redis, request: pytest.FixtureRequest) -> None:
    protocol = request.node.callspec.params["client"]
    source = "return {nil, true, false, 7, 1.5, 3.0, 1e100, 'x', {1}, n = 9}"
    floats = [b"1.5", b"3", b"1e+100"] if protocol == 2 else [1.5, 3.0, 1e100]
    booleans = [1, 0] if protocol == 2 else [True, False]
    assert falls(client, source) == [None, *booleans, 7, *floats, b"x", [1]]
    assert falls(client, "return nil") is None


def test_errors_reach_the_client(client: redis.Redis) -> None:
    for source, expected in (
        ("return print", "RAIN.FALL: unsupported Lua return type: function"),
        (
            "RAIN.CALL('SET', 'k', 'v') RAIN.CALL('LPUSH', 'k', 'x')",
            "RAIN.FALL: WRONGTYPE Operation against a key",
        ),
        ("RAIN.CALL('NOSUCH')", "RAIN.FALL: ERR unknown command 'NOSUCH'"),
        ("RAIN.CALL('GET')", "RAIN.FALL: ERR wrong number of arguments for 'get' command"),
        ("RAIN.CALL()", "RAIN.FALL: RAIN.CALL: expected command name"),
        (
            "RAIN.CALL('BLPOP', 'k', '0')",
            "RAIN.FALL: RAIN.CALL: command is not allowed by the in-process backend",
        ),
        ("RAIN.CALL('RAIN.FALL', 'return 1')", "RAIN.FALL: RAIN.CALL: command is not allowed"),
        ("local t = {1, 2} t[3] = t return t", "RAIN.FALL: table contains itself"),
    ):
        with pytest.raises(redis.ResponseError) as caught:
            falls(client, source)
        assert str(caught.value).startswith(expected)
    assert client.get("k") == b"v"
    with pytest.raises(redis.ResponseError, match=r"wrong number of arguments for 'rain\.fall' command"):
        client.execute_command("RAIN.FALL")


def test_a_script_runs_in_the_callers_database(server: Server) -> None:
    host, port = server.address
    with redis.Redis(host=host, port=port, db=3) as third, redis.Redis(host=host, port=port) as default:
        falls(third, "RAIN.CALL('SET', 'where', 'third')")
        assert falls(default, "return RAIN.CALL('GET', 'where')") is None
        assert third.get("where") == b"third"


def test_replies_have_the_shapes_of_the_callers_protocol(
    client: redis.Redis, request: pytest.FixtureRequest
) -> None:
    client.hset("h", "f", "1")
    client.zadd("z", {"m": 1.5})
    source = """
        local h, z = RAIN.CALL('HGETALL', 'h'), RAIN.CALL('ZSCORE', 'z', 'm')
        return {type(h[1]), type(z), h.n}
    """
    if request.node.callspec.params["client"] == 2:
        assert falls(client, source) == [b"string", b"string", 2]
    else:
        assert falls(client, source) == [b"table", b"number", 1]


def test_a_script_has_none_of_the_callers_transaction(server: Server) -> None:
    with Wire(server.address[1]) as wire:
        wire.call("MULTI")
        assert wire.call(
            "RAIN.FALL", "RAIN.CALL('SET', 'in', 'multi') return RAIN.CALL('GET', 'in')"
        ) == status("QUEUED")
        assert wire.call("EXEC") == array([bulk("multi")])


def test_rain_fall_is_listed(client: redis.Redis) -> None:
    assert b"rain.fall" in client.execute_command("COMMAND LIST")
    assert client.execute_command("COMMAND INFO", "rain.fall")[0][:2] == [b"rain.fall", -2]


def test_a_bad_value_leaves_no_half_reply(server: Server) -> None:
    with Wire(server.address[1]) as wire:
        wire.send("RAIN.FALL", "return {1, 2, print}")
        wire.send("PING")
        assert wire.read() == error("ERR RAIN.FALL: unsupported Lua return type: function")
        assert wire.read() == status("PONG")


def test_no_code_of_a_script_runs_after_its_end() -> None:
    """What ``raincall.sandbox`` relies on: else an old script would see, and run as, a later one."""
    backend = Recorder()
    evaluator = Evaluator(backend)
    run(
        evaluator,
        """
        local function late() RAIN.CALL('LATE') end
        setmetatable({}, {__gc = late})
        setmetatable(_G, {__gc = late, __mode = 'k'})
        local function wait() local x <close> = setmetatable({}, {__close = late}) coroutine.yield() end
        coroutine.wrap(wait)()
        """,
    )
    run(evaluator, "return 1")
    gc.collect()
    run(evaluator, "for _ = 1, 30000 do local x = {} end")
    assert backend.calls == []
