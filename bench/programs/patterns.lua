-- Searching and replacing by patterns: find, match, gmatch, gsub with strings, functions and tables.
-- test scale: 30
local N = tonumber(arg and arg[1]) or 5600

local lines = {}
for i = 1, N do
  lines[i] = ("2024-%02d-%02d 10:%02d:%02d [%s] user%d@host%d.example: GET /path/%d?id=%d&name=n%d took %d.%03d ms"):format(
    i % 12 + 1, i % 28 + 1, i % 60, i * 7 % 60, i % 5 == 0 and "ERROR" or "INFO", i % 97, i % 13, i, i * 3, i % 31,
    i % 200, i * 11 % 1000
  )
end
local text = table.concat(lines, "\n")

local errors, days, slowest = 0, 0, 0
for _, line in ipairs(lines) do
  local year, month, day = line:match("^(%d+)%-(%d+)%-(%d+)")
  days = days + (tonumber(year) - 2000) * 372 + tonumber(month) * 31 + tonumber(day)
  if line:find("[ERROR]", 1, true) then errors = errors + 1 end
  local took = tonumber(line:match("took (%d+%.%d+) ms$"))
  if took > slowest then slowest = took end
end
print("lines", errors, days, slowest)

local users = {}
for user, host in text:gmatch("(%w+)@(%w+)%.example") do
  local key = user .. "/" .. host
  users[key] = (users[key] or 0) + 1
end
local count, most = 0, 0
for _, times in pairs(users) do
  count = count + 1
  most = math.max(most, times)
end
print("users", count, most)

local query = 0
for _, line in ipairs(lines) do
  for key, value in line:gmatch("([%a_]+)=(%w+)") do query = query + #key * #value end
end
print("query", query)

local replaced, how_many = text:gsub("%d+", "#")
print("numbers", #replaced, how_many)
local doubled = text:gsub("id=(%d+)", function(id) return "id=" .. id * 2 end)
print("doubled", #doubled)
local short, words = text:gsub("%u+", { GET = "get", ERROR = "!", INFO = "." })
print("words", #short, words)
local swapped = text:gsub("(%w+)@(%w+)", "%2 at %1")
print("swapped", #swapped, swapped:sub(1, 60))

local trimmed = 0
for i = 1, N * 5 do
  local raw = (" "):rep(i % 7) .. "value " .. i .. (" "):rep(i % 3)
  trimmed = trimmed + #raw:match("^%s*(.-)%s*$")
end
print("trimmed", trimmed)

local balanced = 0
for i = 1, N * 2 do
  local call = "f(a, g(" .. i .. "), (h)) + k(" .. i .. ")"
  balanced = balanced + #call:match("%b()") + (call:find("%+%s") or 0) + select(2, call:gsub("%f[%w]%w", ""))
end
print("balanced", balanced)
