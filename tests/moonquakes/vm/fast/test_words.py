"""Sums, products and shifts of integers that wrap around, of known and of unknown kinds (§3.4.1, §3.4.2)."""

from __future__ import annotations

import pytest

from moonquakes import LuaRuntime

PROGRAMS = {
    "a linear congruence": (
        "local x = 1 for i = 1, 50 do x = x * 6364136223846793005 + 1442695040888963407 end return x",
        3362576235316672587,
    ),
    "shifts": (
        "local y = 88172645463325252 for i = 1, 100 do "
        "y = y ~ y << 13 y = y ~ y >> 7 y = y ~ y << 17 end return y",
        -7793523505660668176,
    ),
    "a product of parameters": (
        "local function f(a, b) return a * b + a - b end return f(math.maxinteger, 3)",
        9223372036854775807 * 3 + 9223372036854775807 - 3 - (1 << 65),
    ),
    "below the least": (
        "local x = math.mininteger local y = x - 1 return y",
        9223372036854775807,
    ),
    "the least itself": (
        "local function f(a, b) return a - b end return f(-9223372036854775807, 1)",
        -(1 << 63),
    ),
    "a float without fraction is shifted": (
        "local function f(a) return (a << 3) + (a >> 1) end return f(16.0)",
        136,
    ),
    "a negative one to the right": (
        "local x = -1 for i = 1, 3 do x = x >> 1 end return x",
        (1 << 61) - 1,
    ),
    "floats stay floats": (
        "local s = 0 for i = 1, 3 do s = s + i * 0.5 end return s",
        3.0,
    ),
    "a sum that turns from integer to float": (
        "local s = 1 << 62 s = s + s s = s + 0.5 return s",
        -(2**63) + 0.5,
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_integers_wrap_around(name: str) -> None:
    program, expected = PROGRAMS[name]
    for engine in ("fast", "vm"):
        result = LuaRuntime(engine=engine).execute(program)
        assert (type(result), result) == (type(expected), expected)


def test_what_is_no_integer_is_refused() -> None:
    lua = LuaRuntime()
    for operation in ("a << 3", "a >> 3", "a * 3"):
        with pytest.raises(Exception, match=r"attempt to perform .* on a (nil|table) value"):
            lua.execute(f"local function f(a) return {operation} end f({{}})")
