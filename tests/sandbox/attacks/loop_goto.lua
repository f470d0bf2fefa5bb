-- A loop by goto, in which nothing is called.
-- run: fuel=1M -> FuelExceeded
-- run: -> DeadlineExceeded

local i = 0
::again::
i = i + 1
goto again
