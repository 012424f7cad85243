#!/usr/bin/env node
// Nothing here may be newer than what an old Node can parse: the first thing to do is to tell it so.
var version = process.versions.node;
if (parseInt(version, 10) >= 24) start();
else {
  process.stderr.write('pkg needs Node.js 24 or newer, and this is ' + version + ' (' + process.execPath + ')\n');
  process.exitCode = 1;
}

// Runs `dist/main.cjs`, and of `dist/apart` what the command needs, with V8's compiled code cached between runs.
// Why so: docs/decisions/launcher.md. Chunks of the program: scripts/link.ts. What a cache holds: src/code-cache.ts.
function start() {
  var fs = process.getBuiltinModule('node:fs');
  var path = process.getBuiltinModule('node:path');
  var vm = process.getBuiltinModule('node:vm');
  // Texts are joined here: `path.join` goes character by character, which V8 then takes a millisecond to compile.
  var sep = path.sep;
  var dist = path.dirname(__dirname) + sep + 'dist' + sep;
  // All files are read into this in turn: using a page of memory for the first time costs more than filling it.
  var memory = Buffer.allocUnsafeSlow(1 << 22);
  var cache = { folder: undefined, isComplete: true, scripts: [], chunks: [] };
  var command = /^[a-z]{1,12}$/.test(process.argv[2]) ? process.argv[2] : '';
  var exported = [];
  builtin.filename = dist + 'main.cjs';
  var chunks = run('', 'main');
  var program = use(0);
  program.main(process.argv.slice(2), cache).then(function (status) {
    process.exitCode = status;
    // Nothing is under way: there is no need to wait until Node has taken its heap apart, which takes milliseconds.
    if (process.getActiveResourcesInfo().length === 0) process.exit();
  });

  function use(id) {
    if (exported[id] !== undefined) return exported[id];
    if (typeof chunks[id] === 'string') Object.assign(chunks, run('apart' + sep, chunks[id]));
    cache.isComplete = cache.isComplete && cache.chunks[id] === true;
    cache.chunks[id] = true;
    return (exported[id] = chunks[id](use, later, builtin));
  }
  function later(id) {
    return Promise.resolve(id).then(use);
  }
  function builtin(name) {
    return builtin[name] || (builtin[name] = process.getBuiltinModule(name));
  }
  function run(folder, name) {
    var options = { filename: dist + folder + name + '.cjs' };
    var source = read(options.filename).latin1Slice();
    // The build begins the main file with a hash of all.
    if (cache.folder === undefined) cache.folder = cacheFolder(source.slice(2, 18));
    // Each command has its own caches, since it runs other parts of the program.
    var entry = { file: cache.folder + sep + name + '.' + command + '.bin' };
    var cached = cache.folder ? read(entry.file, true) : memory.subarray(0, 0);
    // V8 runs what it is given, and damaged code would crash: a second copy is the check that costs least.
    var length = parseInt(cached.subarray(-8).latin1Slice(), 16) || 0;
    var code = cached.subarray(0, length);
    if (length > 0 && code.equals(cached.subarray(length, 2 * length))) options.cachedData = code;
    options.importModuleDynamically = vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
    entry.script = new vm.Script(source, options);
    var known = entry.script.cachedDataRejected === false ? cached.subarray(2 * length, -8).latin1Slice() : '';
    known.split(',').forEach(function (id) {
      cache.chunks[id] = true;
    });
    entry.table = entry.script.runInThisContext();
    cache.scripts.push(entry);
    return entry.table;
  }
  // In the user's own cache folder, and only where nobody else can write: code of others is not run. '' is nowhere.
  function cacheFolder(hash) {
    var env = process.env;
    var home = env.XDG_CACHE_HOME || env.LOCALAPPDATA || (env.HOME ? env.HOME + sep + '.cache' : '');
    if (!path.isAbsolute(home) || env.NODE_DISABLE_COMPILE_CACHE) return '';
    var all = home + sep + 'kubepkg';
    var own = all + sep + 'code' + sep + [hash, version, process.arch].join('-');
    return [all, all + sep + 'code', own].every(isPrivate) ? own : '';
  }
  // Is it not there yet, or the user's, with nobody else to write it? Windows knows neither owners nor modes.
  function isPrivate(file) {
    var stat = fs.statSync(file, { throwIfNoEntry: false });
    return !stat || !process.getuid || (stat.uid === process.getuid() && (stat.mode & 18) === 0);
  }
  // In the place of a cache there may be nothing, or a pipe, which would be waited for.
  function read(file, isCache) {
    try {
      var stat = fs.statSync(file, { throwIfNoEntry: !isCache });
      if (!stat || !stat.isFile() || (isCache && !isPrivate(file))) return memory.subarray(0, 0);
      var handle = fs.openSync(file);
      for (var end = 0, size = -1; size !== 0; end += size)
        size = fs.readSync(handle, memory, end, memory.length - end);
      fs.closeSync(handle);
      return memory.subarray(0, end);
    } catch (error) {
      if (!isCache) throw error;
      return memory.subarray(0, 0);
    }
  }
}
