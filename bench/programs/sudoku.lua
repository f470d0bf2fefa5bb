-- Sudoku puzzles solved by elimination and search; candidates as sets of digits.
-- test scale: 1
local N = tonumber(arg and arg[1]) or 7

local puzzles = {
  "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79",
  "..............3.85..1.2.......5.7.....4...1...9.......5......73..2.1........4...9",
  "1....7.9..3..2...8..96..5....53..9...1..8...26....4...3......1..4......7..7...3..",
  "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..",
}

-- The peers of each cell: same row, column or box.
local peers = {}
for cell = 0, 80 do
  local row, column = cell // 9, cell % 9
  local list = {}
  for other = 0, 80 do
    local r, c = other // 9, other % 9
    if other ~= cell and (r == row or c == column or (r // 3 == row // 3 and c // 3 == column // 3)) then
      list[#list + 1] = other
    end
  end
  peers[cell] = list
end

local visited = 0

local function candidates(board, cell)
  local used = {}
  for _, peer in ipairs(peers[cell]) do
    local digit = board[peer]
    if digit ~= 0 then used[digit] = true end
  end
  local list = {}
  for digit = 1, 9 do
    if not used[digit] then list[#list + 1] = digit end
  end
  return list
end

local function solve(board, limit)
  visited = visited + 1
  if visited > limit then return false end
  local best_cell, best_list
  for cell = 0, 80 do
    if board[cell] == 0 then
      local list = candidates(board, cell)
      if #list == 0 then return false end
      if not best_list or #list < #best_list then
        best_cell, best_list = cell, list
        if #list == 1 then break end
      end
    end
  end
  if not best_cell then return true end
  for _, digit in ipairs(best_list) do
    board[best_cell] = digit
    if solve(board, limit) then return true end
  end
  board[best_cell] = 0
  return false
end

for round = 1, N do
  for i, puzzle in ipairs(puzzles) do
    local board = {}
    for cell = 0, 80 do board[cell] = tonumber(puzzle:sub(cell + 1, cell + 1)) or 0 end
    visited = 0
    local solved = solve(board, N * 40)
    local digits = {}
    for cell = 0, 80 do digits[#digits + 1] = board[cell] end
    if round == N then print(i, solved, visited, table.concat(digits)) end
  end
end
