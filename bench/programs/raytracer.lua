-- A ray tracer: spheres and a checkered plane, a lamp, shadows and mirrors; prints a small picture.
-- test scale: 6
local N = tonumber(arg and arg[1]) or 110

local sqrt, floor = math.sqrt, math.floor

local Vector = {}
Vector.__index = Vector
local function vector(x, y, z) return setmetatable({ x = x, y = y, z = z }, Vector) end
Vector.__add = function(a, b) return vector(a.x + b.x, a.y + b.y, a.z + b.z) end
Vector.__sub = function(a, b) return vector(a.x - b.x, a.y - b.y, a.z - b.z) end
Vector.__mul = function(a, factor) return vector(a.x * factor, a.y * factor, a.z * factor) end
function Vector:dot(other) return self.x * other.x + self.y * other.y + self.z * other.z end
function Vector:unit() return self * (1 / sqrt(self:dot(self))) end

local Sphere = {}
Sphere.__index = Sphere
function Sphere.new(center, radius, color, mirror)
  return setmetatable({ center = center, radius = radius, color = color, mirror = mirror }, Sphere)
end
function Sphere:hit(origin, direction)
  local offset = origin - self.center
  local b = offset:dot(direction)
  local c = offset:dot(offset) - self.radius * self.radius
  local under = b * b - c
  if under < 0 then return nil end
  local root = sqrt(under)
  local distance = -b - root
  if distance > 1e-4 then return distance end
  distance = -b + root
  if distance > 1e-4 then return distance end
  return nil
end
function Sphere:normal(point) return (point - self.center):unit() end
function Sphere:shade() return self.color end

local Plane = {}
Plane.__index = Plane
function Plane.new(height, color, mirror)
  return setmetatable({ height = height, color = color, mirror = mirror }, Plane)
end
function Plane:hit(origin, direction)
  if direction.y > -1e-6 and direction.y < 1e-6 then return nil end
  local distance = (self.height - origin.y) / direction.y
  return distance > 1e-4 and distance or nil
end
function Plane:normal() return vector(0, 1, 0) end
function Plane:shade(point)
  if (floor(point.x) + floor(point.z)) % 2 == 0 then return self.color end
  return self.color * 0.3
end

local scene = {
  Sphere.new(vector(0, 0.2, 4), 1.2, 0.9, 0.35),
  Sphere.new(vector(-1.8, -0.4, 3.2), 0.6, 0.7, 0.1),
  Sphere.new(vector(1.7, -0.5, 3), 0.5, 1.0, 0.0),
  Sphere.new(vector(0.6, -0.7, 2.2), 0.3, 0.5, 0.5),
  Plane.new(-1, 0.8, 0.15),
}
local lamp = vector(-4, 6, -2)
local rays = 0

local function nearest(origin, direction)
  local best, thing = math.huge, nil
  for _, object in ipairs(scene) do
    local distance = object:hit(origin, direction)
    if distance and distance < best then best, thing = distance, object end
  end
  return thing, best
end

local function trace(origin, direction, depth)
  rays = rays + 1
  local object, distance = nearest(origin, direction)
  if not object then return 0.15 + 0.1 * direction.y end
  local point = origin + direction * distance
  local normal = object:normal(point)
  local to_lamp = lamp - point
  local lamp_distance = sqrt(to_lamp:dot(to_lamp))
  to_lamp = to_lamp:unit()
  local light = 0.1
  local facing = normal:dot(to_lamp)
  if facing > 0 then
    local blocker, blocked_at = nearest(point, to_lamp)
    if not blocker or blocked_at > lamp_distance then light = light + facing * 0.9 end
  end
  local brightness = light * object:shade(point)
  if object.mirror > 0 and depth < 4 then
    local mirrored = direction - normal * (2 * direction:dot(normal))
    brightness = brightness * (1 - object.mirror) + trace(point, mirrored, depth + 1) * object.mirror
  end
  return brightness
end

local width, height = N * 2, N
local shades = " .:-=+*#%@"
local eye = vector(0, 0.3, -2)
local total = 0.0
for row = 1, height do
  local line = {}
  for column = 1, width do
    local direction = vector((column - width / 2) / N, (height / 2 - row) / N, 1.4):unit()
    local brightness = trace(eye, direction, 1)
    total = total + brightness
    local level = floor(brightness * 9.99) + 1
    if level > 10 then level = 10 end
    if level < 1 then level = 1 end
    line[column] = shades:sub(level, level)
  end
  if row % 6 == 0 then print((table.concat(line):gsub("%s+$", ""))) end
end
print(("%d rays, brightness %.6f"):format(rays, total))
