"""Work on tables grows with the number of elements, and no faster: lines of Python are counted, not time."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from moonquakes.stdlib import open_libraries
from moonquakes.vm.state import State

JOBS = {
    "append": "for i = 1, n do t[#t + 1] = i end",
    "insert and remove at the end": """
        for i = 1, n do table.insert(t, i) end
        for i = 1, n do table.remove(t) end
    """,
    "fill backwards": "for i = n, 1, -1 do t[i] = #t end",
    "fill in two goes": "for i = 1, n, 2 do t[i] = i end for i = 2, n, 2 do t[i] = i end",
    "sparse": "for i = 1, n do t[i * 1000] = i end",
    "walk by next": "for i = 1, n do t[i] = i t[i / 7] = i end local k repeat k = next(t, k) until k == nil",
    "clear while walking": """
        for i = 1, n do t[i] = i t['k' .. i] = i end
        for k in pairs(t) do t[k] = nil end
    """,
    "clear behind next": """
        for i = 1, n do t['k' .. i] = i end
        local k = next(t)
        while k do local following = next(t, k); t[k] = nil; k = following end
    """,
    "clear every second while walking": """
        for i = 1, n do t[i] = i t['k' .. i] = i end
        for k, v in next, t do if v % 2 == 0 then t[k] = nil end end
    """,
    "queue": """
        local first = 1
        for i = 1, n do t[i] = i; if i % 3 == 0 then t[first] = nil; first = first + 1 end end
        while t[first] do t[first] = nil; first = first + 1 end
    """,
    "short queue": "for i = 1, n do t[i] = i; t[i - 10] = nil end",
    "keys that come and go": "for i = 1, n do t['k' .. i] = true; t['k' .. i - 10] = nil end",
    "grow and shrink": """
        for _ = 1, 10 do
            for i = 1, n // 10 do t[i] = i end
            for i = n // 10, 1, -1 do t[i] = nil end
        end
    """,
    "nils from the front": "for i = 1, n do t[i] = i end for i = 1, n do t[i] = nil end",
    "nils from the back": "for i = 1, n do t[i] = i end for i = n, 1, -2 do t[i] = nil; t.n = #t end",
    "an end that comes and goes": """
        for i = 1, n do t[i] = i end
        for i = 2, n - 1 do t[i] = nil end
        for i = 1, n do t[n] = nil; t[n] = 1 end
    """,
    "walks begun while it grows": "for i = 1, n do t['k' .. i] = i; for _ in pairs(t) do break end end",
}

_SMALL, _TIMES = 400, 4


def lines_of(engine: str, job: str, n: int) -> int:
    """Return how many lines of Python run while a job does ``n`` elements."""
    state = State(engine=engine)
    open_libraries(state)
    function: Any = state.call(state.load(f"return function (n) local t = {{}} {job} end", "=growth"))
    state.call(function, 20)  # slow paths are compiled
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        state.call(function, n)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("job", JOBS)
def test_work_grows_with_the_elements(engine: str, job: str) -> None:
    small = lines_of(engine, JOBS[job], _SMALL)
    assert small > _SMALL / 2
    assert lines_of(engine, JOBS[job], _TIMES * _SMALL) < 1.25 * _TIMES * small


def test_what_is_quadratic_is_found(engine: str) -> None:
    job = "for i = 1, n do t[i] = i; for _ in pairs(t) do end end"
    assert lines_of(engine, job, _TIMES * 50) > 2 * _TIMES * lines_of(engine, job, 50)
