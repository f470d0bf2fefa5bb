-- A simulation driven by events: handlers registered by name, a queue by time, objects that answer with closures.
-- test scale: 40
local N = tonumber(arg and arg[1]) or 42000

local Emitter = {}
Emitter.__index = Emitter
function Emitter.new() return setmetatable({ handlers = {} }, Emitter) end
function Emitter:on(name, handler)
  local list = self.handlers[name]
  if not list then
    list = {}
    self.handlers[name] = list
  end
  list[#list + 1] = handler
  return function()
    for i = #list, 1, -1 do
      if list[i] == handler then table.remove(list, i) end
    end
  end
end
function Emitter:emit(name, ...)
  local list = self.handlers[name]
  if not list then return 0 end
  for i = 1, #list do list[i](...) end
  return #list
end

local Clock = {}
Clock.__index = Clock
function Clock.new() return setmetatable({ now = 0, slots = {}, pending = 0 }, Clock) end
function Clock:after(delay, action, ...)
  local time = self.now + delay
  local slot = self.slots[time]
  if not slot then
    slot = {}
    self.slots[time] = slot
  end
  slot[#slot + 1] = { action, ... }
  self.pending = self.pending + 1
end
function Clock:run()
  while self.pending > 0 do
    local slot = self.slots[self.now]
    if slot then
      self.slots[self.now] = nil
      for _, event in ipairs(slot) do
        self.pending = self.pending - 1
        event[1](table.unpack(event, 2))
      end
    end
    self.now = self.now + 1
  end
end

local seed = 11
local function random(limit)
  seed = (seed * 3877 + 29573) % 139968
  return seed % limit + 1
end

local clock, bank = Clock.new(), Emitter.new()
local statistics = { arrived = 0, served = 0, waited = 0, longest = 0, left = 0 }
local queue, head, tail, free_tellers = {}, 1, 0, 4

local function serve_next()
  while free_tellers > 0 and head <= tail do
    local customer = queue[head]
    queue[head] = nil
    head = head + 1
    if not customer.gone then
      free_tellers = free_tellers - 1
      customer.served = true
      bank:emit("served", customer, clock.now - customer.arrived)
      clock:after(customer.work, function()
        free_tellers = free_tellers + 1
        bank:emit("done", customer)
      end)
    end
  end
end

bank:on("arrived", function(customer)
  statistics.arrived = statistics.arrived + 1
  tail = tail + 1
  queue[tail] = customer
  clock:after(40, function(waiting)
    if not waiting.served then
      waiting.gone = true
      bank:emit("left", waiting)
    end
  end, customer)
end)
bank:on("arrived", serve_next)
bank:on("served", function(_, waited)
  statistics.served = statistics.served + 1
  statistics.waited = statistics.waited + waited
end)
local stop_watching = bank:on("served", function(_, waited)
  if waited > statistics.longest then statistics.longest = waited end
end)
bank:on("done", serve_next)
bank:on("left", function() statistics.left = statistics.left + 1 end)

local function arrive(left)
  bank:emit("arrived", { arrived = clock.now, work = random(20) })
  if left > 1 then clock:after(random(4), arrive, left - 1) end
end
clock:after(1, arrive, N // 2)
clock:run()
stop_watching()
clock:after(1, arrive, N // 2)
clock:run()
print(clock.now, statistics.arrived, statistics.served, statistics.left)
print(statistics.waited, statistics.longest, bank:emit("unknown"))

-- Counters and totals observed through properties.
local function observable(value)
  local emitter = Emitter.new()
  return {
    get = function() return value end,
    set = function(new)
      local old = value
      value = new
      if new ~= old then emitter:emit("change", new, old) end
    end,
    watch = function(f) return emitter:on("change", f) end,
  }
end
local price, amount, total = observable(3), observable(2), observable(0)
local function refresh() total.set(price.get() * amount.get()) end
price.watch(refresh)
amount.watch(refresh)
local changes, digest = 0, 0
total.watch(function(new, old)
  changes = changes + 1
  digest = (digest * 3 + new - old) % 1000003
end)
for i = 1, N * 2 do
  price.set(i % 11)
  amount.set(i % 4)
end
print(changes, digest)
