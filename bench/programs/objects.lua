-- Classes with inheritance, methods and fields.
local Shape = {}
Shape.__index = Shape
function Shape.new(class, x, y) return setmetatable({ x = x, y = y, moves = 0 }, class) end
function Shape:move(dx, dy)
  self.x, self.y = self.x + dx, self.y + dy
  self.moves = self.moves + 1
  return self
end
function Shape:area() return 0 end

local Box = setmetatable({}, { __index = Shape })
Box.__index = Box
function Box.new(x, y, w, h)
  local box = Shape.new(Box, x, y)
  box.w, box.h = w, h
  return box
end
function Box:area() return self.w * self.h end

local Circle = setmetatable({}, { __index = Shape })
Circle.__index = Circle
function Circle.new(x, y, r)
  local circle = Shape.new(Circle, x, y)
  circle.r = r
  return circle
end
function Circle:area() return 3 * self.r * self.r end

local shapes = {}
for i = 1, 300 do
  shapes[#shapes + 1] = i % 2 == 0 and Box.new(i, i, i % 5, i % 7) or Circle.new(i, -i, i % 11)
end
local total = 0
for round = 1, 500 do
  for _, shape in ipairs(shapes) do
    total = total + shape:move(round % 3, 1):area()
  end
end
print(total, shapes[1].x, shapes[300].y, shapes[7].moves)
