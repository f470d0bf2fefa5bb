-- One-way constraints between variables, planned by strength and propagated (in the manner of DeltaBlue).
-- test scale: 2
local N = tonumber(arg and arg[1]) or 64

-- Strengths: the smaller, the stronger.
local REQUIRED, STRONG, MEDIUM, WEAK, NONE = 1, 2, 3, 4, 5

local Variable = {}
Variable.__index = Variable
function Variable.new(name, value)
  return setmetatable({ name = name, value = value, constraints = {}, decided_by = nil, strength = NONE, mark = 0 }, Variable)
end
function Variable:attach(constraint) self.constraints[#self.constraints + 1] = constraint end
function Variable:detach(constraint)
  for i, attached in ipairs(self.constraints) do
    if attached == constraint then
      table.remove(self.constraints, i)
      break
    end
  end
  if self.decided_by == constraint then self.decided_by = nil end
end

-- A constraint has ways: each computes one of its variables from the others.
local Constraint = {}
Constraint.__index = Constraint
local function subclass(parent)
  local class = setmetatable({}, { __index = parent })
  class.__index = class
  return class
end
function Constraint:init(strength, variables)
  self.strength, self.variables, self.output = strength, variables, nil
  return self
end
function Constraint:outputs() return self.variables end
function Constraint:is_satisfied() return self.output ~= nil end
function Constraint:is_input() return false end
-- The output which the weakest constraint decides so far, if this one is stronger and it is not marked.
function Constraint:choose(mark)
  local best
  for _, variable in ipairs(self:outputs()) do
    if variable.mark ~= mark and variable.strength > self.strength then
      if not best or variable.strength > best.strength then best = variable end
    end
  end
  self.output = best
  return best
end
function Constraint:inputs_known(mark)
  for _, variable in ipairs(self.variables) do
    if variable ~= self.output and variable.decided_by and variable.mark ~= mark then return false end
  end
  return true
end
function Constraint:update_strength()
  local weakest = self.strength
  for _, variable in ipairs(self.variables) do
    if variable ~= self.output and variable.strength > weakest then weakest = variable.strength end
  end
  self.output.strength = weakest
end
function Constraint:execute() end

local Stay = subclass(Constraint)
function Stay.new(variable, strength) return Constraint.init(setmetatable({}, Stay), strength, { variable }) end

local Edit = subclass(Stay)
function Edit.new(variable, strength) return Constraint.init(setmetatable({}, Edit), strength, { variable }) end
function Edit:is_input() return true end

local Equal = subclass(Constraint)
function Equal.new(a, b, strength) return Constraint.init(setmetatable({}, Equal), strength, { a, b }) end
function Equal:execute()
  local a, b = self.variables[1], self.variables[2]
  if self.output == a then a.value = b.value else b.value = a.value end
end

-- target = source * factor + offset
local Scale = subclass(Constraint)
function Scale.new(source, target, factor, offset, strength)
  local scale = Constraint.init(setmetatable({}, Scale), strength, { source, target })
  scale.factor, scale.offset = factor, offset
  return scale
end
function Scale:execute()
  local source, target = self.variables[1], self.variables[2]
  if self.output == target then
    target.value = source.value * self.factor + self.offset
  else
    source.value = (target.value - self.offset) // self.factor
  end
end

local Planner = {}
Planner.__index = Planner
function Planner.new() return setmetatable({ mark = 0, executed = 0, planned = 0 }, Planner) end
function Planner:new_mark()
  self.mark = self.mark + 1
  return self.mark
end

function Planner:add(constraint)
  for _, variable in ipairs(constraint.variables) do variable:attach(constraint) end
  local mark = self:new_mark()
  while constraint do constraint = self:satisfy(constraint, mark) end
end

-- Satisfies a constraint and returns the weaker one that it overrides, if any.
function Planner:satisfy(constraint, mark)
  local output = constraint:choose(mark)
  if not output then
    if constraint.strength == REQUIRED then error("a required constraint cannot be satisfied") end
    return nil
  end
  for _, variable in ipairs(constraint.variables) do
    if variable ~= output then variable.mark = mark end
  end
  local overridden = output.decided_by
  if overridden then overridden.output = nil end
  output.decided_by = constraint
  self:propagate(constraint)
  output.mark = mark
  return overridden
end

function Planner:propagate(constraint)
  local todo = { constraint }
  while #todo > 0 do
    local current = table.remove(todo)
    current:update_strength()
    current:execute()
    self.executed = self.executed + 1
    self:consumers(current.output, todo)
  end
end

function Planner:consumers(variable, list)
  for _, constraint in ipairs(variable.constraints) do
    if constraint ~= variable.decided_by and constraint:is_satisfied() then list[#list + 1] = constraint end
  end
end

function Planner:remove(constraint)
  local output = constraint.output
  for _, variable in ipairs(constraint.variables) do variable:detach(constraint) end
  constraint.output = nil
  if not output then return end
  output.strength = NONE
  local unsatisfied, todo = {}, { output }
  while #todo > 0 do
    local variable = table.remove(todo)
    for _, other in ipairs(variable.constraints) do
      if not other:is_satisfied() then
        unsatisfied[#unsatisfied + 1] = other
      elseif other ~= variable.decided_by then
        other:update_strength()
        todo[#todo + 1] = other.output
      end
    end
  end
  for strength = REQUIRED, WEAK do
    for _, other in ipairs(unsatisfied) do
      if other.strength == strength and not other:is_satisfied() then
        local mark, again = self:new_mark(), other
        while again do again = self:satisfy(again, mark) end
      end
    end
  end
end

-- The constraints to execute, in order, when an input changes.
function Planner:plan(inputs)
  local mark, plan, todo = self:new_mark(), {}, {}
  for _, input in ipairs(inputs) do
    if input:is_input() and input:is_satisfied() then todo[#todo + 1] = input end
  end
  while #todo > 0 do
    local constraint = table.remove(todo)
    if constraint.output.mark ~= mark and constraint:inputs_known(mark) then
      plan[#plan + 1] = constraint
      constraint.output.mark = mark
      self:consumers(constraint.output, todo)
    end
  end
  self.planned = self.planned + #plan
  return plan
end

local function execute(plan)
  for _, constraint in ipairs(plan) do constraint:execute() end
end

local function chain(planner, length, rounds)
  local variables = {}
  for i = 0, length do
    variables[i] = Variable.new("v" .. i, 0)
    if i > 0 then planner:add(Equal.new(variables[i - 1], variables[i], REQUIRED)) end
  end
  planner:add(Stay.new(variables[length], WEAK))
  local edit = Edit.new(variables[0], STRONG)
  planner:add(edit)
  local plan, sum = planner:plan({ edit }), 0
  for i = 1, rounds do
    variables[0].value = i
    execute(plan)
    sum = sum + variables[length].value
  end
  planner:remove(edit)
  return sum
end

local function projection(planner, size)
  local sources, targets = {}, {}
  for i = 1, size do
    sources[i], targets[i] = Variable.new("s" .. i, i), Variable.new("t" .. i, i)
    planner:add(Stay.new(sources[i], MEDIUM))
    planner:add(Scale.new(sources[i], targets[i], 10, 1000, REQUIRED))
  end
  local function change(variable, value)
    local edit = Edit.new(variable, STRONG)
    planner:add(edit)
    local plan = planner:plan({ edit })
    for _ = 1, 5 do
      variable.value = value
      execute(plan)
    end
    planner:remove(edit)
  end
  local sum = 0
  for i = 1, size do
    change(sources[i], i * 3)
    sum = sum + targets[i].value
    change(targets[i], i * 50)
    sum = sum + sources[i].value
  end
  return sum
end

local planner = Planner.new()
for round = 1, N do
  local chained, projected = chain(planner, 60 + round % 3, 20), projection(planner, 40)
  if round % 10 == 1 or round == N then print(round, chained, projected) end
end
print(planner.mark, planner.executed, planner.planned)
