-- Bit operations: checksums, hash functions, pseudo-random generators, bit sets, population counts.
-- test scale: 40
local N = tonumber(arg and arg[1]) or 36000

local crc_table = {}
for i = 0, 255 do
  local c = i
  for _ = 1, 8 do
    if c & 1 == 1 then c = 0xEDB88320 ~ (c >> 1) else c = c >> 1 end
  end
  crc_table[i] = c
end

local function crc32(text)
  local crc = 0xFFFFFFFF
  for i = 1, #text do crc = (crc >> 8) ~ crc_table[(crc ~ text:byte(i)) & 0xFF] end
  return crc ~ 0xFFFFFFFF
end

local function fnv1a(text)
  local hash = 0xcbf29ce484222325
  for i = 1, #text do hash = (hash ~ text:byte(i)) * 0x100000001b3 end
  return hash
end

local function adler32(text)
  local a, b = 1, 0
  for i = 1, #text do
    a = (a + text:byte(i)) % 65521
    b = (b + a) % 65521
  end
  return b << 16 | a
end

local function xorshift(seed)
  local state = seed
  return function()
    state = state ~ (state << 13)
    state = state ~ (state >> 7)
    state = state ~ (state << 17)
    return state
  end
end

local function rotate_left(value, by) return (value << by | value >> (32 - by)) & 0xFFFFFFFF end

local function mix(words)
  local a, b, c = 0x9e3779b9, 0x7f4a7c15, 0xdeadbeef
  for i = 1, #words do
    a = (a + words[i]) & 0xFFFFFFFF
    b = rotate_left(b ~ a, 7)
    c = (c + rotate_left(b, 13) * 5) & 0xFFFFFFFF
    a = a ~ c >> 3
  end
  return a ~ b ~ c
end

local function bits_set(value)
  local count = 0
  while value ~= 0 do
    value = value & (value - 1)
    count = count + 1
  end
  return count
end

local crc, fnv, adler = 0, 0, 0
for i = 1, N // 2 do
  local text = "the message with the number " .. i
  crc = crc ~ crc32(text)
  fnv = fnv ~ fnv1a(text)
  adler = adler ~ adler32(text)
end
print(("%08x %016x %08x"):format(crc, fnv, adler))

local random, words, ones = xorshift(88172645463325252), {}, 0
for i = 1, N * 3 do
  local value = random()
  ones = ones + bits_set(value)
  words[i % 64 + 1] = value & 0xFFFFFFFF
end
print(("%016x %d"):format(random(), ones))
local mixed = 0
for i = 1, N // 8 do
  words[i % 64 + 1] = i
  mixed = mixed ~ mix(words)
end
print(("%08x"):format(mixed))

-- A set of small integers, 64 to a word.
local set, size = {}, N * 8
for i = 0, size // 64 do set[i] = 0 end
for i = 1, size - 1, 3 do set[i >> 6] = set[i >> 6] | 1 << (i & 63) end
for i = 1, size - 1, 5 do set[i >> 6] = set[i >> 6] & ~(1 << (i & 63)) end
local members = 0
for i = 0, size - 1 do
  if set[i >> 6] >> (i & 63) & 1 == 1 then members = members + 1 end
end
print(members)
