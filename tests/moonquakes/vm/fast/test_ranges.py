"""Do sums wrap around where they must, and only there, whatever is known of their operands (§3.4.1)?"""

from __future__ import annotations

import pytest

from moonquakes.compiler import compile_source
from moonquakes.stdlib import open_libraries
from moonquakes.values import as_tuple
from moonquakes.vm.fast.arithmetic import HAS_WORDS
from moonquakes.vm.fast.chunk import translate
from moonquakes.vm.state import State

PROGRAMS = {
    "constants": "local a, b = math.maxinteger, 9223372036854775807; return a + 1, b + 1, b * b, -b - 2",
    "a chain": "local a, b, c = 1 << 62, 3, -7; return a * b * a + c * a - b, (a + a + a) * c, a * a * a * a",
    "unknown operands": """
local function f(a, b, c) return a * b + c, a + b - c, (a + 1) * (b - 1), a * b * c end
local m = math.maxinteger
local r = {}
for _, v in ipairs{ {m, m, m}, {1 << 62, 4, -1}, {3, 4, 5}, {m, 2.0, 1}, {1.5, m, m}, {m, m, 0.5} } do
  local x, y, z, w = f(v[1], v[2], v[3])
  r[#r + 1] = x; r[#r + 1] = y; r[#r + 1] = z; r[#r + 1] = w
end
return table.unpack(r)""",
    "unknown integers, deferred": """
local function f(a, b, c)
  local t = {}
  if a % 2 == 0 or b & 1 == 0 or c % 3 == 0 then t[1] = 1 end
  return a * b + c, a * a + b * b + c * c, (a + b) * (a - b), a * b * c - a
end
local m = math.maxinteger
local r = {}
for _, v in ipairs{ {m, m, m}, {1 << 62, 4, -1}, {3, 4, 5}, {m, 2.0, 1}, {m, m, 0.5}, {1 << 40, m, 7.0} } do
  local x, y, z, w = f(v[1], v[2], v[3])
  r[#r + 1] = x; r[#r + 1] = y; r[#r + 1] = z; r[#r + 1] = w
end
return table.unpack(r)""",
    "masks and shifts of sums": """
local a, b = 0x7fffffffffffffff, 0x123456789abcdef
for i = 1, 3 do a = (a * 31 + b) & 0xffffffff; b = b * b + i end
local c = b
return a, b, (b * 5) >> 3, (b * 7 + 1) << 5, ((b << 13) + b) & 0xffff, (c * c) | 1, (c * c) ~ c, ~(c * c)""",
    "counters": """
local n, down, by, big = 0, 0, 0, math.maxinteger - 3
for i = 1, 10 do n = n + 1; down = down - 2; by = by + i; big = big + 1 end
return n, down, by, big, n * 3 - down""",
    "a variable that doubles": "local x = 1; for i = 1, 70 do x = x * 2 + 1 end; return x",
    "fibonacci beyond 64 bits": "local a, b = 0, 1; for i = 1, 120 do a, b = b, a + b end; return a, b",
    "two that feed each other": "local a, b = 1, 1; for i = 1, 50 do a = b + a; b = a * 3 end; return a, b",
    "loops at the end of the integers": """
local r, m = {}, math.maxinteger
for i = m - 2, m do r[#r + 1] = i + 1 end
for i = -m, -m - 1, -1 do r[#r + 1] = i - 1 end
for i = m - 1, m, 7 do r[#r + 1] = i * 2 end
for i = 1, 3 do i = i * m; r[#r + 1] = i end
for i = 1, 2, m do r[#r + 1] = i + m end
return table.unpack(r)""",
    "remainders and quotients": """
local s = 42
for i = 1, 100 do s = (s * 1103515245 + 12345) % 2147483648 end
local q, n = s // 7, math.mininteger
return s, q, n // -1, n % -1, n // 1, -(n), -(n // 1), (s * 4294967296) // -1 * 3""",
    "masks of what may be anything": """
local function f(a, b, c, n)
  return (a + b * c - a * a * a) & 0xffffffff, ((a << 13) ~ (b * c) | ~(a + 1)) & 0xffff,
    (a * b * c) & 0x7fffffffffffffff,
    ((a >> n) | (a << (32 - n))) & 0xffffffff, 0xff & (a - b), ((a + b) << 5) & 0xfff,
    ((a ~ c) + b) & -1, (a + b) & c
end
local r = {}
local values = { 0, 1, -1, 12345, 1 << 40, math.mininteger, math.maxinteger, 3.0, '7', 2.5, 'x', {} }
for i, a in ipairs(values) do
  for j, b in ipairs(values) do
    for _, v in ipairs{ pcall(f, a, b, values[(i + j) % 9 + 1], i * 5 % 40) } do r[#r + 1] = tostring(v) end
  end
end
return table.concat(r, ' ')""",
    "shifts by variables": """
local function f(x, n) return x << n, x >> n, (x & 0xff) << n, (x & 0xff) >> n, 1 << n, -1 >> n, x << -n end
local r = {}
for _, x in ipairs{ 0, 1, -1, 12345, 1 << 40, math.mininteger, math.maxinteger, 3.0, '7' } do
  for _, n in ipairs{ 0, 1, 31, 32, 63, 64, 65, -1, -63, -64, 2.0, '3', math.mininteger } do
    for _, v in ipairs{ pcall(f, x, n) } do r[#r + 1] = tostring(v) end
  end
end
r[#r + 1] = select(2, pcall(f, 1.5, 1))
r[#r + 1] = select(2, pcall(f, 1, 'x'))
return table.concat(r, ' ')""",
    "what functions share": """
local base, step, scale, name, count = 10000, 7, 0.5, 'x', 0
local limit = math.maxinteger
local function work(n)
  count = count + 1
  local sum = 0
  for i = 1, n do sum = (sum * step + i // step + (i << 40)) % base; sum = sum + i * limit end
  return sum, n * scale + scale * scale, name .. n, -step, step - base * base * base * base * base, step / 2
end
local function later()
  local x
  local function get() return x and x + 1 end
  local a = get()
  x = 5
  return a, get()
end
local results = table.pack(work(5))
results[#results + 1] = count
local function grow() base = base * base; return base + 1 end
for _ = 1, 3 do results[#results + 1] = grow() end
results[#results + 1] = select(2, later())
results[#results + 1] = tostring((later()))
return table.unpack(results)""",
    "indices that may be negative": """
local t = {10, 20, 30}
local i, j, r = 1, 3, {}
while j > -3 do r[#r + 1] = tostring(t[j]); j = j - 1 end
for k = -1, 4 do r[#r + 1] = tostring(t[k]) end
for k = 3, -1, -1 do r[#r + 1] = tostring(t[k]); t[k] = k end
return table.concat(r, ' '), t[0], t[-1], #t""",
    "several appends in one assignment": """
local a, b = {}, {}
for i = 1, 5 do a[#a + 1], b[#b + 1] = i, -i end
return #a, #b, a[5], b[5], next(a), select('#', table.unpack(b))""",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_results_are_those_of_the_vm(program: str) -> None:
    def run(engine: str) -> list[tuple[str, object]]:
        state = State(engine)
        open_libraries(state)
        results = as_tuple(state.call(state.load(program, "=program")))
        return [(type(value).__name__, repr(value)) for value in results]

    assert run("fast") == run("vm")


def text_of(program: str) -> str:
    return translate(compile_source(program, "=program")).text


@pytest.mark.parametrize(
    "program",
    [
        "local n = 0; for i = 1, 10 do n = n + 1 end; return n",
        "local s = 1; for i = 1, 10 do s = (s * 3877 + 29573) % 139968 end; return s",
        "local h = 0; for i = 1, 10 do h = (h * 31 + i) & 0xffffffff end; return h",
        "local t = {}; for i = 1, 10 do t[i] = i * 2 + 1 end; return t",
    ],
)
def test_what_cannot_wrap_is_not_looked_at(program: str) -> None:
    assert "W(" not in text_of(program)


@pytest.mark.skipif(HAS_WORDS, reason="PyPy computes in words of 64 bits, which wrap by themselves")
@pytest.mark.parametrize(
    ("program", "looks"),
    [
        ("local a, b, c = 2, 3, 5; while a < 999 do a, b, c = a * b + c * a - b, a * a, b * c end", 3),
        ("local x = 1; for i = 1, 100 do x = x * 3 end", 1),
        ("local n = math.maxinteger; return n + 1", 1),
    ],
)
def test_a_sum_is_looked_at_once(program: str, looks: int) -> None:
    assert text_of(program).count("W(") == looks
