-- Binary chunks: made by hand, cut, and with mode "b".
-- run: -> held
-- run: profile=scripting -> held

local header = "\27Lua\x54\0\x19\x93\r\n\x1a\n\4\8\8\x78\x56\0\0\0\0\0\0\0\0\0\0\0\x28\x77\x40\1"
for _, mode in ipairs {"bt", "b", "t", "", "tb", "bbb"} do
  local f, message = load(header, "x", mode)
  assert(f == nil and type(message) == "string", mode)
  f, message = load(function() local h = header header = nil return h end, "x", mode)
  assert(f == nil)
  header = "\27Lua"
end
assert(select(2, load("\27Lua", "x", "b")):find("text"))
assert(load("\27Lua") == nil)
assert(load(setmetatable({}, {__tostring = function() return "\27Lua" end}) and "\27") == nil)
return "held"
