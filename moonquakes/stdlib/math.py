"""The math library (§6.7)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from moonquakes.errors import ArgumentError, PendingError
from moonquakes.numbers import NEGATIVE_NAN, divide, to_integer, wrap
from moonquakes.stdlib.arguments import check_integer, check_number
from moonquakes.values import FALSE, MAX_INTEGER, MIN_INTEGER, TRUE, LuaResults, LuaValue
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.state import State

_ABSENT: Final = object()
_MASK: Final = 0xFFFFFFFFFFFFFFFF


def open_math(state: State) -> Table:
    """Return the library's table."""
    library = Table.from_fields(
        {
            "abs": lua_abs,
            "ceil": ceil,
            "floor": floor,
            "fmod": fmod,
            "log": log,
            "modf": modf,
            "atan": atan,
            "deg": deg,
            "rad": rad,
            "tointeger": tointeger,
            "type": math_type,
            "ult": ult,
            "huge": math.inf,
            "pi": math.pi,
            "maxinteger": MAX_INTEGER,
            "mininteger": MIN_INTEGER,
        }
    )
    for name, function, invalid in (
        ("sin", math.sin, NEGATIVE_NAN),
        ("cos", math.cos, NEGATIVE_NAN),
        ("tan", math.tan, NEGATIVE_NAN),
        ("sqrt", math.sqrt, NEGATIVE_NAN),
        ("asin", math.asin, math.nan),
        ("acos", math.acos, math.nan),
        ("exp", math.exp, math.nan),
    ):
        library.set_field(name, _real_function(function, invalid))
    for name, function in (_extremes(state) | random_functions(state)).items():
        library.set_field(name, function)
    for name in ("abs", "floor", "max", "min", "sqrt"):
        state.library_functions[name] = library.hash[name]
    return library


def _real_function(function: Callable[[float], float], invalid: float) -> Callable[..., LuaResults]:
    """Return ``function`` for Lua; ``invalid`` is its result where it has none (C's NaN, with its sign)."""

    def real(x: LuaValue = None, *_: LuaValue) -> LuaResults:
        number = x if x.__class__ is float else float(check_number(1, x))
        try:
            return function(number)
        except ValueError:
            return invalid
        except OverflowError:  # only exp
            return math.inf

    real.__name__ = function.__name__
    return real


def floor(x: LuaValue = None, *_: LuaValue) -> LuaResults:
    number = x if x.__class__ is float else check_number(1, x)
    if number.__class__ is int:
        return number
    if -1.0 * 2.0**63 <= number < 2.0**63:
        return math.floor(number)
    return number


def ceil(x: LuaValue = None, *_: LuaValue) -> LuaResults:
    number = x if x.__class__ is float else check_number(1, x)
    if number.__class__ is int:
        return number
    if -1.0 * 2.0**63 <= number < 2.0**63:
        return math.ceil(number)
    return number


def lua_abs(x: LuaValue = None, *_: LuaValue) -> LuaResults:
    if x.__class__ is int:
        return x if x >= 0 else wrap(-x)
    return abs(float(check_number(1, x)))


def fmod(a: LuaValue = None, b: LuaValue = None, *_: LuaValue) -> LuaResults:
    if a.__class__ is int and b.__class__ is int:
        if b == 0:
            raise ArgumentError(2, "zero")
        remainder = abs(a) % abs(b)
        return -remainder if a < 0 else remainder
    divisor = float(check_number(2, b))
    number = float(check_number(1, a))
    try:
        return math.fmod(number, divisor)
    except ValueError:
        return NEGATIVE_NAN


def modf(x: LuaValue = None, *_: LuaValue) -> LuaResults:
    number = check_number(1, x)
    if number.__class__ is int:
        return number, 0.0
    if number != number or math.isinf(number):
        return number, number if number != number else 0.0
    whole = math.trunc(number)
    fraction = 0.0 if whole == number else number - whole
    return whole if MIN_INTEGER <= whole <= MAX_INTEGER else float(whole), fraction


def log(x: LuaValue = None, base: LuaValue = None, *_: LuaValue) -> LuaResults:
    number = float(check_number(1, x))
    if base is None:
        return _logarithm(math.log, number)
    radix = float(check_number(2, base))
    if radix == 2.0:
        return _logarithm(math.log2, number)
    if radix == 10.0:
        return _logarithm(math.log10, number)
    return divide(_logarithm(math.log, number), _logarithm(math.log, radix))


def _logarithm(function: Callable[[float], float], x: float) -> float:
    try:
        return function(x)
    except ValueError:
        return -math.inf if x == 0.0 else math.nan


def atan(y: LuaValue = None, x: LuaValue = None, *_: LuaValue) -> LuaResults:
    return math.atan2(check_number(1, y), 1.0 if x is None else check_number(2, x))


def deg(x: LuaValue = None, *_: LuaValue) -> LuaResults:
    return check_number(1, x) * (180.0 / math.pi)


def rad(x: LuaValue = None, *_: LuaValue) -> LuaResults:
    return check_number(1, x) * (math.pi / 180.0)


def tointeger(x: LuaValue = _ABSENT, *_: LuaValue) -> LuaResults:
    if x is _ABSENT:
        raise ArgumentError(1, "value expected")
    return to_integer(x)


def math_type(x: LuaValue = _ABSENT, *_: LuaValue) -> LuaResults:
    if x.__class__ is int:
        return "integer"
    if x.__class__ is float:
        return "float"
    if x is _ABSENT:
        raise ArgumentError(1, "value expected")
    return None


def ult(m: LuaValue = None, n: LuaValue = None, *_: LuaValue) -> LuaResults:
    return TRUE if check_integer(1, m) & _MASK < check_integer(2, n) & _MASK else FALSE


def _extremes(state: State) -> dict[str, LuaValue]:
    """Return ``max`` and ``min``, which compare by ``<`` whatever they are given."""

    def lua_max(*values: LuaValue) -> LuaResults:
        if not values:
            raise ArgumentError(1, "value expected")
        try:
            return max(values)
        except TypeError:  # not all numbers, nor all strings
            largest = values[0]
            for value in values[1:]:
                if state.less_than(largest, value):
                    largest = value
            return largest

    def lua_min(*values: LuaValue) -> LuaResults:
        if not values:
            raise ArgumentError(1, "value expected")
        try:
            return min(values)
        except TypeError:
            smallest = values[0]
            for value in values[1:]:
                if state.less_than(value, smallest):
                    smallest = value
            return smallest

    return {"max": lua_max, "min": lua_min}


def random_functions(state: State) -> dict[str, LuaValue]:
    """Return ``random`` and ``randomseed`` over one new generator (xoshiro256**)."""
    s0 = s1 = s2 = s3 = 0

    def seed(first: int, second: int) -> None:
        nonlocal s0, s1, s2, s3
        s0, s1, s2, s3 = first & _MASK, 0xFF, second & _MASK, 0
        for _ in range(16):
            draw()

    def draw() -> int:
        """Return the next 64 random bits."""
        nonlocal s0, s1, s2, s3
        x = s1 * 5 & _MASK
        x = ((x << 7 | x >> 57) & _MASK) * 9 & _MASK
        s2 ^= s0
        s3 ^= s1
        shifted = s1 << 17 & _MASK
        s1 ^= s2
        s0 ^= s3
        s2 ^= shifted
        s3 = (s3 << 45 | s3 >> 19) & _MASK
        return x

    def random(m: LuaValue = _ABSENT, n: LuaValue = _ABSENT, *surplus: LuaValue) -> LuaResults:
        if m is _ABSENT:
            return (draw() >> 11) * 2.0**-53
        if n is _ABSENT:
            low, high = 1, m if m.__class__ is int else check_integer(1, m)
            if high == 0:
                return wrap(draw())
        elif surplus:
            raise PendingError("wrong number of arguments")
        else:
            low, high = check_integer(1, m), check_integer(2, n)
        if low > high:
            raise ArgumentError(1, "interval is empty")
        span = high - low
        mask = (1 << span.bit_length()) - 1
        while True:
            value = draw() & mask
            if value <= span:
                return low + value

    def randomseed(x: LuaValue = _ABSENT, y: LuaValue = None, *_: LuaValue) -> LuaResults:
        if x is _ABSENT:
            first, second = wrap(state.entropy()), wrap(state.entropy())
        else:
            first, second = check_integer(1, x), 0 if y is None else check_integer(2, y)
        seed(first, second)
        return first, second

    seed(state.entropy(), state.entropy())
    return {"random": random, "randomseed": randomseed}
