# Python lists that a script doubles, and puts into themselves, and turns into text.
# run: -> held|MemoryExceeded|DeadlineExceeded
"""A list of the host's must not become a bomb."""

SCRIPT = """
local attributes = python.as_attrgetter
assert(not pcall(function() attributes(list).extend(list) end))
local l = list
for i = 1, 40 do
  local c = attributes(l).copy()
  pcall(attributes(c).append, l)
  l = c
  tostring(l)
end
pcall(attributes(list).append, list)
assert(#tostring(list) < 10000)
return "held"
"""


def attack(runtime, environment):  # type: ignore[no-untyped-def]  # any runtime
    environment["list"] = [1, 2, 3]
    return runtime.execute(SCRIPT, environment=environment)
