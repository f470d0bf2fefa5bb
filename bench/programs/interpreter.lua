-- An interpreter for a small language: lexer, recursive-descent parser, tree-walking evaluator with scopes.
-- test scale: 4
local N = tonumber(arg and arg[1]) or 24

local program = [[
fib = fn(n) if n < 2 then n else fib(n - 1) + fib(n - 2) end;
power = fn(base, exponent)
  if exponent == 0 then 1 else base * power(base, exponent - 1) end;
total = 0; i = 0;
while i < LIMIT do
  total = total + i * i % 7;
  if total > 1000 then total = total - 999 else total = total + 1 end;
  i = i + 1
end;
compose = fn(f, g) fn(x) f(g(x));
twice = fn(x) x * 2;
add = fn(a) fn(b) a + b;
h = compose(twice, add(5));
fib(DEPTH) + power(2, 20) + total * 3 + h(10)
]]

-- Lexer
local function lex(text)
  local tokens, position = {}, 1
  while true do
    position = text:find("%S", position)
    if not position then break end
    local token = text:match("^%d+", position)
    if token then
      tokens[#tokens + 1] = { kind = "number", value = tonumber(token) }
    else
      token = text:match("^%a%w*", position)
      if token then
        tokens[#tokens + 1] = { kind = "name", value = token }
      else
        token = text:match("^==", position) or text:sub(position, position)
        tokens[#tokens + 1] = { kind = "mark", value = token }
      end
    end
    position = position + #token
  end
  tokens[#tokens + 1] = { kind = "end", value = "<end>" }
  return tokens
end

-- Parser
local Parser = {}
Parser.__index = Parser

function Parser.new(tokens) return setmetatable({ tokens = tokens, position = 1 }, Parser) end
function Parser:peek() return self.tokens[self.position].value end
function Parser:take()
  local token = self.tokens[self.position]
  self.position = self.position + 1
  return token
end
function Parser:accept(value)
  if self:peek() == value then
    self.position = self.position + 1
    return true
  end
  return false
end
function Parser:expect(value)
  if not self:accept(value) then error("expected " .. value .. " near " .. tostring(self:peek())) end
end

function Parser:block(...)
  local stops = { ... }
  local body = {}
  while true do
    body[#body + 1] = self:expression()
    if not self:accept(";") then break end
    for _, stop in ipairs(stops) do
      if self:peek() == stop then return { tag = "block", body = body } end
    end
  end
  return { tag = "block", body = body }
end

local levels = { { "<", "==", ">" }, { "+", "-" }, { "*", "%" } }

function Parser:binary(level)
  if level > #levels then return self:call() end
  local left = self:binary(level + 1)
  while true do
    local operator
    for _, candidate in ipairs(levels[level]) do
      if self:accept(candidate) then
        operator = candidate
        break
      end
    end
    if not operator then return left end
    left = { tag = "binary", operator = operator, left = left, right = self:binary(level + 1) }
  end
end

function Parser:call()
  local node = self:primary()
  while self:accept("(") do
    local arguments = {}
    if not self:accept(")") then
      repeat arguments[#arguments + 1] = self:expression() until not self:accept(",")
      self:expect(")")
    end
    node = { tag = "call", callee = node, arguments = arguments }
  end
  return node
end

function Parser:primary()
  local token = self:take()
  if token.kind == "number" then return { tag = "number", value = token.value } end
  if token.value == "(" then
    local inner = self:expression()
    self:expect(")")
    return inner
  end
  if token.kind == "name" then return { tag = "name", name = token.value } end
  error("unexpected " .. tostring(token.value))
end

function Parser:expression()
  if self:accept("fn") then
    local parameters = {}
    self:expect("(")
    repeat parameters[#parameters + 1] = self:take().value until not self:accept(",")
    self:expect(")")
    return { tag = "function", parameters = parameters, body = self:expression() }
  elseif self:accept("if") then
    local node = { tag = "if", condition = self:expression() }
    self:expect("then")
    node.yes = self:block("else")
    self:expect("else")
    node.no = self:block("end")
    self:expect("end")
    return node
  elseif self:accept("while") then
    local node = { tag = "while", condition = self:expression() }
    self:expect("do")
    node.body = self:block("end")
    self:expect("end")
    return node
  end
  local node = self:binary(1)
  if node.tag == "name" and self:accept("=") then
    return { tag = "assign", name = node.name, value = self:expression() }
  end
  return node
end

-- Evaluator
local evaluate

local function lookup(scope, name)
  while scope do
    local value = scope.variables[name]
    if value ~= nil then return value end
    scope = scope.parent
  end
  error("unknown variable " .. name)
end

local function assign(scope, name, value)
  local target = scope
  while target do
    if target.variables[name] ~= nil then
      target.variables[name] = value
      return
    end
    target = target.parent
  end
  scope.variables[name] = value
end

local operators = {
  ["+"] = function(a, b) return a + b end,
  ["-"] = function(a, b) return a - b end,
  ["*"] = function(a, b) return a * b end,
  ["%"] = function(a, b) return a % b end,
  ["<"] = function(a, b) return a < b end,
  [">"] = function(a, b) return a > b end,
  ["=="] = function(a, b) return a == b end,
}

local evaluators = {}
function evaluators.number(node) return node.value end
function evaluators.name(node, scope) return lookup(scope, node.name) end
function evaluators.binary(node, scope)
  return operators[node.operator](evaluate(node.left, scope), evaluate(node.right, scope))
end
function evaluators.assign(node, scope)
  local value = evaluate(node.value, scope)
  assign(scope, node.name, value)
  return value
end
function evaluators.block(node, scope)
  local result
  for _, statement in ipairs(node.body) do result = evaluate(statement, scope) end
  return result
end
evaluators["if"] = function(node, scope)
  return evaluate(evaluate(node.condition, scope) and node.yes or node.no, scope)
end
evaluators["while"] = function(node, scope)
  while evaluate(node.condition, scope) do evaluate(node.body, scope) end
  return 0
end
evaluators["function"] = function(node, scope) return { node = node, scope = scope } end
function evaluators.call(node, scope)
  local callee = evaluate(node.callee, scope)
  local variables = {}
  for i, parameter in ipairs(callee.node.parameters) do variables[parameter] = evaluate(node.arguments[i], scope) end
  return evaluate(callee.node.body, { variables = variables, parent = callee.scope })
end

function evaluate(node, scope) return evaluators[node.tag](node, scope) end

local tree = Parser.new(lex(program)):block("<end>")
local globals = { variables = { LIMIT = N * 500, DEPTH = N } }
print(evaluate(tree, globals), globals.variables.total, globals.variables.i)
