-- Classes without inheritance: method calls and fields of self.
-- test scale: 40
local N = tonumber(arg and arg[1]) or 32000

local Account = {}
Account.__index = Account

function Account.new(owner, balance)
  return setmetatable({ owner = owner, balance = balance, history = 0 }, Account)
end

function Account:deposit(amount)
  self.balance = self.balance + amount
  self.history = self.history + 1
end

function Account:withdraw(amount)
  if amount > self.balance then return false end
  self.balance = self.balance - amount
  self.history = self.history + 1
  return true
end

function Account:transfer(target, amount)
  if self:withdraw(amount) then
    target:deposit(amount)
    return true
  end
  return false
end

local Stack = {}
Stack.__index = Stack

function Stack.new() return setmetatable({ items = {}, size = 0 }, Stack) end
function Stack:push(item)
  self.size = self.size + 1
  self.items[self.size] = item
  return self
end
function Stack:pop()
  local item = self.items[self.size]
  self.items[self.size] = nil
  self.size = self.size - 1
  return item
end
function Stack:is_empty() return self.size == 0 end

local Random = {}
Random.__index = Random
function Random.new(seed) return setmetatable({ seed = seed }, Random) end
function Random:next(limit)
  self.seed = (self.seed * 3877 + 29573) % 139968
  return self.seed % limit
end

local Vector = {}
Vector.__index = Vector
function Vector.new(x, y) return setmetatable({ x = x, y = y }, Vector) end
function Vector:plus(other) return Vector.new(self.x + other.x, self.y + other.y) end
function Vector:times(factor) return Vector.new(self.x * factor, self.y * factor) end
function Vector:dot(other) return self.x * other.x + self.y * other.y end

local random = Random.new(42)
local accounts = {}
for i = 1, 50 do accounts[i] = Account.new("owner" .. i, 1000) end
local refused = 0
for _ = 1, N * 5 do
  local from, to = accounts[random:next(50) + 1], accounts[random:next(50) + 1]
  if not from:transfer(to, random:next(400)) then refused = refused + 1 end
end
local total, changes = 0, 0
for i, account in ipairs(accounts) do
  total = total + account.balance * i
  changes = changes + account.history
end
print("accounts", total, changes, refused)

local stack, sum = Stack.new(), 0
for i = 1, N * 6 do
  stack:push(i):push(i + 1)
  if i % 2 == 0 then sum = sum + stack:pop() * stack:pop() end
end
while not stack:is_empty() do sum = sum - stack:pop() end
print("stack", sum)

local place, drift = Vector.new(0, 0), Vector.new(1, -2)
for i = 1, N * 4 do
  place = place:plus(drift:times(i % 7))
  if place:dot(drift) > 100000 then place = Vector.new(i, 0) end
end
print("vector", place.x, place.y)
