#!/usr/bin/env node
// Nothing here may be newer than what an old Node can parse: the first thing to do is to tell it so.
var version = process.versions.node;
var major = Number(version.split('.')[0]);

if (major < 24) {
  process.stderr.write('pkg needs Node.js 24 or newer, and this is ' + version + ' (' + process.execPath + ')\n');
  process.exitCode = 1;
} else {
  // A V8 that does not know a flag would say so.
  if (major <= 26 && /^(template|lint)$/.test(process.argv[2])) tune();
  start();
}

// Lets V8 do without what is not earned back in a run of a second, all the less where other programs share the cores:
// its last compiler, the one before it but for what is called very often, the first but for much at once, helper threads
// for young objects, making room for them in small steps, and marking old objects before it has to. The triggers are in
// percent of what V8 would let grow.
// Only for commands that compute: those that wait for a cluster end sooner where compilers work meanwhile.
// All that is compiled has to be under the same flags, or the code that is kept would be of no use to the next run.
function tune() {
  var v8 = process.getBuiltinModule('node:v8');
  [
    '--no-turbofan',
    '--invocation-count-for-maglev=2500',
    '--baseline-batch-compilation-threshold=40000',
    '--no-parallel-scavenge',
    '--semi-space-growth-factor=4',
    '--incremental-marking-soft-trigger=1',
    '--incremental-marking-hard-trigger=100',
  ].forEach(function (flag) {
    v8.setFlagsFromString(flag);
  });
}

// Runs the program's scripts, `dist/main.cjs` and what it needs of `dist/apart`, with V8's compiled code kept between
// runs. Node's own compile cache keeps only what the very first run of a file compiled, whatever command that was, and
// its module loader takes longer than many commands do.
function start() {
  var fs = process.getBuiltinModule('node:fs');
  var path = process.getBuiltinModule('node:path');
  var vm = process.getBuiltinModule('node:vm');
  var dist = path.dirname(__dirname) + path.sep + 'dist';
  // Where things are kept between runs; '' for nowhere.
  var folder;
  var isFirst = false;
  var scripts = [];
  // What each chunk of the program exports, once it has run: see scripts/link.ts.
  var exported = [];
  var builtins = {};
  // The compiled code of all commands takes a tenth.
  var MOST_BYTES = 1 << 26;
  // From where packages beside pkg are found.
  builtin.filename = dist + path.sep + 'main.cjs';
  var chunks = run('main.cjs');

  later(0)
    .then(function (program) {
      return program.main(process.argv.slice(2), isFirst ? '' : folder);
    })
    .then(function (status) {
      process.exitCode = status;
      if (isFirst) begin();
      else scripts.forEach(keep);
      // Nothing is under way: there is no need to wait until Node has taken its heap apart, which takes milliseconds.
      if (process.getActiveResourcesInfo().length === 0) process.exit();
    })
    .catch(function (error) {
      process.stderr.write('pkg could not start: ' + error.stack + '\n');
      process.exitCode = 1;
    });

  function use(id) {
    if (exported[id] !== undefined) return exported[id];
    if (typeof chunks[id] === 'string') Object.assign(chunks, run('apart/' + chunks[id] + '.cjs'));
    exported[id] = chunks[id](use, later, builtin);
    return exported[id];
  }

  function later(id) {
    return new Promise(function (resolve) {
      resolve(use(id));
    });
  }

  function builtin(name) {
    if (builtins[name] === undefined) builtins[name] = process.getBuiltinModule(name);
    return builtins[name];
  }

  function run(name) {
    var file = dist + path.sep + name;
    var source = fs.readFileSync(file, 'latin1');
    // The build begins its main file with a name for its own contents.
    if (folder === undefined) {
      folder = cacheFolder(/^\/\*(\w+)\*\//.exec(source)[1]);
      isFirst = folder !== '' && !fs.existsSync(folder);
    }
    var cache = folder && folder + path.sep + name.replace(/\W/g, '-') + commandName() + '.bin';
    var kept = read(cache);
    var script = new vm.Script(source, { filename: file, cachedData: kept === undefined ? undefined : kept.data });
    var table = script.runInThisContext();
    if (script.cachedDataRejected) kept = undefined;
    scripts.push({ script: script, cache: cache, kept: kept, ids: Object.keys(table) });
    return table;
  }

  // Kept for each command, since each runs other parts of the program.
  function commandName() {
    var word = process.argv[2];
    return word !== undefined && /^[a-z]{1,12}$/.test(word) ? '-' + word : '';
  }

  // In the user's own cache folder: a name in the shared temporary folder, that anybody could have taken first, is
  // not for code. Without a home, or a writable one, pkg only starts slower.
  function cacheFolder(build) {
    var env = process.env;
    var home = env.XDG_CACHE_HOME || env.LOCALAPPDATA || (env.HOME && env.HOME + path.sep + '.cache');
    if (!home || !path.isAbsolute(home) || env.NODE_DISABLE_COMPILE_CACHE) return '';
    var all = [home, 'kubepkg'].join(path.sep);
    var code = all + path.sep + 'code';
    var own = code + path.sep + build + '-' + version;
    return isUsable(all) && isUsable(code) && isUsable(own) ? own : '';
  }

  // Is a folder not there yet, or this user's, and may nobody else write it? Code of others is not run.
  function isUsable(at) {
    var stat = fs.statSync(at, { throwIfNoEntry: false });
    return stat === undefined || (stat.isDirectory() && isOwn(stat));
  }

  // Windows tells no owner.
  function isOwn(stat) {
    return process.getuid === undefined || (stat.uid === process.getuid() && (stat.mode & 18) === 0);
  }

  // A file holds the code twice, then the chunks that it is of, then how long the code is.
  function read(cache) {
    if (!cache) return undefined;
    var file;
    try {
      // A pipe in its place would be waited for.
      file = fs.openSync(cache, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK || 0));
      var stat = fs.fstatSync(file);
      if (!stat.isFile() || !isOwn(stat) || stat.size > MOST_BYTES) return undefined;
      var all = fs.readFileSync(file);
      var length = parseInt(all.latin1Slice(all.length - 8), 16);
      var data = all.subarray(0, length);
      // V8 runs what it is given, and damaged code would crash. Two copies are the check that costs least.
      if (data.length === 0 || !data.equals(all.subarray(length, 2 * length))) return undefined;
      // Later runs may have compiled more of a chunk, so once in an hour it is written anew.
      var isOld = Date.now() - stat.mtimeMs > 3600000;
      return { data: data, ids: all.latin1Slice(2 * length, all.length - 8).split(','), isOld: isOld };
    } catch (error) {
      return undefined;
    } finally {
      if (file !== undefined) fs.closeSync(file);
    }
  }

  // The first run only makes the folder: where every run is the first, as in a pipeline, nothing is kept in vain.
  function begin() {
    try {
      makeFolder(folder);
      removeForgotten(path.dirname(folder));
    } catch (error) {
      // A cache that cannot be written is none.
    }
  }

  // Keeps what was compiled, unless that is kept.
  function keep(entry) {
    var kept = entry.kept;
    var ids = entry.ids.filter(function (id) {
      return exported[id] !== undefined || (kept !== undefined && kept.ids.indexOf(id) >= 0);
    });
    if (!entry.cache || (kept !== undefined && !kept.isOld && kept.ids.length === ids.length)) return;
    try {
      var fresh = entry.cache + '.' + process.pid;
      var data = entry.script.createCachedData();
      var length = data.length.toString(16).padStart(8, '0');
      fs.writeFileSync(fresh, Buffer.concat([data, data, Buffer.from(ids.join(',') + length)]), { mode: 384 });
      if (kept === undefined) fs.rmSync(entry.cache, { recursive: true, force: true });
      fs.renameSync(fresh, entry.cache);
    } catch (error) {
      // The next run tries again; what a full disk left of the file goes, if it can.
      try {
        fs.unlinkSync(fresh);
      } catch (again) {}
    }
  }

  // Node's own way to make folders within folders never returns in /proc.
  function makeFolder(at) {
    var above = path.dirname(at);
    if (!fs.existsSync(above) && above !== at) makeFolder(above);
    fs.mkdirSync(at, { mode: 448 });
  }

  // Other builds that nobody has run for a month.
  function removeForgotten(all) {
    fs.readdirSync(all).forEach(function (name) {
      var other = path.join(all, name);
      if (Date.now() - fs.statSync(other).mtimeMs > 30 * 86400000) fs.rmSync(other, { recursive: true, force: true });
    });
  }
}
