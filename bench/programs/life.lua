-- Conway's game of life on a torus, and once more on a set of live cells without borders.
-- test scale: 4
local N = tonumber(arg and arg[1]) or 380

local width, height = 64, 48

local function new_board()
  local board = {}
  for y = 1, height do
    local row = {}
    for x = 1, width do row[x] = 0 end
    board[y] = row
  end
  return board
end

local function step(board)
  local result = {}
  for y = 1, height do
    local above, row, below = board[(y - 2) % height + 1], board[y], board[y % height + 1]
    local target = {}
    for x = 1, width do
      local left, right = (x - 2) % width + 1, x % width + 1
      local count = above[left] + above[x] + above[right] + row[left] + row[right]
        + below[left] + below[x] + below[right]
      if count == 3 or count == 2 and row[x] == 1 then
        target[x] = 1
      else
        target[x] = 0
      end
    end
    result[y] = target
  end
  return result
end

local board = new_board()
local seed = 12345
for y = 1, height do
  for x = 1, width do
    seed = (seed * 3877 + 29573) % 139968
    if seed % 10 < 3 then board[y][x] = 1 end
  end
end
for _ = 1, N do board = step(board) end
local alive, digest = 0, 0
for y = 1, height do
  for x = 1, width do
    alive = alive + board[y][x]
    digest = (digest * 2 + board[y][x]) % 1000003
  end
end
print("torus", alive, digest)
for y = 1, 6 do print((table.concat(board[y]):gsub("0", "."):gsub("1", "#"))) end

-- Cells as keys "x,y" of a set.
local function key(x, y) return x .. "," .. y end
local live = {}
for _, cell in ipairs({ { 1, 0 }, { 2, 0 }, { 0, 1 }, { 1, 1 }, { 1, 2 } }) do
  live[key(cell[1], cell[2])] = { cell[1], cell[2] }
end
local function step_set(cells)
  local neighbours = {}
  for _, cell in pairs(cells) do
    for dx = -1, 1 do
      for dy = -1, 1 do
        if dx ~= 0 or dy ~= 0 then
          local x, y = cell[1] + dx, cell[2] + dy
          local name = key(x, y)
          local entry = neighbours[name]
          if entry then
            entry[3] = entry[3] + 1
          else
            neighbours[name] = { x, y, 1 }
          end
        end
      end
    end
  end
  local result = {}
  for name, entry in pairs(neighbours) do
    if entry[3] == 3 or entry[3] == 2 and cells[name] then result[name] = entry end
  end
  return result
end
for _ = 1, N // 2 do live = step_set(live) end
local count, weight = 0, 0
for _, cell in pairs(live) do
  count = count + 1
  weight = weight + cell[1] * 3 + cell[2]
end
print("set", count, weight)
