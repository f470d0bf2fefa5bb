-- Numeric loops at the edges of integers and floats, generic loops (§3.3.5).
local function run(a, b, c, limit)
  local t = {}
  for i = a, b, c do
    t[#t + 1] = tostring(i)
    if #t >= (limit or 10) then t[#t + 1] = "..." break end
  end
  return #t == 0 and "none" or table.concat(t, " ")
end
local max, min = math.maxinteger, math.mininteger
print(run(1, 3, 1)) --> 1 2 3
print(run(3, 1, -1)) --> 3 2 1
print(run(1, 0, 1)) --> none
print(run(0, 1, -1)) --> none
print(run(1, 1, 1)) --> 1
print(run(max - 1, max, 1)) --> 9223372036854775806 9223372036854775807
print(run(min + 1, min, -1)) --> -9223372036854775807 -9223372036854775808
print(run(max - 3, max, 2)) --> 9223372036854775804 9223372036854775806
print(run(min, min + 2, 1)) --> -9223372036854775808 -9223372036854775807 -9223372036854775806
print(run(max, max + 1.0, 1)) --> 9223372036854775807
print(run(1, math.huge, 1, 3)) --> 1 2 3 ...
print(run(1, -math.huge, -1, 3)) --> 1 0 -1 ...
print(run(-1, -math.huge, -1, 3)) --> -1 -2 -3 ...
print(run(1, 0 / 0, 1)) --> none
print(run(1, 3.9, 1)) --> 1 2 3
print(run(1, -3.9, -2)) --> 1 -1 -3
print(run(3, 1.1, -1)) --> 3 2
print(run(1.0, 3, 1)) --> 1.0 2.0 3.0
print(run(1, 3, 1.0)) --> 1.0 2.0 3.0
print(run(0.1, 0.5, 0.1)) --> 0.1 0.2 0.3 0.4 0.5
print(run(1, 2, 0.25)) --> 1.0 1.25 1.5 1.75 2.0
print(run(1.0, 0.0, -0.5)) --> 1.0 0.5 0.0
print(run(min, max, max)) --> -9223372036854775808 -1 9223372036854775806
print(run(max, min, min)) --> 9223372036854775807 -1
print(run(1, 10, max)) --> 1
print(run(-1, -10, min)) --> -1
print(run(3, 1, 1)) --> none
print(run(1, "3" + 0, 1)) --> 1 2 3
print(pcall(run, 1, 10, 0)) --> false for_loops.lua:4: 'for' step is zero
print(pcall(run, 1.0, 10, 0)) --> false for_loops.lua:4: 'for' step is zero
print(pcall(run, "1", 2, 1)) --> true 1.0 2.0
print(pcall(run, 1, "2", 1)) --> true 1 2
print(pcall(run, 1, 2, "1")) --> true 1.0 2.0
print(pcall(run, nil, 2, 1)) --> false for_loops.lua:4: bad 'for' initial value (number expected, got nil)
print(pcall(run, 1, nil, 1)) --> false for_loops.lua:4: bad 'for' limit (number expected, got nil)
print(pcall(run, 1, 2, {})) --> false for_loops.lua:4: bad 'for' step (number expected, got table)
print(run(1e15, 1e15 + 2, 1)) --> 1e+15 1e+15 1e+15
print(run(2 ^ 53, 2 ^ 53 + 2, 1, 4))
--> 9.007199254741e+15 9.007199254741e+15 9.007199254741e+15 9.007199254741e+15 ...
print(math.type((function() for i = 1, 2.0 do return i end end)()), math.type((function() for i = 1.0, 2 do return i end end)()))
--> integer float
-- the default step; the limit is evaluated once; the variable is a copy
local n, out = 3, {}
for i = 1, n do
  n = 10
  out[#out + 1] = i
  i = i + 100
end
print(table.concat(out, " ")) --> 1 2 3
-- nested with breaks
local pairs_ = {}
for i = 1, 4 do
  for j = 1, 4 do
    if j > i then break end
    if (i + j) % 2 == 0 then pairs_[#pairs_ + 1] = i .. j end
  end
end
print(table.concat(pairs_, " ")) --> 11 22 31 33 42 44
-- generic: stateless, with state, with a control value that is false or changes
local function iter(limit, i) if i < limit then return i + 1, (i + 1) ^ 2 end end
local t = {}
for i, square in iter, 3, 0 do t[#t + 1] = i .. "=" .. square end
print(table.concat(t, " ")) --> 1=1.0 2=4.0 3=9.0
local calls = 0
for v in function(_, control) calls = calls + 1 if calls == 1 then return false elseif control == false then return nil end end do t = v end
print(calls, t) --> 2 false
for a, b, c, d in function(s, i) if i == nil then return 1, 2 end end do print(a, b, c, d) end
--> 1 2 nil nil
for _ in (function() end) do print("never") end
-- the hidden control variable is not changed by assigning to the visible one
local keys = {}
for k in pairs({ 10, 20, 30 }) do keys[#keys + 1] = k k = nil end
print(table.concat(keys, " ")) --> 1 2 3
-- clearing fields while traversing
local clear = {}
for i = 1, 20 do clear[i] = i clear["k" .. i] = i end
local count = 0
for k in pairs(clear) do clear[k] = nil count = count + 1 end
print(count, next(clear)) --> 40 nil
-- pairs: the array part comes in order, each key once
local mixed, seen = { 1, 2, 3, x = 1, y = 2, [100] = 3, [1.5] = 4 }, {}
for k, v in pairs(mixed) do seen[#seen + 1] = tostring(k) .. "=" .. v end
table.sort(seen)
print(table.concat(seen, " ")) --> 1.5=4 100=3 1=1 2=2 3=3 x=1 y=2
-- ipairs stops at the first nil
local holes = {}
for i in ipairs { 1, 2, nil, 4 } do holes[#holes + 1] = i end
print(#holes, select("#", ipairs({})), (next({}))) --> 2 3 nil
-- while and repeat
local w = 0
while w < 5 do w = w + 2 end
repeat local stop = w > 8 w = w + 1 until stop
print(w) --> 10
