-- Text put together: concatenation, repetition, table.concat, substrings, case, reversal.
-- test scale: 50
local N = tonumber(arg and arg[1]) or 23000

local function digest(text)
  local value = #text
  for i = 1, #text, 7 do value = (value * 31 + text:byte(i)) % 1000003 end
  return value
end

local parts = {}
for i = 1, N do
  parts[#parts + 1] = "item " .. i .. ": " .. i * i .. ";"
end
local text = table.concat(parts, "\n")
print("concat", #text, digest(text))

local joined = ""
for i = 1, N // 5 do
  joined = joined .. i % 10
  if #joined > 500 then joined = joined:sub(-100) end
end
print("append", #joined, digest(joined))

local padded = {}
for i = 1, N * 2 do
  local word = tostring(i)
  padded[i] = (" "):rep(8 - #word) .. word
end
print("padded", digest(table.concat(padded)))

local turned = 0
for i = 1, N * 2 do
  local word = ("Word" .. i):upper():reverse():lower()
  turned = (turned + #word * i + word:byte(1)) % 1000003
end
print("turned", turned)

local function camel_case(name)
  local result = {}
  for part in name:gmatch("[^_]+") do
    result[#result + 1] = part:sub(1, 1):upper() .. part:sub(2)
  end
  return table.concat(result)
end
local length = 0
for i = 1, N do length = length + #camel_case("some_long_name_" .. i) end
print("camel", length, camel_case("first_second_third"))

local chain = {}
for i = 1, N do
  local row = "<" .. "td" .. " id=" .. i .. ">" .. (i % 2 == 0 and "even" or "odd") .. "</" .. "td" .. ">"
  chain[#chain + 1] = row
end
print("rows", digest(table.concat(chain)))

local palindromes = 0
for i = 1, N * 3 do
  local digits = "" .. i
  if digits == digits:reverse() then palindromes = palindromes + 1 end
end
print("palindromes", palindromes)
