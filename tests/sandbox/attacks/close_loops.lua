-- A variable whose closing never ends.
-- run: fuel=1M -> FuelExceeded
-- run: -> DeadlineExceeded

local function forever() while true do end end
do
  local x <close> = setmetatable({}, {__close = forever})
  error("go")
end
