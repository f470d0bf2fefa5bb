-- Text taken apart into bytes and put together: ciphers, base64, run lengths, hexadecimal, counting.
-- test scale: 1
local N = tonumber(arg and arg[1]) or 36
local byte, char, concat = string.byte, string.char, table.concat

local function rotate(text, by)
  local result = {}
  for i = 1, #text do
    local c = byte(text, i)
    if c >= 97 and c <= 122 then
      c = (c - 97 + by) % 26 + 97
    elseif c >= 65 and c <= 90 then
      c = (c - 65 + by) % 26 + 65
    end
    result[i] = char(c)
  end
  return concat(result)
end

local digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local value_of = {}
for i = 1, #digits do value_of[digits:byte(i)] = i - 1 end

local function to_base64(text)
  local parts = {}
  for i = 1, #text, 3 do
    local a, b, c = text:byte(i, i + 2)
    local bits = a << 16 | (b or 0) << 8 | (c or 0)
    local one, two = bits >> 18 & 63, bits >> 12 & 63
    local three, four = bits >> 6 & 63, bits & 63
    parts[#parts + 1] = digits:sub(one + 1, one + 1) .. digits:sub(two + 1, two + 1)
      .. (b and digits:sub(three + 1, three + 1) or "=") .. (c and digits:sub(four + 1, four + 1) or "=")
  end
  return concat(parts)
end

local function from_base64(text)
  local parts = {}
  for i = 1, #text, 4 do
    local a, b, c, d = text:byte(i, i + 3)
    local three, four = value_of[c], value_of[d]
    local bits = value_of[a] << 18 | value_of[b] << 12 | (three or 0) << 6 | (four or 0)
    local group = char(bits >> 16, bits >> 8 & 255, bits & 255)
    parts[#parts + 1] = four and group or three and group:sub(1, 2) or group:sub(1, 1)
  end
  return concat(parts)
end

local function run_lengths(text)
  local parts, i = {}, 1
  while i <= #text do
    local c, j = byte(text, i), i
    while byte(text, j + 1) == c and j - i < 254 do j = j + 1 end
    parts[#parts + 1] = char(j - i + 1, c)
    i = j + 1
  end
  return concat(parts)
end
local function expand(text)
  local parts = {}
  for i = 1, #text, 2 do
    local count, c = byte(text, i, i + 1)
    parts[#parts + 1] = char(c):rep(count)
  end
  return concat(parts)
end

local function hex(text)
  return (text:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

local text = {}
for i = 1, 150 do text[i] = "Line " .. i .. (" "):rep(i % 9) .. ("z"):rep(i % 12) .. " of text, \0\255 and more.\n" end
text = concat(text)

local digest = 0
for round = 1, N do
  local secret = rotate(text, round)
  local coded = to_base64(secret)
  assert(from_base64(coded) == secret)
  local packed = run_lengths(secret)
  assert(expand(packed) == secret)
  assert(rotate(secret, 26 - round % 26) == text)
  local digits16 = hex(packed:sub(1, 1000))
  for i = 1, #coded, 5 do digest = (digest * 31 + coded:byte(i)) % 1000003 end
  digest = digest + #packed + digits16:byte(round)
end
print(#text, digest)

local counts = {}
for i = 0, 255 do counts[i] = 0 end
for _ = 1, N do
  for i = 1, #text do
    local c = byte(text, i)
    counts[c] = counts[c] + 1
  end
end
print(counts[32], counts[122], counts[0], counts[255], counts[10])
