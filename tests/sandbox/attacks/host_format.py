# Format strings over host objects, where strings are Python's.
# run: -> held
"""``str.format`` reads attributes: no script may call it."""

OPTIONS = {"encoding": None}
SCRIPT = b"""
for _, name in ipairs {"format", "format_map", "ljust", "center", "zfill", "join", "replace", "translate"} do
  local ok, f = pcall(function() return python.as_attrgetter(text)[name] end)
  assert(not ok, name)
end
return "held"
"""


def attack(runtime, environment):  # type: ignore[no-untyped-def]  # any runtime
    runtime.execute(b"text = ...", "{0.__class__}", environment=environment)
    return runtime.execute(SCRIPT, environment=environment).decode()
