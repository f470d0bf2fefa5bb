-- Permutations: in lexicographic order, by swapping, by flipping prefixes, and their number of inversions.
-- test scale: 4
local N = tonumber(arg and arg[1]) or 9

local function next_permutation(list)
  local n = #list
  local i = n - 1
  while i > 0 and list[i] >= list[i + 1] do i = i - 1 end
  if i == 0 then return false end
  local j = n
  while list[j] <= list[i] do j = j - 1 end
  list[i], list[j] = list[j], list[i]
  i, j = i + 1, n
  while i < j do
    list[i], list[j] = list[j], list[i]
    i, j = i + 1, j - 1
  end
  return true
end

local function inversions(list)
  local count = 0
  for i = 1, #list - 1 do
    for j = i + 1, #list do
      if list[i] > list[j] then count = count + 1 end
    end
  end
  return count
end

-- How many flips of a prefix bring 1 to the front.
local function flips(list)
  local copy = { table.unpack(list) }
  local count, first = 0, copy[1]
  while first ~= 1 do
    local i, j = 1, first
    while i < j do
      copy[i], copy[j] = copy[j], copy[i]
      i, j = i + 1, j - 1
    end
    count = count + 1
    first = copy[1]
  end
  return count
end

local function each(list, n, visit)
  if n == 1 then return visit(list) end
  for i = 1, n do
    each(list, n - 1, visit)
    local other = n % 2 == 0 and i or 1
    list[other], list[n] = list[n], list[other]
  end
end

local list = {}
for i = 1, N do list[i] = i end
local count, total, most, digest = 0, 0, 0, 0
repeat
  count = count + 1
  total = total + inversions(list)
  local needed = flips(list)
  if needed > most then most = needed end
  digest = (digest * 7 + list[1] * needed + list[N]) % 1000003
until not next_permutation(list)
print("lexicographic", count, total, most, digest)

local visited, fixed = 0, 0
for i = 1, N do list[i] = i end
each(list, N, function(permutation)
  visited = visited + 1
  for i = 1, N do
    if permutation[i] == i then fixed = fixed + 1 end
  end
end)
print("swapping", visited, fixed)
