return os.date('!%Y-%m-%d %H:%M:%S',0)
return os.date('!%c',0)
return os.date('!%x %X %p %j %U %w %W %y %Z %% %a %A %b %B %d %D %e %F %g %G %h %I %M %n %r %R %S %t %T %u %V %C %z',86400*200)
os.date('%Ez')
os.date('%E')
os.date('%Q')
os.date('%')
return os.date('!%Ec %EC %Ex %EX %Ey %EY %Od %Oe %OH %OI %Om %OM %OS %Ou %OU %OV %Ow %OW %Oy',0)
os.date('%Oz')
os.date('%k')
os.date('%s')
os.date('%1')
return os.date('')
return os.date('!',0)
return os.date('!a\0b',0)
local t=os.date('!*t',0) return t.year,t.month,t.day,t.hour,t.min,t.sec,t.wday,t.yday,t.isdst
os.date('*t',2^60)
os.date('*t',1<<60)
os.date('%Y',1e300)
os.date('%Y','x')
return os.date('!%Y',2^40)
return os.date('!%Y',-2^40)
os.date({})
return type(os.date('*t',nil))
return os.date('!*tx',0).year
os.date('!%Y',1.5)
return os.date('!%Y %G %C %y', -62200000000)
return os.date('!%F %C %y', 400000000000)
return os.date('!%c %D %x', -99999999999)
os.time({})
os.time({year=2020})
os.time({year=2020,month=1})
os.time({year=2020,month='x',day=1})
os.time({year=2020,month=1.5,day=1})
os.time({year=2^40,month=1,day=1})
os.time({year=1e300,month=1,day=1})
return os.time({year=2020,month=1,day=1})
return os.time({year='2020',month='1',day='1',hour=0})
local t={year=2020,month=14,day=-3,hour=30,min=-5,sec=3600,isdst=false} local r=os.time(t) return r,t.year,t.month,t.day,t.hour,t.min,t.sec,t.wday,t.yday,t.isdst
os.time(1)
os.time({year=2020,month=1,day=1,isdst=1})
os.time{year=2000,month=1,day=1<<31}
os.time{day=1,year=2000}
return type(os.time(nil))
return os.time{year=1969,month=12,day=31,hour=23,min=59,sec=59}
return os.difftime(5,3)
os.difftime(5)
os.difftime()
return os.difftime(5.5,3)
return os.difftime(5.0,3)
return os.getenv('NOPE_X')
os.getenv()
return os.remove('/nofile')
return os.remove('/tmp/mq-std')
return os.rename('/nofile','/x')
os.remove()
os.rename('a')
os.exit({})
os.exit('x')
local t = {} for k in pairs(os) do t[#t + 1] = k end table.sort(t) return table.concat(t, ' ')
return os.date('!%d.%m.%y %H:%M', 1e9), os.date('!%A, %d %B %Y', 86400 * 365)
return os.date('plain text'), os.date('100%%'), os.date('!')
local t = os.date('!*t', 1234567890) local k = {} for n, v in pairs(t) do k[#k + 1] = n .. '=' .. tostring(v) end table.sort(k) return table.concat(k, ' ')
return os.time({year = 2000, month = 1, day = 1, hour = 12, min = 30, sec = 15, isdst = false})
return os.time(setmetatable({}, {__index = {year = 2001, month = 2, day = 3}}))
return os.time(os.date('*t', 1e9))
local t = {year = 2001, month = 2, day = 29} os.time(t) return t.month, t.day, t.hour, t.yday, t.wday
return os.time({year = 2024, month = 2, day = 30, hour = -1})
return os.setlocale('C'), os.setlocale('C', 'all'), os.setlocale('nowhere'), os.setlocale('POSIX', 'time')
return os.setlocale('C', 'nothing')
return os.getenv('PATH')
return os.getenv('no such variable')
return os.getenv({})
return os.rename('/no/such/file', '/x')
return os.remove('')
return os.tmpname({}) ~= nil
os.time{year=(1<<31)+1899,month=1,day=1}
return os.time{year=(1<<31)+1898,month=1,day=1}
os.time{year=(1<<31)+1900,month=1,day=1}
os.time{year=-(1<<31),month=1,day=1}
os.time{year=-(1<<31)+1899,month=1,day=1}
return os.time{year=-(1<<31)+1900,month=1,day=1}
os.time{year=2000,month=(1<<31)-1,day=1<<31-1}
os.time{year=1900+(1<<31)-1,month=13,day=1}
return os.time{year=2147485547,month=12,day=31,hour=23,min=59,sec=59}
return os.time{year=2147485547,month=12,day=31,hour=23,min=59,sec=60}
return os.time{year=2024,month=-100000,day=1}
return os.time{year=-40000,month=13,day=32}
return os.time{year=12345678,month=7,day=4,hour=5}
return os.time{year=2000,month=1,day=-(1<<31)}
local t = os.date('*t', 67768036191676799) return t.year, t.month, t.day, t.hour, t.min, t.sec, t.yday, t.wday
local t = os.date('!*t', -67768040609697600) return t.year, t.month, t.day, t.hour, t.min, t.sec, t.yday, t.wday
return os.date('!%Y-%m-%d %H:%M:%S', 60000000000000001)
os.date('!*t', 67768036191676800)
os.date('!*t', -67768040609740801)
