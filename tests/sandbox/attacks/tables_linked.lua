-- A list of tables that are linked only by each other.
-- run: fuel=10M -> MemoryExceeded|FuelExceeded
-- run: -> MemoryExceeded|DeadlineExceeded

local head
while true do head = {next = head} end
