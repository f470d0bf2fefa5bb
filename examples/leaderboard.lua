-- RAIN.FALL <this source> board rider points
-- Adds points to a rider of a leaderboard kept in Redis; returns the rider's total, place and the podium.
local board, rider, points = ...
assert(math.tointeger(points), "points must be an integer")

local total = tonumber(RAIN.CALL("ZINCRBY", board, points, rider))
RAIN.CALL("HINCRBY", board .. ":rides", rider, 1)

local podium = {}
for place, name in ipairs(RAIN.CALL("ZREVRANGE", board, 0, 2)) do
  local score = tonumber(RAIN.CALL("ZSCORE", board, name))
  local rides = RAIN.CALL("HGET", board .. ":rides", name)
  podium[place] = ("%d. %-6s %3d points, rides: %s"):format(place, name, score, rides)
end

local place = RAIN.CALL("ZREVRANK", board, rider) + 1
return { math.tointeger(total), place, podium }
