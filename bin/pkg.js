#!/usr/bin/env node
// Runs `dist/main.cjs`, and the files of `dist/apart` that a command needs, with V8's compiled code cached between runs.
// The reasons: docs/decisions/launcher.md. The chunks of the program: scripts/link.ts. The cache: src/code-cache.ts.
const version = process.versions.node;
// The syntax of this file is that of Node 6, so that an old Node prints this message and no syntax error.
if (parseInt(version, 10) < 24) {
  process.stderr.write('pkg needs Node.js 24 or newer, and this is ' + version + ' (' + process.execPath + ')\n');
  process.exitCode = 1;
} else start();

function start() {
  const builtin = (name) => builtin[name] || (builtin[name] = process.getBuiltinModule(name));
  const [fs, path, vm] = ['node:fs', 'node:path', 'node:vm'].map(builtin);
  const sep = path.sep; // `path.join` would cost a millisecond.
  const dist = path.dirname(__dirname) + sep + 'dist' + sep;
  const memory = Buffer.allocUnsafeSlow(1 << 22); // All files are read into it, one after the other.
  const cache = { folder: undefined, isComplete: true, scripts: [], chunks: [] };
  const command = /^[a-z]{1,12}$/.test(process.argv[2]) ? process.argv[2] : '';
  // Does it belong to the user, and can nobody else write it? Windows has neither owners nor modes.
  const isPrivate = (stat) => !process.getuid || (stat.uid === process.getuid() && (stat.mode & 18) === 0);
  const statOf = (file) => fs.statSync(file, { throwIfNoEntry: false });
  const exported = [];
  const later = (id) => Promise.resolve(id).then(use);
  builtin.filename = dist + 'main.cjs';
  const chunks = run('', 'main');
  const { main } = use(0);
  main(process.argv.slice(2), cache).then((status) => {
    process.exitCode = status;
    // If nothing is pending, exit at once: tearing down Node's heap would take milliseconds.
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
    if (cache.folder === undefined) cache.folder = cacheFolder(source.slice(2, 18)); // The build's hash of all files.
    const file = cache.folder + sep + name + '.' + command + '.bin';
    const cached = readCache(file);
    // V8 would crash on damaged code. Comparing it with a second copy is the cheapest check.
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
  // A folder in the user's cache folder, if nobody else can write there: their code must not run. '' for no cache.
  function cacheFolder(hash) {
    const { XDG_CACHE_HOME, LOCALAPPDATA, HOME, NODE_DISABLE_COMPILE_CACHE } = process.env;
    const home = XDG_CACHE_HOME || LOCALAPPDATA || (HOME ? HOME + sep + '.cache' : '');
    if (!path.isAbsolute(home) || NODE_DISABLE_COMPILE_CACHE) return '';
    const all = home + sep + 'kubepkg';
    const own = all + sep + 'code' + sep + [hash, version, process.arch].join('-');
    try {
      return [all, all + sep + 'code', own].map(statOf).every((stat) => !stat || isPrivate(stat)) ? own : '';
    } catch (error) {
      return ''; // A folder that the user may not enter, or links in a circle.
    }
  }
  function readCache(file) {
    try {
      const stat = cache.folder && statOf(file);
      if (stat && stat.isFile() && isPrivate(stat)) return read(file); // A pipe would block.
    } catch (error) {} // Then the program is compiled.
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
