-- A byte code machine: an assembler with labels, a loop with a chain of comparisons, one with a table of handlers.
-- test scale: 60
local N = tonumber(arg and arg[1]) or 66000

local listing = [[
  push 0  store sum
  push 1  store i
again:
  load i  push LIMIT  less  jump_if_not done
  load i  push 3  mod  jump_if_not third
  load sum  load i  add  store sum
  jump next
third:
  load sum  push 2  mul  push 1000003  mod  store sum
next:
  load i  push 1  add  store i
  jump again
done:
  load sum  print  halt
]]

local function assemble(text)
  local code, labels, variables, count = {}, {}, {}, 0
  for word in text:gmatch("%S+") do
    local label = word:match("^(%w+):$")
    if label then
      labels[label] = #code + 1
    else
      code[#code + 1] = tonumber(word) or word
    end
  end
  for i = 2, #code do
    local before, word = code[i - 1], code[i]
    if before == "jump" or before == "jump_if_not" then
      code[i] = labels[word]
    elseif before == "load" or before == "store" then
      if not variables[word] then
        count = count + 1
        variables[word] = count
      end
      code[i] = variables[word]
    end
  end
  return code
end

local output = {}

local function run_by_comparison(code)
  local stack, top, variables, pc, steps = {}, 0, {}, 1, 0
  while true do
    local op = code[pc]
    steps = steps + 1
    if op == "push" then
      top = top + 1
      stack[top] = code[pc + 1]
      pc = pc + 2
    elseif op == "load" then
      top = top + 1
      stack[top] = variables[code[pc + 1]]
      pc = pc + 2
    elseif op == "store" then
      variables[code[pc + 1]] = stack[top]
      top = top - 1
      pc = pc + 2
    elseif op == "add" then
      top = top - 1
      stack[top] = stack[top] + stack[top + 1]
      pc = pc + 1
    elseif op == "mul" then
      top = top - 1
      stack[top] = stack[top] * stack[top + 1]
      pc = pc + 1
    elseif op == "mod" then
      top = top - 1
      stack[top] = stack[top] % stack[top + 1]
      pc = pc + 1
    elseif op == "less" then
      top = top - 1
      stack[top] = stack[top] < stack[top + 1] and 1 or 0
      pc = pc + 1
    elseif op == "jump" then
      pc = code[pc + 1]
    elseif op == "jump_if_not" then
      top = top - 1
      if stack[top + 1] == 0 then pc = code[pc + 1] else pc = pc + 2 end
    elseif op == "print" then
      output[#output + 1] = stack[top]
      top = top - 1
      pc = pc + 1
    elseif op == "halt" then
      return steps
    else
      error("unknown instruction " .. tostring(op))
    end
  end
end

local handlers = {}
function handlers.push(m)
  m.top = m.top + 1
  m.stack[m.top] = m.code[m.pc + 1]
  return m.pc + 2
end
function handlers.load(m)
  m.top = m.top + 1
  m.stack[m.top] = m.variables[m.code[m.pc + 1]]
  return m.pc + 2
end
function handlers.store(m)
  m.variables[m.code[m.pc + 1]] = m.stack[m.top]
  m.top = m.top - 1
  return m.pc + 2
end
local function binary(f)
  return function(m)
    local stack, top = m.stack, m.top - 1
    stack[top] = f(stack[top], stack[top + 1])
    m.top = top
    return m.pc + 1
  end
end
handlers.add = binary(function(a, b) return a + b end)
handlers.mul = binary(function(a, b) return a * b end)
handlers.mod = binary(function(a, b) return a % b end)
handlers.less = binary(function(a, b) return a < b and 1 or 0 end)
function handlers.jump(m) return m.code[m.pc + 1] end
function handlers.jump_if_not(m)
  local value = m.stack[m.top]
  m.top = m.top - 1
  if value == 0 then return m.code[m.pc + 1] end
  return m.pc + 2
end
function handlers.print(m)
  output[#output + 1] = m.stack[m.top]
  m.top = m.top - 1
  return m.pc + 1
end
function handlers.halt() return nil end

local function run_by_handlers(code)
  local machine, steps = { code = code, stack = {}, top = 0, variables = {}, pc = 1 }, 0
  while machine.pc do
    steps = steps + 1
    machine.pc = handlers[code[machine.pc]](machine)
  end
  return steps
end

local code = assemble((listing:gsub("LIMIT", N)))
print(#code, run_by_comparison(code), run_by_handlers(code), table.concat(output, " "))
