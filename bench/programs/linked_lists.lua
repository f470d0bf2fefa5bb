-- Linked lists, queues and deques; lists of pairs with map, filter, fold and append.
-- test scale: 40
local N = tonumber(arg and arg[1]) or 20000

local function cons(head, tail) return { head = head, tail = tail } end
local function from_range(first, last)
  local list
  for i = last, first, -1 do list = cons(i, list) end
  return list
end
local function map(list, f)
  if not list then return nil end
  return cons(f(list.head), map(list.tail, f))
end
local function filter(list, keep)
  while list and not keep(list.head) do list = list.tail end
  if not list then return nil end
  return cons(list.head, filter(list.tail, keep))
end
local function fold(list, value, f)
  while list do
    value = f(value, list.head)
    list = list.tail
  end
  return value
end
local function append(a, b)
  if not a then return b end
  return cons(a.head, append(a.tail, b))
end
local function reverse(list)
  local result
  while list do
    result = cons(list.head, result)
    list = list.tail
  end
  return result
end
local function merge(a, b)
  local first = { tail = nil }
  local last = first
  while a and b do
    if a.head <= b.head then
      last.tail = cons(a.head, nil)
      a = a.tail
    else
      last.tail = cons(b.head, nil)
      b = b.tail
    end
    last = last.tail
  end
  last.tail = a or b
  return first.tail
end

local Deque = {}
Deque.__index = Deque
function Deque.new() return setmetatable({ first = 0, last = -1, items = {} }, Deque) end
function Deque:push_front(item)
  self.first = self.first - 1
  self.items[self.first] = item
end
function Deque:push_back(item)
  self.last = self.last + 1
  self.items[self.last] = item
end
function Deque:pop_front()
  if self.first > self.last then return nil end
  local item = self.items[self.first]
  self.items[self.first] = nil
  self.first = self.first + 1
  return item
end
function Deque:pop_back()
  if self.first > self.last then return nil end
  local item = self.items[self.last]
  self.items[self.last] = nil
  self.last = self.last - 1
  return item
end

local digest = 0
for round = 1, N // 20 do
  local list = from_range(1, 100)
  local squares = map(list, function(n) return n * n % 101 end)
  local odd = filter(squares, function(n) return n % 2 == 1 end)
  local both = append(reverse(odd), list)
  local merged = merge(list, from_range(50, 150))
  digest = fold(both, digest + round, function(a, b) return (a * 31 + b) % 1000003 end)
  digest = fold(merged, digest, function(a, b) return (a + b * round) % 1000003 end)
end
print("lists", digest)

local deque, taken = Deque.new(), 0
for i = 1, N * 12 do
  if i % 3 == 0 then deque:push_front(i) else deque:push_back(i) end
  if i % 2 == 0 then taken = (taken * 7 + deque:pop_front()) % 1000003 end
  if i % 5 == 0 then taken = (taken * 3 + deque:pop_back()) % 1000003 end
end
print("deque", taken, deque.last - deque.first)

-- The last one left of people in a ring.
local ring = { number = 1 }
local at = ring
for i = 2, N do
  at.next = { number = i }
  at = at.next
end
at.next = ring
while at.next ~= at do
  at = at.next.next
  at.next = at.next.next
end
print("ring", at.number)
