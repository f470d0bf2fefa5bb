-- A scheduler of cooperating tasks: sleeping, channels, many short tasks.
-- test scale: 30
local N = tonumber(arg and arg[1]) or 22000

local ready, first, last = {}, 1, 0
local sleeping = {}
local now, switches = 0, 0

local function enqueue(task)
  last = last + 1
  ready[last] = task
end

local function spawn(f, ...)
  local arguments = table.pack(...)
  enqueue({ thread = coroutine.create(function() f(table.unpack(arguments, 1, arguments.n)) end) })
end

local function sleep(ticks) coroutine.yield("sleep", ticks) end
local function pass() coroutine.yield("pass") end

local Channel = {}
Channel.__index = Channel
function Channel.new() return setmetatable({ items = {}, head = 1, tail = 0, waiting = {} }, Channel) end
function Channel:send(item)
  self.tail = self.tail + 1
  self.items[self.tail] = item
  local task = table.remove(self.waiting, 1)
  if task then enqueue(task) end
end
function Channel:receive()
  while self.head > self.tail do coroutine.yield("wait", self) end
  local item = self.items[self.head]
  self.items[self.head] = nil
  self.head = self.head + 1
  return item
end

local function run()
  while true do
    while first <= last do
      local task = ready[first]
      ready[first] = nil
      first = first + 1
      switches = switches + 1
      local ok, request, value = coroutine.resume(task.thread)
      if not ok then error(request) end
      if coroutine.status(task.thread) ~= "dead" then
        if request == "sleep" then
          local wake = now + value
          local list = sleeping[wake]
          if not list then
            list = {}
            sleeping[wake] = list
          end
          list[#list + 1] = task
        elseif request == "wait" then
          value.waiting[#value.waiting + 1] = task
        else
          enqueue(task)
        end
      end
    end
    if not next(sleeping) then return end
    now = now + 1
    local woken = sleeping[now]
    if woken then
      sleeping[now] = nil
      for _, task in ipairs(woken) do enqueue(task) end
    end
  end
end

local work, results = Channel.new(), Channel.new()
local digest, finished = 0, 0
for worker = 1, 8 do
  spawn(function(id)
    while true do
      local job = work:receive()
      if not job then break end
      if job % 16 == 0 then sleep(id) end
      results:send(job * id % 97)
    end
    finished = finished + 1
  end, worker)
end
spawn(function()
  for job = 1, N * 4 do
    work:send(job)
    if job % 10 == 0 then pass() end
  end
  for _ = 1, 8 do work:send(false) end
end)
spawn(function()
  for _ = 1, N * 4 do digest = (digest * 31 + results:receive()) % 1000003 end
end)
for i = 1, N do
  spawn(function(ticks, label)
    sleep(ticks)
    digest = (digest + label) % 1000003
    pass()
  end, i % 50 + 1, i)
end
run()
print(digest, finished, now, switches)
