-- A small operating system: tasks of several kinds pass packets through queues (in the manner of Richards).
-- test scale: 30
local N = tonumber(arg and arg[1]) or 5100

local Packet = {}
Packet.__index = Packet
function Packet.new(kind, owner)
  return setmetatable({ kind = kind, owner = owner, link = nil, value = 0, data = { 0, 0, 0, 0 } }, Packet)
end

-- Appends to a linked queue and returns its head.
local function append(queue, packet)
  packet.link = nil
  if not queue then return packet end
  local last = queue
  while last.link do last = last.link end
  last.link = packet
  return queue
end

local Task = {}
Task.__index = Task
function Task.new(kernel, id, priority, class)
  local task = setmetatable({
    kernel = kernel, id = id, priority = priority, queue = nil, waiting = true, held = false, runs = 0,
  }, class)
  kernel:add(task)
  return task
end
function Task:is_runnable() return not self.held and (not self.waiting or self.queue ~= nil) end
function Task:receive(packet)
  self.queue = append(self.queue, packet)
end
function Task:take_packet()
  local packet = self.queue
  if packet then
    self.queue = packet.link
    packet.link = nil
  end
  return packet
end
function Task:run() error("abstract") end

local function subclass()
  local class = setmetatable({}, { __index = Task })
  class.__index = class
  return class
end

local Kernel = {}
Kernel.__index = Kernel
function Kernel.new() return setmetatable({ tasks = {}, order = {}, sent = 0, switches = 0, holds = 0 }, Kernel) end
function Kernel:add(task)
  self.tasks[task.id] = task
  self.order[#self.order + 1] = task
  table.sort(self.order, function(a, b) return a.priority > b.priority end)
end
function Kernel:send(id, packet)
  self.sent = self.sent + 1
  self.tasks[id]:receive(packet)
end
function Kernel:hold(task)
  self.holds = self.holds + 1
  task.held = true
end
function Kernel:release(id) self.tasks[id].held = false end
function Kernel:run()
  while true do
    local chosen
    for _, task in ipairs(self.order) do
      if task:is_runnable() then
        chosen = task
        break
      end
    end
    if not chosen then return end
    self.switches = self.switches + 1
    chosen.runs = chosen.runs + 1
    chosen:run()
  end
end

local CLOCK, WORKER, READER, WRITER, DISK, PRINTER = 1, 2, 3, 4, 5, 6

-- The clock: releases one of the two devices at each tick, pseudo-randomly.
local Clock = subclass()
function Clock:run()
  self.ticks = self.ticks - 1
  if self.ticks == 0 then
    self.kernel:hold(self)
    return
  end
  if self.state & 1 == 0 then
    self.state = self.state >> 1
    self.kernel:release(DISK)
  else
    self.state = (self.state >> 1) ~ 0xD008
    self.kernel:release(PRINTER)
  end
end

-- A device keeps one packet for a while, then sends it back to its owner.
local Device = subclass()
function Device:run()
  local packet = self:take_packet()
  if packet then
    self.pending = append(self.pending, packet)
    self.waiting = self.pending == nil
    self.kernel:hold(self)
    return
  end
  packet = self.pending
  if not packet then
    self.waiting = true
    return
  end
  self.pending = packet.link
  self.waiting = self.pending == nil
  self.served = self.served + 1
  self.kernel:send(packet.owner, packet)
end

-- A handler fills work packets with device requests.
local Handler = subclass()
function Handler:run()
  local packet = self:take_packet()
  if packet then
    if packet.kind == "work" then
      self.work = append(self.work, packet)
    else
      self.free = append(self.free, packet)
    end
  end
  local work = self.work
  if not work then
    self.waiting = true
    return
  end
  if work.value > 3 then
    self.work = work.link
    work.value = 0
    self.waiting = false
    self.kernel:send(WORKER, work)
    return
  end
  local request = self.free
  if not request then
    self.waiting = true
    return
  end
  self.free = request.link
  work.value = work.value + 1
  request.value = work.data[work.value]
  self.total = (self.total * 3 + request.value) % 1000003
  self.waiting = false
  self.kernel:send(self.device, request)
end

-- The worker fills packets with letters and sends them to the handlers in turn.
local Worker = subclass()
function Worker:run()
  local packet = self:take_packet()
  if not packet then
    self.waiting = true
    return
  end
  self.target = self.target == READER and WRITER or READER
  packet.value = 1
  for i = 1, 4 do
    self.letter = self.letter % 26 + 1
    packet.data[i] = 64 + self.letter
  end
  self.kernel:send(self.target, packet)
end

local kernel = Kernel.new()
local clock = Task.new(kernel, CLOCK, 0, Clock)
clock.ticks, clock.state, clock.waiting = N * 10, 1, false
local worker = Task.new(kernel, WORKER, 1000, Worker)
worker.target, worker.letter = WRITER, 0
local reader, writer = Task.new(kernel, READER, 2000, Handler), Task.new(kernel, WRITER, 3000, Handler)
reader.device, reader.total, writer.device, writer.total = DISK, 0, PRINTER, 0
local disk, printer = Task.new(kernel, DISK, 4000, Device), Task.new(kernel, PRINTER, 5000, Device)
disk.served, printer.served = 0, 0

for _ = 1, 2 do worker:receive(Packet.new("work", WORKER)) end
for _ = 1, 3 do
  reader:receive(Packet.new("request", READER))
  writer:receive(Packet.new("request", WRITER))
end
kernel:run()
print("kernel", kernel.sent, kernel.switches, kernel.holds)
print("devices", disk.served, printer.served)
for _, task in ipairs(kernel.order) do print("task", task.id, task.runs) end
print("totals", reader.total, writer.total, worker.letter)
