"""How do ``os.date`` and ``os.time`` turn seconds into dates and back (§6.9)?"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final

from moonquakes.errors import ArgumentError, PendingError
from moonquakes.numbers import to_integer
from moonquakes.stdlib.arguments import check_integer, check_table, optional_string
from moonquakes.values import FALSE, TRUE, LuaResults, LuaValue
from moonquakes.vm.table import Table, new_table

if TYPE_CHECKING:
    from moonquakes.vm.state import State

#: C's ``int``, of which the fields of its ``struct tm`` are.
_INT_MIN: Final = -(2**31)
_INT_MAX: Final = 2**31 - 1

#: Seconds in 400 years.
_CYCLE: Final = 146_097 * 86_400
_FAR: Final = 2**52

#: The conversions of C99's ``strftime``, with its modifiers; after an unknown one
#: comes what the message quotes.
_CONVERSION: Final = re.compile(
    r"%(?:([aAbBcCdDeFgGhHIjmMnprRStTuUVwWxXyYzZ%]|E[cCxXyY]|O[deHImMSuUVwWy])|([EO]?.?))", re.DOTALL
)

#: Fields that ``os.time`` reads: key, default (None: must be there), what C adds to it.
_FIELDS: Final = (
    ("year", None, 1900),
    ("month", None, 1),
    ("day", None, 0),
    ("hour", 12, 0),
    ("min", 0, 0),
    ("sec", 0, 0),
)


def date_functions(state: State) -> dict[str, LuaValue]:
    """Return ``date`` and ``time``."""

    def date(format: LuaValue = None, moment: LuaValue = None, *_: LuaValue) -> LuaResults:
        text = optional_string(1, format, "%c")
        seconds = int(state.time()) if moment is None else check_integer(2, moment)
        utc = text.startswith("!")
        text = text[utc:]
        try:
            fields = _split(seconds, utc)
            if text != "*t":
                return _format(text, fields, utc)
        except (OverflowError, OSError, ValueError):
            raise PendingError("date result cannot be represented in this installation") from None
        table = new_table()
        for key, value in _date_fields(fields).items():
            table.set(key, value)
        return table

    def lua_time(table: LuaValue = None, *_: LuaValue) -> LuaResults:
        if table is None:
            return int(state.time())
        check_table(1, table)
        year, month, day, hour, minute, second = (_field(state, table, *field) for field in _FIELDS)
        isdst = state.index(table, "isdst")
        dst = -1 if isdst is None else 0 if isdst is FALSE else 1
        try:
            result = _seconds(year, month, day, hour, minute, second, dst)
            fields = _split(result, False)
        except (OverflowError, OSError, ValueError):
            result = -1
        if result == -1:  # C's mark of failure
            raise PendingError("time result cannot be represented in this installation")
        for key, value in _date_fields(fields).items():
            state.set_index(table, key, value)
        return result

    return {"date": date, "time": lua_time}


def _seconds(year: int, month: int, day: int, hour: int, minute: int, second: int, dst: int) -> int:
    """Return the seconds since the epoch of a local date, whose fields may be out of their ranges."""
    years, month = divmod(month - 1, 12)
    year += years
    # Python's mktime is inexact for years far away; the calendar repeats after 400.
    cycles = 0 if abs(year) < 10_000 else year // 400 - 5
    fields = (year - 400 * cycles, month + 1, day, hour, minute, second, 0, 0, dst)
    return int(time.mktime(fields)) + cycles * _CYCLE


def _split(seconds: int, utc: bool) -> time.struct_time:
    """Return the date of a time; raises OverflowError and others when its year is no C ``int``."""
    # PyPy counts in floats, which are not exact far away.
    cycles = 0 if abs(seconds) < _FAR else seconds // _CYCLE - 5
    near = seconds - cycles * _CYCLE
    fields = time.gmtime(near) if utc else time.localtime(near)
    year = fields.tm_year + 400 * cycles
    if not _INT_MIN <= year - 1900 <= _INT_MAX:
        raise OverflowError
    return time.struct_time((year, *fields[1:], fields.tm_zone, fields.tm_gmtoff)) if cycles else fields


def _date_fields(fields: time.struct_time) -> dict[str, LuaValue]:
    """Return a date as Lua's table has it: months and weekdays count from 1, Sunday first."""
    return {
        "year": fields.tm_year,
        "month": fields.tm_mon,
        "day": fields.tm_mday,
        "hour": fields.tm_hour,
        "min": fields.tm_min,
        "sec": fields.tm_sec,
        "yday": fields.tm_yday,
        "wday": (fields.tm_wday + 1) % 7 + 1,
        "isdst": TRUE if fields.tm_isdst > 0 else FALSE,
    }


def _format(text: str, fields: time.struct_time, utc: bool) -> str:
    def convert(match: re.Match[str]) -> str:
        conversion, unknown = match.groups()
        if conversion is None:
            raise ArgumentError(1, f"invalid conversion specifier '%{unknown}'")
        if utc and conversion == "Z":
            return "GMT"
        offset = fields.tm_gmtoff
        if conversion == "z" and offset is not None:  # PyPy's strftime does not look at it
            hours, minutes = divmod(abs(offset) // 60, 60)
            return f"{'-' if offset < 0 else '+'}{hours:02}{minutes:02}"
        return time.strftime("%" + conversion, fields)

    return _CONVERSION.sub(convert, text)


def _field(state: State, table: Table, key: str, default: int | None, delta: int) -> int:
    value = state.index(table, key)
    number = to_integer(value)
    if number is None:
        if value is not None:
            raise PendingError(f"field '{key}' is not an integer")
        if default is None:
            raise PendingError(f"field '{key}' missing in date table")
        return default
    if not _INT_MIN <= number - delta <= _INT_MAX:
        raise PendingError(f"field '{key}' is out-of-bound")
    return number
