-- A sort written in Lua, and the library's with a comparator.
local seed = 42
local function random()
  seed = (seed * 1103515245 + 12345) % 2147483648
  return seed
end
local function quicksort(t, low, high)
  while low < high do
    local pivot, i, j = t[(low + high) // 2], low, high
    while i <= j do
      while t[i] < pivot do i = i + 1 end
      while t[j] > pivot do j = j - 1 end
      if i <= j then
        t[i], t[j] = t[j], t[i]
        i, j = i + 1, j - 1
      end
    end
    if j - low < high - i then
      quicksort(t, low, j)
      low = i
    else
      quicksort(t, i, high)
      high = j
    end
  end
end
local first, second = {}, {}
for i = 1, 36000 do first[i] = random() end
for i = 1, 18000 do second[i] = { key = random() % 1000, order = i } end
quicksort(first, 1, #first)
table.sort(second, function(a, b)
  if a.key ~= b.key then return a.key < b.key end
  return a.order < b.order
end)
local digest = 0
for i = 1, #first do digest = (digest * 7 + first[i]) % 1000003 end
for i = 1, #second do digest = (digest * 7 + second[i].order) % 1000003 end
print(first[1], first[#first], second[1].key, digest)
