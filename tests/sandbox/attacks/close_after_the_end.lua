-- A variable that would be closed when the limit is reached, and go on with the program then.
-- run: fuel=1M -> FuelExceeded
-- run: -> DeadlineExceeded

local function forever() while true do pcall(error) end end
local x <close> = setmetatable({}, {__close = forever})
local y <close> = setmetatable({}, {__close = function() print("escaped") end})
forever()
