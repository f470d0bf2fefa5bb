-- Warnings for ever.
-- run: -> OutputExceeded

warn("@on")
while true do warn("x", "y") end
