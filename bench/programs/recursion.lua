-- Recursion that carries data along: towers of Hanoi, mutual recursion, tail calls, paths through a grid.
-- test scale: 6
local N = tonumber(arg and arg[1]) or 20

local pegs, moves

local function hanoi(n, from, to, via)
  if n == 0 then return end
  hanoi(n - 1, from, via, to)
  local disc = table.remove(pegs[from])
  table.insert(pegs[to], disc)
  moves = moves + 1
  hanoi(n - 1, via, to, from)
end

local is_even, is_odd
function is_even(n)
  if n == 0 then return true end
  return is_odd(n - 1)
end
function is_odd(n)
  if n == 0 then return false end
  return is_even(n - 1)
end

local function sum_to(n, total)
  if n == 0 then return total end
  return sum_to(n - 1, (total + n) % 1000003)
end

local function paths(width, height)
  if width == 0 or height == 0 then return 1 end
  return paths(width - 1, height) + paths(width, height - 1)
end

local function depth_sum(tree, depth)
  if type(tree) ~= "table" then return tree * depth end
  local sum = 0
  for i = 1, #tree do sum = sum + depth_sum(tree[i], depth + 1) end
  return sum
end

local function nest(n)
  if n <= 1 then return n end
  return { nest(n - 1), n, nest(n - 2) }
end

pegs, moves = { {}, {}, {} }, 0
for disc = N, 1, -1 do pegs[1][#pegs[1] + 1] = disc end
hanoi(N, 1, 3, 2)
print("hanoi", moves, #pegs[1], #pegs[3], pegs[3][1])

local even = 0
for n = 1, N * 40 do
  if is_even(n) then even = even + 1 end
end
print("even", even)
print("sum", sum_to(N * 20000, 0))
print("paths", paths(N // 2 + 1, N // 2 + 1))
print("nested", depth_sum(nest(N), 0))
