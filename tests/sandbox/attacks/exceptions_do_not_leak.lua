-- Values of wrong types and ranges for every library function raise Lua errors and nothing else.
-- run: fuel=20M -> held|FuelExceeded
-- run: -> held|DeadlineExceeded|MemoryExceeded

local values = {nil, true, 0, -1, 1.5, 0/0, math.huge, math.mininteger, math.maxinteger, "", "x", "%", "\0\xff",
  {}, print, coroutine.create(print), setmetatable({}, {__index = error, __len = function() return -1 end})}
local skip = {print = true, warn = true, error = true, yield = true, collectgarbage = true}
local function try(f, ...)
  local ok, message = pcall(f, ...)
  if not ok and type(message) == "userdata" then error("leak: " .. tostring(message), 0) end
end
for name, lib in pairs {_G = _G, string = string, table = table, math = math, utf8 = utf8, coroutine = coroutine, os = os} do
  for key, f in pairs(lib) do
    if type(f) == "function" and not skip[key] then
      try(f)
      for i = 1, 17 do
        try(f, values[i])
        for j = 1, 17 do
          try(f, values[i], values[j])
          try(f, "x", values[i], values[j])
          try(f, {1, 2}, values[i], values[j], values[i])
        end
      end
    end
  end
end
return "held"
