-- Loops made of goto alone, which call nothing and keep tables.
-- run: fuel=40M -> MemoryExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local t
::again::
t = {t, {}}
if t then goto again end
::never::
