-- A script in the plain style: global functions and global variables, as a beginner or a game would write it.
-- test scale: 5
local N = tonumber(arg and arg[1]) or 3400

width = 60
height = 40
gravity = -1
score = 0
hits = 0
frame = 0
particles = {}
seed = 77

function random(limit)
  seed = (seed * 3877 + 29573) % 139968
  return seed % limit
end

function new_particle(x, y)
  return { x = x, y = y, dx = random(7) - 3, dy = random(5) + 2, age = 0, color = random(4) }
end

function spawn(count)
  for i = 1, count do
    particles[#particles + 1] = new_particle(random(width), random(height))
  end
end

function clamp(value, low, high)
  if value < low then return low end
  if value > high then return high end
  return value
end

function bounce(p)
  if p.x < 0 or p.x > width then
    p.dx = -p.dx
    p.x = clamp(p.x, 0, width)
    hits = hits + 1
  end
  if p.y < 0 then
    p.dy = math.abs(p.dy) - 1
    p.y = 0
    hits = hits + 1
  end
end

function update(p)
  p.x = p.x + p.dx
  p.y = p.y + p.dy
  p.dy = p.dy + gravity
  p.age = p.age + 1
  bounce(p)
  if p.color == frame % 4 then
    score = score + 1
  elseif p.x == p.y then
    score = score + 5
  end
end

function sweep()
  local kept = {}
  for i = 1, #particles do
    if particles[i].age < 40 then kept[#kept + 1] = particles[i] end
  end
  particles = kept
end

function draw()
  total_x = 0
  total_y = 0
  for i, p in ipairs(particles) do
    total_x = total_x + p.x
    total_y = total_y + p.y
  end
  checksum = ((checksum or 0) * 31 + total_x + total_y * 3) % 1000003
end

for step = 1, N do
  frame = step
  if #particles < 200 then spawn(20) end
  for i = 1, #particles do update(particles[i]) end
  if step % 5 == 0 then sweep() end
  draw()
end
print(score, hits, #particles, checksum)
