-- Loops of goto that jump into each other and do nothing.
-- run: fuel=5M -> FuelExceeded
-- run: -> DeadlineExceeded

do
  ::a:: goto c
  ::b:: goto a
  ::c:: goto b
end
