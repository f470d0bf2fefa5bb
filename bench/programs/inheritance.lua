-- A class hierarchy three levels deep: inherited methods, overridden ones, calls of the parent's method.
-- test scale: 4
local N = tonumber(arg and arg[1]) or 1400

local function class(parent)
  local new_class = {}
  new_class.__index = new_class
  new_class.super = parent
  function new_class.new(...)
    local object = setmetatable({}, new_class)
    object:init(...)
    return object
  end
  return setmetatable(new_class, { __index = parent })
end

local Shape = class()
function Shape:init(x, y)
  self.x, self.y, self.moves = x, y, 0
end
function Shape:move(dx, dy)
  self.x, self.y = self.x + dx, self.y + dy
  self.moves = self.moves + 1
  return self
end
function Shape:area() return 0 end
function Shape:name() return "shape" end
function Shape:describe() return self:name() .. " " .. self:area() end

local Box = class(Shape)
function Box:init(x, y, width, height)
  Shape.init(self, x, y)
  self.width, self.height = width, height
end
function Box:area() return self.width * self.height end
function Box:name() return "box" end

local Square = class(Box)
function Square:init(x, y, side) Box.init(self, x, y, side, side) end
function Square:name() return "square" end

local Circle = class(Shape)
function Circle:init(x, y, radius)
  self.super.init(self, x, y)
  self.radius = radius
end
function Circle:area() return 3 * self.radius * self.radius end
function Circle:move(dx, dy)
  Shape.move(self, dx, dy)
  self.radius = self.radius % 11 + 1
  return self
end

local shapes = {}
for i = 1, 300 do
  local kind = i % 4
  if kind == 0 then
    shapes[i] = Box.new(i, i, i % 5, i % 7)
  elseif kind == 1 then
    shapes[i] = Square.new(i, -i, i % 9)
  elseif kind == 2 then
    shapes[i] = Circle.new(-i, i, i % 11)
  else
    shapes[i] = Shape.new(i, i)
  end
end

local total = 0
for round = 1, N do
  for _, shape in ipairs(shapes) do
    total = total + shape:move(round % 3, 1):area()
  end
end
print("areas", total)

local letters = 0
for _ = 1, N // 8 do
  for _, shape in ipairs(shapes) do letters = letters + #shape:describe() end
end
print("letters", letters)

local made = 0
for i = 1, N * 100 do made = made + Square.new(i, i, i % 10):area() end
print("made", made, shapes[1].x, shapes[300].y, shapes[6].radius, shapes[7].moves)
