-- The minimal profile knows no time and no chance.
-- run: profile=minimal -> held

assert(os == nil and io == nil and math.random == nil and math.randomseed == nil)
return "held"
