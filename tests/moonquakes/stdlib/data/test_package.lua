require()
require({})
return package.searchpath('a','?;?/x')
return package.searchpath('a.b','?.x','')
return package.searchpath('a',';;')
return package.searchpath('a','')
package.searchpath()
return package.path
return package.config
package.preload.pp=function(...) print(...) return nil end return require'pp'
package.preload.pq=function(...) return false end return require'pq'
return package.searchpath('a.b','./?.lua;d/?','.','_')
return package.searchpath('a.txt','d/?','/')
package.path = 'd/?.lua' local m, x = require('mod') return m[1], m[2], x
package.path = 'd/?.lua' local m = require('mod') return m == require('mod'), package.loaded.mod == m, select('#', require('mod'))
package.path = 'd/?.lua' return require('bad')
package.path = 'd/?.lua' return require('err')
package.path = 'd/?.lua' return require('sub.inner')
package.path = '?/../?' return require('d')
local p = package.path package.path = {} local ok, e = pcall(require, 'zz') package.path = p return ok, e
package.searchers = 1 return pcall(require, 'zz')
package.searchers = {} return pcall(require, 'zz')
package.searchers = {function(n) return 'one' end, function() return nil end, function() return 2 end} return pcall(require, 'zz')
package.searchers = {function(n) return function(...) return ... end, 'data' end} return require('zz')
package.searchers = {function(n) return function(...) return nil end end} return require('zz')
package.searchers = {function(n) return function(...) return false end end} return require('zz')
package.searchers = {function(n) return function(...) package.loaded.zz = 'own' end end} return require('zz')
package.searchers = {function(n) error('boom') end} return pcall(require, 'zz')
package.searchers = {function(n) error({}) end} return pcall(require, 'zz')
return package.loaded._G == _G, package.loaded.string == string, package.loaded.package == package
local t = {} for k in pairs(package) do t[#t + 1] = k end table.sort(t) return table.concat(t, ' ')
package.preload.x = function(...) return ... end return require('x')
package.preload.x = 5 package.path = '' package.cpath = '' return (select(2, pcall(require, 'x')):gsub('\n.*', ''))
return package.loadlib()
package.loaded.y = 'there' return require('y')
package.loaded.y = false package.preload.y = function() return 'again' end return require('y')
return #package.searchers
package.path, package.cpath = './?.lua;?/?', '?.so;?/init' return pcall(require, 'no.such')
package.path, package.cpath = '', '?' return pcall(require, 'x.y')
package.path, package.cpath = '', nil return pcall(require, 'x')
package.path, package.cpath = '', '' return pcall(require, 'x.y')
return package.cpath ~= ''
