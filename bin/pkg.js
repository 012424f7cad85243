#!/usr/bin/env node
// Nothing here may be newer than what an old Node can parse: the first thing to do is to tell it so.
var version = process.versions.node;

if (Number(version.split('.')[0]) < 24) {
  process.stderr.write('pkg needs Node.js 24 or newer, and this is ' + version + ' (' + process.execPath + ')\n');
  process.exitCode = 1;
} else {
  enableCompileCache();
  import('../dist/main.js')
    .then(function (main) {
      return main.main(process.argv.slice(2));
    })
    .then(function (status) {
      process.exitCode = status;
    })
    .catch(function (error) {
      process.stderr.write('pkg could not start: ' + error.stack + '\n');
      process.exitCode = 1;
    });
}

// Keeps compiled code in the user's own cache folder. Node's default, a name in the shared temporary folder
// that anybody could have taken first, is not for code. Without a home, or a writable one, pkg only starts slower.
function enableCompileCache() {
  var env = process.env;
  var path = process.getBuiltinModule('node:path');
  var folder = env.XDG_CACHE_HOME || env.LOCALAPPDATA || (env.HOME && path.join(env.HOME, '.cache'));
  if (env.NODE_COMPILE_CACHE) process.getBuiltinModule('node:module').enableCompileCache();
  else if (folder) process.getBuiltinModule('node:module').enableCompileCache(path.join(folder, 'kubepkg', 'compiled'));
}
