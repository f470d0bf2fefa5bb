-- Shortest paths with a priority queue, breadth-first search, connected components of a grid.
-- test scale: 60
local N = tonumber(arg and arg[1]) or 8200

-- A binary heap of entries { cost, node }.
local Heap = {}
Heap.__index = Heap
function Heap.new() return setmetatable({ size = 0 }, Heap) end
function Heap:push(cost, node)
  self.size = self.size + 1
  local i = self.size
  while i > 1 do
    local parent = i // 2
    if self[parent].cost <= cost then break end
    self[i] = self[parent]
    i = parent
  end
  self[i] = { cost = cost, node = node }
end
function Heap:pop()
  local top, last = self[1], self[self.size]
  self[self.size] = nil
  self.size = self.size - 1
  local size, i = self.size, 1
  if size == 0 then return top end
  while i * 2 <= size do
    local child = i * 2
    if child < size and self[child + 1].cost < self[child].cost then child = child + 1 end
    if last.cost <= self[child].cost then break end
    self[i] = self[child]
    i = child
  end
  self[i] = last
  return top
end

local seed = 3
local function random(limit)
  seed = (seed * 3877 + 29573) % 139968
  return seed % limit + 1
end

local edges = {}
for node = 1, N do edges[node] = {} end
for node = 2, N do
  local other = random(node - 1)
  table.insert(edges[node], { to = other, cost = random(100) })
  table.insert(edges[other], { to = node, cost = random(100) })
  for _ = 1, 3 do table.insert(edges[node], { to = random(N), cost = random(300) }) end
end

local function shortest(start)
  local cost_to, heap, settled = { [start] = 0 }, Heap.new(), 0
  local done = {}
  heap:push(0, start)
  while heap.size > 0 do
    local entry = heap:pop()
    local node = entry.node
    if not done[node] then
      done[node] = true
      settled = settled + 1
      for _, edge in ipairs(edges[node]) do
        local cost = entry.cost + edge.cost
        local known = cost_to[edge.to]
        if not known or cost < known then
          cost_to[edge.to] = cost
          heap:push(cost, edge.to)
        end
      end
    end
  end
  return cost_to, settled
end

local digest = 0
for round = 1, 5 do
  local cost_to, settled = shortest(round)
  for node = 1, N do digest = (digest * 7 + cost_to[node]) % 1000003 end
  print(round, settled, digest)
end

-- Breadth first through a maze of walls.
local side = math.floor(math.sqrt(N)) + 20
local maze = {}
for y = 1, side do
  maze[y] = {}
  for x = 1, side do maze[y][x] = random(10) <= 3 end
end
local component, sizes = {}, {}
for y = 1, side do component[y] = {} end
for y = 1, side do
  for x = 1, side do
    if not maze[y][x] and not component[y][x] then
      local id, size = #sizes + 1, 0
      local queue, first = { { x, y } }, 1
      component[y][x] = id
      while queue[first] do
        local cx, cy = queue[first][1], queue[first][2]
        first = first + 1
        size = size + 1
        for _, move in ipairs({ { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 } }) do
          local nx, ny = cx + move[1], cy + move[2]
          if maze[ny] and maze[ny][nx] == false and not component[ny][nx] then
            component[ny][nx] = id
            queue[#queue + 1] = { nx, ny }
          end
        end
      end
      sizes[id] = size
    end
  end
end
table.sort(sizes, function(a, b) return a > b end)
print(#sizes, sizes[1], sizes[2], sizes[3])
