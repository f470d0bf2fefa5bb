# Objects, functions, classes and exceptions of the host: their dunder attributes, frames and tracebacks.
# run: -> held
"""What a script may see of what the host hands it."""

import datetime
import decimal

SCRIPT = """
local names = {"__class__", "__dict__", "__globals__", "__code__", "__closure__", "__builtins__", "__self__",
  "__func__", "__init__", "__subclasses__", "__mro__", "mro", "__base__", "__bases__", "__module__",
  "__reduce__",
  "__reduce_ex__", "__getattribute__", "__import__", "__loader__", "__spec__", "__wrapped__", "__traceback__",
  "__context__", "__cause__", "with_traceback_", "tb_frame", "gi_frame", "gi_code", "cr_frame", "f_globals",
  "f_back", "f_locals", "co_consts", "_secret", "__dir__", "__format__", "__sizeof__", "__doc__"}
local function look(value, path)
  for _, name in ipairs(names) do
    for _, key in ipairs {name, name .. "\\0"} do
      local ok, result = pcall(function() return value[key] end)
      assert(not ok or result == nil, path .. "." .. name)
      assert(not name:find("^_") or not pcall(function() value[key] = 1 end), path .. "." .. name)
      ok, result = pcall(function() return python.as_attrgetter(value)[key] end)
      assert(not ok or result == nil, path .. " attribute " .. name)
    end
  end
  assert(not getmetatable(value), path)
  assert(not pcall(setmetatable, value, {}), path)
end
for name, value in pairs(given) do look(value, name) end
look(given.object.method, "method")
look(given.object.method(given.object), "result")
look(given.class(1), "instance")
local ok, exception = pcall(given.fails)
assert(not ok)
look(exception, "exception")
ok = pcall(function() return exception.obj end)
assert(not ok)
assert(not pcall(function() return given.object.nothing end))
ok, exception = pcall(given.fails, given.object, {}, print)
look(exception, "exception of arguments")
return "held"
"""


class Thing:
    """An object with something public and something not."""

    _secret = "secret"

    def __init__(self, value: int = 0) -> None:
        self.value = value

    def method(self, *_: object) -> "Thing":
        return self


def function(*values: object) -> object:
    return values[0] if values else None


def fails(*_: object) -> None:
    return function.missing  # type: ignore[attr-defined]  # the failure


def generator():  # type: ignore[no-untyped-def]  # an example
    yield 1


def attack(runtime, environment):  # type: ignore[no-untyped-def]  # any runtime
    given = {
        "object": Thing(),
        "class": Thing,
        "function": function,
        "fails": fails,
        "builtin": len,
        "generator": generator(),
        "date": datetime.datetime(2000, 1, 1),
        "decimal": decimal.Decimal(1),
        "module": datetime,
        "exception": ValueError("x"),
    }
    environment["given"] = runtime.table_from(given)
    return runtime.execute(SCRIPT, environment=environment)
