-- An error with an enormous message, and one with an enormous object.
-- run: -> MemoryExceeded

pcall(error, ("x"):rep(1000000))
pcall(error, setmetatable({}, {__tostring = function() return ("x"):rep(100000000) end}))
error(("x"):rep(100000000))
