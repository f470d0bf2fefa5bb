"""Runs attacks, each in a process of its own: JSON requests on standard input, answers on standard output.

The server has imported and warmed up what an attack needs, and forks; so an attack costs milliseconds beside
what it does itself, and what it takes up is its own.
"""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from moonquakes import LimitExceeded, LuaError, LuaRuntime, Sandbox

#: Processor seconds and bytes at which the system ends an attack that nothing else ended.
_MOST_SECONDS = 60
_MOST_BYTES = 2 << 30


def warm_up(engine: str) -> None:
    """Load what is only imported when it is needed."""
    sandbox = Sandbox("scripting", fuel=10_000_000, memory=1 << 26, deadline=10, output=100)
    runtime = LuaRuntime(engine=engine, sandbox=sandbox)  # type: ignore[arg-type]  # one of the two
    runtime.execute("""
        local t = setmetatable({}, {__index = function(_, k) return k end})
        for i = 1, 10 do t[i] = ("%d"):format(i):rep(3):gsub("%d", "x"):upper() .. i end
        local co = coroutine.wrap(function() for i = 1, 10 do pcall(coroutine.yield, i) end end)
        co() co() pcall(error) collectgarbage("count") table.sort({3, 2, 1}, function(a, b) return a < b end)
        load("return 1 + ...")(1) table.concat({1, 2}) string.pack("i4", 1) utf8.char(#t) os.date("%c")
    """)


def peak() -> int:
    """Return the most bytes that were resident since the process began."""
    try:
        text = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return int(text.partition("VmHWM:")[2].split()[0]) * 1024


def attack(path: Path, engine: str, limits: dict[str, Any]) -> dict[str, Any]:
    """Run one attack and tell how it ended."""
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115  # for as long as the process lives
    options: dict[str, Any] = {}
    module = None
    if path.suffix == ".py":
        spec = importlib.util.spec_from_file_location("attack", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        options = getattr(module, "OPTIONS", {})
    runtime = LuaRuntime(engine=engine, sandbox=Sandbox(**limits), **options)  # type: ignore[arg-type]
    runtime.globals().trusted = "trusted"
    environment = runtime.environment()
    before, began = peak(), time.process_time()
    try:
        if module is not None:
            end = str(module.attack(runtime, environment))
        else:
            source = path.read_bytes()
            end = str(runtime.execute(source, name=f"={path.stem}", environment=environment))
    except LimitExceeded as limit:
        end = type(limit).__name__
    except LuaError as error:
        end = f"LuaError:{str(error)[:500]}"
    except BaseException as exception:
        end = f"leak of {type(exception).__name__}: {str(exception)[:500]}"
    seconds, grown = time.process_time() - began, peak() - before
    del environment
    return {"end": end, "seconds": seconds, "grown": grown, "after": "; ".join(complaints(runtime, limits))}


def complaints(runtime: LuaRuntime, limits: dict[str, Any]) -> Iterator[str]:
    """Yield what a runtime cannot do any more after an attack, given a fresh budget."""
    runtime.renew(fuel=10_000_000, deadline=10, output=10_000)
    checks = {
        "1 + 1": 2,
        "trusted": "trusted",
        "('x'):upper()": "X",
        "select(2, pcall(error, 'e', 0))": "e",
        "coroutine.wrap(function(...) return coroutine.yield(...) end)(7)": 7,
        "#string.rep('x', 100000)": 100_000,
        "(function() local t = {} for i = 1, 1000 do t[i] = {i} end return #t end)()": 1000,
        "tostring(print) == tostring(print) and load('return 3')()": 3,
    }
    environment = runtime.environment()
    for code, expected in checks.items():
        try:
            value = runtime.eval(code, environment=environment)
        except BaseException as exception:
            yield f"{code}: {type(exception).__name__}: {exception}"
        else:
            if value not in (expected, str(expected).encode()):
                yield f"{code}: {value!r}"
    try:
        runtime.renew(fuel=100_000, deadline=0.2)
        runtime.close()
    except BaseException as exception:
        yield f"close: {type(exception).__name__}: {exception}"


def in_child(request: dict[str, Any]) -> dict[str, Any]:
    """Run an attack in a new process."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            answer = attack(Path(request["path"]), request["engine"], request["limits"])
        except BaseException as exception:
            answer = {"end": f"broke {type(exception).__name__}: {exception}"}
        with os.fdopen(writing, "w") as pipe:
            json.dump(answer, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    if status or not text:
        return {"end": f"the process ended with {os.waitstatus_to_exitcode(status)}"}
    answer = json.loads(text)
    assert isinstance(answer, dict)
    return answer


def main() -> None:
    for name in ("vm", "fast"):
        warm_up(name)
    for line in sys.stdin:
        print(json.dumps(in_child(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
