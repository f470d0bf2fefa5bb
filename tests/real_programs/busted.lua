-- As much of the test framework busted as the specs of inspect.lua and middleclass use.
-- As a program: lua busted.lua SPEC..., prints one line for each test and a summary.
local prepare, path = { {} }, {}
local passed, failed = 0, 0
local last

local busted = {}

function busted.describe(name, body)
  path[#path + 1] = name
  prepare[#prepare + 1] = {}
  body()
  path[#path], prepare[#prepare] = nil, nil
end

function busted.before_each(action)
  local level = prepare[#prepare]
  level[#level + 1] = action
end

-- Has an action done at the end of the running test, also when it fails.
function busted.finally(action)
  last = action
end

function busted.it(name, body)
  last = nil
  local ok, message = pcall(function()
    for _, level in ipairs(prepare) do
      for _, action in ipairs(level) do action() end
    end
    body()
  end)
  if last then last() end
  if ok then passed = passed + 1 else failed = failed + 1 end
  print((ok and "ok      " or "FAILED  ") .. table.concat(path, " ") .. " " .. name .. (ok and "" or ": " .. tostring(message)))
end

local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  for k, v in pairs(a) do if not same(v, b[k]) then return false end end
  for k in pairs(b) do if a[k] == nil then return false end end
  return true
end

local function verdict(check, text)
  return function(...)
    if not check(...) then
      local values = table.pack(...)
      for i = 1, values.n do values[i] = tostring(values[i]) end
      error(text .. ": " .. table.concat(values, ", "), 2)
    end
  end
end

local equal = verdict(function(a, b) return a == b end, "not equal")
busted.assert = setmetatable({
  equal = equal,
  equals = equal,
  same = verdict(same, "not the same"),
  are = { same = verdict(same, "not the same") },
  error = verdict(function(f) return not pcall(f) end, "no error"),
  is_true = verdict(function(v) return v == true end, "not true"),
  is_false = verdict(function(v) return v == false end, "not false"),
  is_falsy = verdict(function(v) return not v end, "not falsy"),
  is_nil = verdict(function(v) return v == nil end, "not nil"),
  not_table = verdict(function(v) return type(v) ~= "table" end, "a table"),
}, { __call = function(_, ok, ...) if not ok then error((...) or "assertion failed", 2) end return ok, ... end })

for name, value in pairs(busted) do _G[name] = value end
package.loaded.busted = busted
for _, spec in ipairs(arg) do dofile(spec) end
print(passed .. " passed, " .. failed .. " failed")
os.exit(failed == 0)
