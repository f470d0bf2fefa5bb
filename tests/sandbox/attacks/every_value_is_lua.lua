-- Whatever can be reached from the globals is a Lua value of the seven kinds that a script may have.
-- run: -> held
-- run: profile=scripting -> held

local seen = {}
local kinds = {["nil"] = 1, boolean = 1, number = 1, string = 1, table = 1, ["function"] = 1, userdata = 1, thread = 1}
local function walk(value, path)
  assert(kinds[type(value)], path)
  if seen[value] then return end
  seen[value] = true
  if type(value) == "userdata" then
    assert(path:match("python"), path)
    assert(getmetatable(value) == false, path)
  elseif type(value) == "table" then
    for k, v in next, value do walk(k, path .. ".key") walk(v, path .. "." .. tostring(k)) end
    local mt = getmetatable(value)
    if mt then walk(mt, path .. ".metatable") end
  end
end
walk(_G, "_G")
return "held"
