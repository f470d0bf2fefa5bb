-- A thousand megabytes in small pieces that are dropped at once are no attack.
-- run: deadline=none seconds=20 -> held

for i = 1, 2000 do
  local t = {}
  for j = 1, 10 do t[j] = {j, tostring(j)} end
  local s = ("x"):rep(500000) .. i
end
return "held"
