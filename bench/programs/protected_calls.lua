-- Errors raised and caught: pcall, error with tables and strings, xpcall with handlers, assert, clean-up.
-- test scale: 60
local N = tonumber(arg and arg[1]) or 130000

local function parse_amount(text)
  local amount = tonumber(text)
  if not amount then error("not a number: " .. text, 0) end
  if amount < 0 then error({ code = "negative", amount = amount }) end
  return amount
end

local sum, bad, negative = 0, 0, 0
for i = 1, N do
  local text = i % 7 == 0 and "x" .. i or i % 5 == 0 and "-" .. i or tostring(i)
  local ok, result = pcall(parse_amount, text)
  if ok then
    sum = sum + result
  elseif type(result) == "table" then
    negative = negative + result.amount
  else
    bad = bad + #result
  end
end
print(sum, bad, negative)

local function deep(n)
  if n == 0 then error("bottom", 0) end
  return deep(n - 1) + 1
end
local handled = 0
local function handler(message)
  handled = handled + 1
  return message .. "!"
end
local letters = 0
for i = 1, N // 10 do
  local _, message = xpcall(deep, handler, i % 20)
  letters = letters + #message
end
print(handled, letters)

-- Faults of the language itself.
local faults = {
  function(n) return n.field.other end,
  function(n) return n + {} end,
  function() return #5 end,
  function(n) return n() end,
  function(n) return n < "x" end,
  function() return ("x"):rep(-1):bad() end,
}
local lengths = 0
for i = 1, N // 4 do
  local ok, message = pcall(faults[i % #faults + 1], i)
  assert(not ok)
  lengths = lengths + #message:match(":%d+: (.*)")
end
print(lengths)

local opened, closed = 0, 0
local function resource()
  opened = opened + 1
  return setmetatable({}, { __close = function() closed = closed + 1 end })
end
local function use(n)
  local held <close> = resource()
  if n % 3 == 0 then error("stop", 0) end
  return n
end
local used = 0
for i = 1, N // 2 do
  local ok, value = pcall(use, i)
  if ok then used = used + value end
end
print(opened, closed, used)

local retries = 0
local function retry(times, f)
  for attempt = 1, times do
    local ok, value = pcall(f, attempt)
    if ok then return value end
    retries = retries + 1
  end
  return nil, "gave up"
end
local successes = 0
for i = 1, N // 4 do
  local value = retry(4, function(attempt)
    assert(attempt * 2 > i % 10, "too early")
    return attempt
  end)
  successes = successes + (value or 0)
end
print(retries, successes)
