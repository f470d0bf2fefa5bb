"""The options of ``collectgarbage``: their results as the reference's, and what the count counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from moonquakes.values import FALSE, TRUE

Run = Callable[..., tuple[Any, ...]]


@pytest.mark.parametrize(
    "calls",
    [
        "collectgarbage()",
        "collectgarbage('collect', 'surplus')",
        "collectgarbage('stop'), collectgarbage('isrunning'), collectgarbage('restart'), "
        "collectgarbage('isrunning')",
        "collectgarbage('setpause', 150), collectgarbage('setpause', 10), collectgarbage('setpause', 5000), "
        "collectgarbage('setpause', -7), collectgarbage('setpause')",
        "collectgarbage('setstepmul', 300), collectgarbage('setstepmul', '41'), "
        "collectgarbage('setstepmul', 2.0)",
        "collectgarbage('generational'), collectgarbage('generational'), collectgarbage('incremental'), "
        "collectgarbage('incremental', 120, 60, 3), collectgarbage('setpause'), collectgarbage('setstepmul')",
        "collectgarbage('incremental', 0, 0), collectgarbage('setpause'), collectgarbage('setstepmul')",
        "math.type(collectgarbage('count'))",
        "select('#', collectgarbage('count'))",
        "collectgarbage('step', 1000000)",
        "collectgarbage('nooption')",
        "collectgarbage({})",
        "collectgarbage('step', 'x')",
        "collectgarbage('setpause', 1.5)",
        "collectgarbage('generational', 1, {})",
    ],
)
def test_results_as_the_reference(same: Callable[[str], None], calls: str) -> None:
    same(f"return {calls}")


def test_the_count_follows_what_is_alive(run: Run) -> None:
    """Each long string counts once, however often it is referred to; dropped values count no more."""
    before, table, grown, shared, after = run(
        """
        local before = collectgarbage("count")
        local t = {}
        for i = 1, 1000 do t[i] = {} end
        local table = collectgarbage("count")
        local s = string.rep("x", 2^20)
        local grown = collectgarbage("count")
        t.a, t.b = s, s
        local shared = collectgarbage("count")
        t, s = nil, nil
        collectgarbage()
        return before, table, grown, shared, collectgarbage("count")
        """
    )
    assert table - before > 50
    assert 1024 <= grown - table < 1025
    assert shared - grown < 1
    assert abs(after - before) < 1


def test_a_step_is_a_cycle(run: Run) -> None:
    """Also while the collector is stopped."""
    source = "local t = setmetatable({{}}, {__mode = 'v'}) collectgarbage('stop') "
    assert run(source + "return collectgarbage('step', 0), #t, collectgarbage('isrunning')") == (
        TRUE,
        0,
        FALSE,
    )


def test_counting_changes_nothing(run: Run) -> None:
    assert run("local t = setmetatable({{}}, {__mode = 'v'}); collectgarbage('count'); return #t") == (1,)
