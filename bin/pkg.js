#!/usr/bin/env node
// Runs `dist/main.cjs`, and of `dist/apart` what the command needs, with V8's compiled code cached between runs.
// Why so: docs/decisions/launcher.md. Chunks of the program: scripts/link.ts. What a cache holds: src/code-cache.ts.
const version = process.versions.node;
// Nothing here may be newer than what Node 6 can parse: an old Node has to be told what is needed.
if (parseInt(version, 10) < 24) {
  process.stderr.write('pkg needs Node.js 24 or newer, and this is ' + version + ' (' + process.execPath + ')\n');
  process.exitCode = 1;
} else start();

function start() {
  const builtin = (name) => builtin[name] || (builtin[name] = process.getBuiltinModule(name));
  const [fs, path, vm] = ['node:fs', 'node:path', 'node:vm'].map(builtin);
  // Paths are joined here: `path.join` goes character by character, which V8 then takes a millisecond to compile.
  const sep = path.sep;
  const dist = path.dirname(__dirname) + sep + 'dist' + sep;
  // All files are read into this in turn: using a page of memory for the first time costs more than filling it.
  const memory = Buffer.allocUnsafeSlow(1 << 22);
  const cache = { folder: undefined, isComplete: true, scripts: [], chunks: [] };
  const command = /^[a-z]{1,12}$/.test(process.argv[2]) ? process.argv[2] : '';
  // Is it the user's, with nobody else to write it? Windows knows neither owners nor modes.
  const isPrivate = (stat) => !process.getuid || (stat.uid === process.getuid() && (stat.mode & 18) === 0);
  const statOf = (file) => fs.statSync(file, { throwIfNoEntry: false });
  const exported = [];
  const later = (id) => Promise.resolve(id).then(use);
  builtin.filename = dist + 'main.cjs';
  const chunks = run('', 'main');
  const program = use(0);
  program.main(process.argv.slice(2), cache).then((status) => {
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
  function run(folder, name) {
    const filename = dist + folder + name + '.cjs';
    const source = read(filename).latin1Slice();
    // The build begins the main file with a hash of all.
    if (cache.folder === undefined) cache.folder = cacheFolder(source.slice(2, 18));
    // Each command has its own caches, since it runs other parts of the program.
    const file = cache.folder + sep + name + '.' + command + '.bin';
    const cached = readCache(file);
    // V8 runs what it is given, and damaged code would crash: a second copy is the check that costs least.
    const length = parseInt(cached.subarray(-8).latin1Slice(), 16) || 0;
    const code = cached.subarray(0, length);
    const cachedData = length > 0 && code.equals(cached.subarray(length, 2 * length)) ? code : undefined;
    const importModuleDynamically = vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
    const script = new vm.Script(source, { filename, cachedData, importModuleDynamically });
    const known = script.cachedDataRejected === false ? cached.subarray(2 * length, -8).latin1Slice() : '';
    for (const id of known.split(',')) cache.chunks[id] = true;
    cache.scripts.push({ file, script, table: script.runInThisContext() });
    return cache.scripts[cache.scripts.length - 1].table;
  }
  // In the user's own cache folder, and only where nobody else can write: code of others is not run. '' is nowhere.
  function cacheFolder(hash) {
    const { XDG_CACHE_HOME, LOCALAPPDATA, HOME, NODE_DISABLE_COMPILE_CACHE } = process.env;
    const home = XDG_CACHE_HOME || LOCALAPPDATA || (HOME ? HOME + sep + '.cache' : '');
    if (!path.isAbsolute(home) || NODE_DISABLE_COMPILE_CACHE) return '';
    const all = home + sep + 'kubepkg';
    const own = all + sep + 'code' + sep + [hash, version, process.arch].join('-');
    return [all, all + sep + 'code', own].map(statOf).every((stat) => !stat || isPrivate(stat)) ? own : '';
  }
  // In the place of a cache there may be nothing, or a pipe, which would be waited for.
  function readCache(file) {
    try {
      const stat = cache.folder && statOf(file);
      if (stat && stat.isFile() && isPrivate(stat)) return read(file);
    } catch (error) {} // The program is compiled anew.
    return memory.subarray(0, 0);
  }
  function read(file) {
    const handle = fs.openSync(file);
    let end = 0;
    for (let size = -1; size !== 0; end += size) size = fs.readSync(handle, memory, end, memory.length - end);
    fs.closeSync(handle);
    return memory.subarray(0, end);
  }
}
