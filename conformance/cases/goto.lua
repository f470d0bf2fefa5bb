-- goto and labels in every shape (§3.3.4).
do -- continue
  local t = {}
  for i = 1, 6 do
    if i % 2 == 0 then goto continue end
    t[#t + 1] = i
    ::continue::
  end
  print(table.concat(t, ",")) --> 1,3,5
end
do -- break out of nested loops
  local i, j
  for a = 1, 5 do
    for b = 1, 5 do
      if a * b == 12 then i, j = a, b goto found end
    end
  end
  ::found::
  print(i, j) --> 3 4
end
do -- a loop made of goto, and fresh locals on every turn
  local closures, i = {}, 1
  ::top::
  do
    local captured = i
    closures[i] = function() captured = captured + 1 return captured end
    i = i + 1
    if i <= 3 then goto top end
  end
  print(closures[1](), closures[1](), closures[2](), closures[3]()) --> 2 3 3 4
end
do -- a jump backwards over a local: a new variable each time
  local closures = {}
  ::again::
  local fresh = #closures
  closures[#closures + 1] = function() return fresh end
  if #closures < 3 then goto again end
  print(closures[1](), closures[2](), closures[3]()) --> 0 1 2
end
do -- out of while and repeat, the condition of repeat sees the locals of its body
  local n = 0
  repeat
    local done = n >= 3
    n = n + 1
    if n == 10 then goto out end
  until done
  ::out::
  print(n) --> 4
  while true do
    n = n + 1
    if n > 8 then goto finish end
  end
  ::finish::
  print(n) --> 9
end
do -- the same label name in nested functions and in sibling blocks
  local function f(x)
    if x then goto done end
    x = "was nil"
    ::done::
    return x
  end
  do goto done ::done:: end
  do goto done ::done:: end
  print(f(1), f()) --> 1 was nil
end
do -- a jump to the end of a block may enter the scope of a local that ends there
  do
    goto fin
    local unused
    ::fin::
  end
  do
    goto fin
    local unused
    ::fin:: ; ::other:: ;
  end
  print("void statements") --> void statements
end
do -- closing to-be-closed variables on the way out
  local log = {}
  local function closer(name) return setmetatable({}, { __close = function() log[#log + 1] = "close " .. name end }) end
  for i = 1, 2 do
    local c <close> = closer(i)
    if i == 1 then goto continue end
    log[#log + 1] = "body " .. i
    ::continue::
  end
  print(table.concat(log, ", ")) --> close 1, body 2, close 2
end
for _, source in ipairs {
  "goto nowhere",
  "do ::inner:: end goto inner",
  "::a:: ::a::",
  "::a:: do ::a:: end",
  "goto f; local x ::f:: print(x)",
  "do goto f; local x; ::f:: x = 1 end",
  "repeat if x then goto c end local y ::c:: until y",
  "break",
  "do break end",
  "function f() break end",
  "for i = 1, 2 do local function g() goto out end end ::out::",
  "while true do function f() break end end",
} do print((select(2, load(source, "=s")))) end
--> s:1: no visible label 'nowhere' for <goto> at line 1
--> s:1: no visible label 'inner' for <goto> at line 1
--> s:1: label 'a' already defined on line 1
--> s:1: label 'a' already defined on line 1
--> s:1: <goto f> at line 1 jumps into the scope of local 'x'
--> s:1: <goto f> at line 1 jumps into the scope of local 'x'
--> s:1: <goto c> at line 1 jumps into the scope of local 'y'
--> s:1: break outside loop at line 1
--> s:1: break outside loop at line 1
--> s:1: break outside loop at line 1
--> s:1: no visible label 'out' for <goto> at line 1
--> s:1: break outside loop at line 1
print(load("goto = 1", "=s")) --> nil s:1: <name> expected near '='
print(load("while true do break; local x = 1 end return 1", "=s") ~= nil) --> true
