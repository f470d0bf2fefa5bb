-- Sorting algorithms written in Lua: quicksort, merge sort, heap sort, shell sort, insertion sort.
-- test scale: 40
local N = tonumber(arg and arg[1]) or 36000

local seed = 42
local function random()
  seed = (seed * 3877 + 29573) % 139968
  return seed
end
local function random_list(length)
  local list = {}
  for i = 1, length do list[i] = random() end
  return list
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

local function merge_sort(list)
  local length = #list
  if length < 2 then return list end
  local left, right = {}, {}
  local middle = length // 2
  for i = 1, middle do left[i] = list[i] end
  for i = middle + 1, length do right[i - middle] = list[i] end
  left, right = merge_sort(left), merge_sort(right)
  local result, i, j = {}, 1, 1
  while left[i] and right[j] do
    if left[i] <= right[j] then
      result[#result + 1] = left[i]
      i = i + 1
    else
      result[#result + 1] = right[j]
      j = j + 1
    end
  end
  for k = i, #left do result[#result + 1] = left[k] end
  for k = j, #right do result[#result + 1] = right[k] end
  return result
end

local function sift_down(t, root, last)
  local value = t[root]
  while root * 2 <= last do
    local child = root * 2
    if child < last and t[child] < t[child + 1] then child = child + 1 end
    if value >= t[child] then break end
    t[root] = t[child]
    root = child
  end
  t[root] = value
end
local function heap_sort(t)
  for root = #t // 2, 1, -1 do sift_down(t, root, #t) end
  for last = #t, 2, -1 do
    t[1], t[last] = t[last], t[1]
    sift_down(t, 1, last - 1)
  end
end

local function shell_sort(t)
  local gap = #t // 2
  while gap > 0 do
    for i = gap + 1, #t do
      local value, j = t[i], i
      while j > gap and t[j - gap] > value do
        t[j] = t[j - gap]
        j = j - gap
      end
      t[j] = value
    end
    gap = gap // 2
  end
end

local function insertion_sort(t)
  for i = 2, #t do
    local value, j = t[i], i - 1
    while j > 0 and t[j] > value do
      t[j + 1] = t[j]
      j = j - 1
    end
    t[j + 1] = value
  end
end

local function digest(list)
  local value = 0
  for i = 1, #list do
    value = (value * 7 + list[i]) % 1000003
    if i > 1 and list[i - 1] > list[i] then return "not sorted" end
  end
  return value
end

local list = random_list(N)
quicksort(list, 1, #list)
print("quick", digest(list))
print("merge", digest(merge_sort(random_list(N))))
list = random_list(N)
heap_sort(list)
print("heap", digest(list))
list = random_list(N)
shell_sort(list)
print("shell", digest(list))
for _ = 1, N // 100 do
  list = random_list(60)
  insertion_sort(list)
end
print("insertion", digest(list))
