-- Large tables: a long array, an array of small tables, sparse and negative keys, growing and shrinking.
-- test scale: 500
local N = tonumber(arg and arg[1]) or 620000

local list = {}
for i = 1, N do list[i] = i * 3 % 1009 end
local sum = 0
for i = 1, #list do sum = sum + list[i] end
for i, value in ipairs(list) do sum = sum + value * (i % 2) end
for _, value in pairs(list) do sum = sum - value end
print("list", #list, sum)

local points = {}
for i = 1, N // 6 do points[i] = { x = i, y = -i } end
local away = 0
for _, point in ipairs(points) do away = away + point.x * 2 + point.y end
print("points", away)

local sparse = {}
for i = 1, N // 3 do sparse[i * 17] = i end
for i = 1, N // 6 do sparse[-i] = i end
local found = 0
for i = 1, N // 3 do
  if sparse[i] then found = found + 1 end
end
local members, weight = 0, 0
for key, value in pairs(sparse) do
  members = members + 1
  weight = weight + key % 7 * value
end
print("sparse", found, members, weight)

for i = N, N // 2, -1 do list[i] = nil end
print("shrunk", #list)
for i = 1, N // 4 do list[#list + 1] = -i end
print("grown", #list, list[#list])

local floats = {}
for i = 1, N // 3 do floats[i] = i / 2 end
for i = 2, #floats do floats[i] = floats[i] + floats[i - 1] * 0.25 end
print(("floats %.4f"):format(floats[#floats]))

local visited = 0
local key = next(sparse)
while key and visited < N // 4 do
  visited = visited + 1
  key = next(sparse, key)
end
print("visited", visited)
