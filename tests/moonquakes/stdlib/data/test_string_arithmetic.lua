return '10'+'abc'
return 'abc'+1
return 'abc'+'10'
return {}+'abc'
return 'abc'+{}
return 1+'abc'
return '10'//0
return '10'%0
return '10'/0
return -'abc'
return -'10', -'0x10', -'1.5'
return '10'+1,'10'*'2','3.0'+1,' 0x10 '+1,'10'^2,'7'//2,'7'%'4'
return 'a'+setmetatable({},{__add=function(a,b) return 'mm' end})
return setmetatable({},{__add=function(a,b) return 'mm' end})+'a'
return 'a'+nil
return getmetatable('').__add('x',1)
return getmetatable('').__add(1,2)
return getmetatable('').__add()
return getmetatable('').__add({},2)
return getmetatable('').__unm('x')
return getmetatable('').__unm('7', 3)
local t={} for k in pairs(getmetatable('')) do t[#t+1]=k end table.sort(t) return table.concat(t,' ')
return math.type('10'+1), math.type('10'+1.0), '0x7fffffffffffffff'+1, '9223372036854775808'+0
return '1'//0
return '1'%0
local a,b='1',0 return a//b
