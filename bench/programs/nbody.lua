-- Bodies that attract each other: floats in the fields of records.
-- test scale: 60
local N = tonumber(arg and arg[1]) or 72000

local sqrt = math.sqrt
local bodies = {}
for i = 1, 5 do
  bodies[i] = { x = i * 1.5, y = i * i * 0.25, z = 1 / i, vx = 0.0, vy = 0.01 * i, vz = 0.0, mass = 1 / (i + 1) }
end

local function advance(dt)
  for i = 1, #bodies do
    local a = bodies[i]
    for j = i + 1, #bodies do
      local b = bodies[j]
      local dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
      local squared = dx * dx + dy * dy + dz * dz
      local force = dt / (squared * sqrt(squared))
      a.vx, a.vy, a.vz = a.vx - dx * b.mass * force, a.vy - dy * b.mass * force, a.vz - dz * b.mass * force
      b.vx, b.vy, b.vz = b.vx + dx * a.mass * force, b.vy + dy * a.mass * force, b.vz + dz * a.mass * force
    end
  end
  for i = 1, #bodies do
    local body = bodies[i]
    body.x, body.y, body.z = body.x + dt * body.vx, body.y + dt * body.vy, body.z + dt * body.vz
  end
end

local function energy()
  local sum = 0.0
  for i, body in ipairs(bodies) do
    sum = sum + body.mass * (body.vx ^ 2 + body.vy ^ 2 + body.vz ^ 2) / 2
    for j = i + 1, #bodies do
      local other = bodies[j]
      local dx, dy, dz = body.x - other.x, body.y - other.y, body.z - other.z
      sum = sum - body.mass * other.mass / sqrt(dx * dx + dy * dy + dz * dz)
    end
  end
  return sum
end

print(("before %.9f"):format(energy()))
for _ = 1, N do advance(0.001) end
print(("after %.9f %.9f %.9f"):format(energy(), bodies[1].x, bodies[5].vy))
