-- Records with named fields: make, update, select, group, join.
-- test scale: 60
local N = tonumber(arg and arg[1]) or 29000

local departments = { "sales", "research", "support", "finance", "legal" }
local people = {}
for i = 1, N do
  people[i] = {
    id = i,
    name = "person " .. i,
    age = 20 + i * 7 % 45,
    salary = 1000 + i * 131 % 4000,
    department = departments[i % #departments + 1],
    address = { street = i % 90, city = i % 12, zip = 10000 + i },
    active = i % 4 ~= 0,
  }
end

for year = 1, 8 do
  for _, person in ipairs(people) do
    if person.active then
      person.age = person.age + 1
      person.salary = person.salary + person.salary * year // 100
      if person.age > 60 then person.active = false end
    else
      person.address.city = (person.address.city + year) % 12
    end
  end
end

local by_department = {}
for _, person in ipairs(people) do
  local group = by_department[person.department]
  if not group then
    group = { count = 0, salary = 0, oldest = person }
    by_department[person.department] = group
  end
  group.count = group.count + 1
  group.salary = group.salary + person.salary
  if person.age > group.oldest.age then group.oldest = person end
end
for _, department in ipairs(departments) do
  local group = by_department[department]
  print(department, group.count, group.salary, group.oldest.name)
end

local cities = {}
for _, person in ipairs(people) do
  local city = person.address.city
  cities[city] = (cities[city] or 0) + person.salary
end
for city = 0, 11 do print(city, cities[city]) end

-- Points as small short-lived records.
local function add(p, q) return { x = p.x + q.x, y = p.y + q.y } end
local position = { x = 0, y = 0 }
for i = 1, N * 10 do position = add(position, { x = i % 5 - 2, y = i % 3 }) end
print(position.x, position.y)

local matches = 0
for i = 1, N - 1 do
  local one, other = people[i], people[i + 1]
  if one.age <= other.age and one.address.zip < other.address.zip and one.active == other.active then
    matches = matches + 1
  end
end
print(matches)
