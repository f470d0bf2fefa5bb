-- One enormous line, and swallowing what stops it.
-- run: -> OutputExceeded

while true do pcall(print, ("x"):rep(1000000)) end
