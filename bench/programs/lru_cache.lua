-- A cache that drops what was used least recently: a hash table and a doubly linked list.
-- test scale: 200
local N = tonumber(arg and arg[1]) or 270000

local Cache = {}
Cache.__index = Cache

function Cache.new(capacity)
  local head, tail = {}, {}
  head.next, tail.previous = tail, head
  return setmetatable({ capacity = capacity, size = 0, nodes = {}, head = head, tail = tail, hits = 0, misses = 0 }, Cache)
end

local function unlink(node)
  node.previous.next, node.next.previous = node.next, node.previous
end

function Cache:to_front(node)
  local first = self.head.next
  node.previous, node.next = self.head, first
  self.head.next, first.previous = node, node
end

function Cache:get(key)
  local node = self.nodes[key]
  if not node then
    self.misses = self.misses + 1
    return nil
  end
  self.hits = self.hits + 1
  unlink(node)
  self:to_front(node)
  return node.value
end

function Cache:put(key, value)
  local node = self.nodes[key]
  if node then
    node.value = value
    unlink(node)
    self:to_front(node)
    return
  end
  if self.size == self.capacity then
    local oldest = self.tail.previous
    unlink(oldest)
    self.nodes[oldest.key] = nil
    self.size = self.size - 1
  end
  node = { key = key, value = value }
  self.nodes[key] = node
  self:to_front(node)
  self.size = self.size + 1
end

local numbers, names = Cache.new(200), Cache.new(50)
local seed, sum = 5, 0
for i = 1, N do
  seed = (seed * 3877 + 29573) % 139968
  local key = seed % (i % 3 == 0 and 1000 or 150)
  local value = numbers:get(key)
  if not value then
    value = key * key % 97
    numbers:put(key, value)
  end
  sum = sum + value
  if i % 4 == 0 then
    local name = "name" .. key % 80
    sum = sum + (names:get(name) or 1)
    names:put(name, i % 10)
  end
end
print(sum, numbers.hits, numbers.misses, names.hits, names.misses)
local node, digest = numbers.head.next, 0
while node.key do
  digest = (digest * 31 + node.key) % 1000003
  node = node.next
end
print(digest, numbers.size, names.size)
