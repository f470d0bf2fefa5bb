-- Edit distances between words, the nearest word of a dictionary, and a few more tables of prefixes.
-- test scale: 6
local N = tonumber(arg and arg[1]) or 140

local function distance(a, b)
  local previous, current = {}, {}
  for j = 0, #b do previous[j] = j end
  for i = 1, #a do
    current[0] = i
    local c = a:byte(i)
    for j = 1, #b do
      local cost = c == b:byte(j) and 0 or 1
      local best = previous[j - 1] + cost
      if previous[j] + 1 < best then best = previous[j] + 1 end
      if current[j - 1] + 1 < best then best = current[j - 1] + 1 end
      current[j] = best
    end
    previous, current = current, previous
  end
  return previous[#b]
end

-- The classic recursion with a full table, substrings and math.min.
local function distance_by_table(a, b)
  local table_of = {}
  for i = 0, #a do table_of[i] = { [0] = i } end
  for j = 0, #b do table_of[0][j] = j end
  for i = 1, #a do
    for j = 1, #b do
      local same = a:sub(i, i) == b:sub(j, j)
      table_of[i][j] = math.min(
        table_of[i - 1][j] + 1, table_of[i][j - 1] + 1, table_of[i - 1][j - 1] + (same and 0 or 1)
      )
    end
  end
  return table_of[#a][#b]
end

local syllables = { "mo", "on", "qua", "ke", "ra", "in", "fa", "ll", "ter", "sta", "lu", "na" }
local words, seed = {}, 17
for i = 1, N do
  local parts = {}
  for j = 1, 3 + i % 3 do
    seed = (seed * 3877 + 29573) % 139968
    parts[j] = syllables[seed % #syllables + 1]
  end
  words[i] = table.concat(parts)
end

local total, digest = 0, 0
for i = 1, N do
  local nearest, least = "", math.huge
  for j = 1, N do
    if i ~= j then
      local d = distance(words[i], words[j])
      total = total + d
      if d < least then nearest, least = words[j], d end
    end
  end
  digest = (digest * 31 + least * #nearest) % 1000003
end
print(total, digest)

local sum = 0
for i = 2, N do sum = sum + distance_by_table(words[i - 1]:rep(3), words[i]:rep(2)) end
print(sum)
