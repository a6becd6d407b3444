'use strict';
// Runs Azurite for as long as at least one process holds a connection to this one, then closes it in order, so that
// nothing is lost and nothing is left behind however those processes end: a killed process closes its connections too.
//
//   node azurite-keeper.cjs RECORD-BY-FOLDER RECORD-BY-PORT LOG AZURITE-ENTRY AZURITE-ARGUMENT…
//
// The first line on standard output is the control port. Whoever connects there names a file that it has made in the data folder; it
// gets {"here":true,"ready":false,…} where this process sees that file, which proves that both mean the same folder (and again, with
// ready, when the services listen), and keeps Azurite alive until it ends its side; the connection is closed from here when that end is
// seen and what was stored until then is written down or, for the last one, when Azurite has gone. Whoever sends "save" gets "saved" when
// everything that the services had acknowledged is in files. Both records name this process while it lives. It inherits the lock that makes
// it the folder's owner from whoever started it, and has it until it ends.

const crypto = require('node:crypto');
const fs = require('node:fs');
const { createRequire } = require('node:module');
const net = require('node:net');
const path = require('node:path');

// What is stored belongs to whoever started this, and to nobody else on the machine.
process.umask(0o077);

const [folderRecord, portRecord, logPath, entry, ...args] = process.argv.slice(2);
// This process works in the data folder, and finds its own record there even when the folder has another name by then.
const records = [path.basename(folderRecord), portRecord];
const firstConnectionMilliseconds = 60_000;
const about = { pid: process.pid, control: 0, data: path.dirname(folderRecord), blobPort: 0, queuePort: 0, tablePort: 0 };
for (let i = 0; i + 1 < args.length; i++) {
  if (args[i] === '--blobPort') about.blobPort = Number(args[i + 1]);
  if (args[i] === '--queuePort') about.queuePort = Number(args[i + 1]);
  if (args[i] === '--tablePort') about.tablePort = Number(args[i + 1]);
}

// Whoever started this may be gone when Azurite writes: its output goes to a file, never to a pipe without a reader.
const log = fs.openSync(logPath, 'w');
function say(text) {
  try { fs.writeSync(log, text); } catch { /* The disk is full: there is no other place to say something. */ }
}
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (chunk, encoding, written) => {
    say(chunk);
    const done = typeof encoding === 'function' ? encoding : written;
    if (done) process.nextTick(done);
    return true;
  };
}
process.on('uncaughtException', error => {
  say(`${error.stack ?? error}\n`);
  process.exit(1);
});

// Every tool knows the first key of the development store, so that one alone would open whatever storage has these ports next, when this
// process is gone. Who shares this folder gets a second key that no other process has.
const key = crypto.randomBytes(64).toString('base64');
process.env.AZURITE_ACCOUNTS = process.env.AZURITE_ACCOUNTS.split(';').map((account, index) => index === 0 ? `${account}:${key}` : account).join(';');

let ready = false;
let stopping = false;
let everHeld = false;
let closeAzurite = null;
const holders = new Set();
const hello = here => `${JSON.stringify({ ready, here, ...(here ? { key } : {}), ...about })}\n`;

// Azurite keeps its directories of what is stored (blobs, their extents, queues, tables) in memory, and writes each of them down by itself
// every five seconds: a process that is killed forgets the last ones, or leaves directories of two moments, of which one names what the
// other does not know. Here they are written a moment after a change and all at once: each into a file beside it, then a list of those,
// which makes it so, then one takes the other's place. What is cut off after the list is finished by the next start; before it, it never was.
// Then it rests for nineteen times as long as that took: a small storage forgets a tenth of a second, and a large one is not slowed down.
const restMilliseconds = 100;
const restPerSaving = 19;
const directoryFiles = ['blob', 'blob_extent', 'queue', 'queue_extent', 'table'].map(name => `__azurite_db_${name}__.json`);
const listFile = 'azurite-written.json';
const next = file => `${file}.next`;
const databases = new Set();
const Loki = createRequire(entry)('lokijs');
Loki.prototype.autosaveEnable = function () {
  this.autosave = true;
  databases.add(this);
};
Loki.prototype.saveDatabase = function (callback) {
  save(this).then(() => callback?.(), error => { if (callback) callback(error); else sayUnsaved(error); });
};

let saving = Promise.resolve();
let queued = null;
let restUntil = 0;
const forced = new Set();

// Resolves when everything that was stored before the call is in files.
function save(database) {
  if (database) forced.add(database);
  queued ??= saving.then(() => {
    queued = null;
    const outcome = saveChanged();
    saving = outcome.catch(() => {});
    return outcome;
  });
  return queued;
}

async function saveChanged() {
  const start = Date.now();
  const changed = [...databases].filter(database => forced.has(database) || database.autosaveDirty());
  forced.clear();
  const written = [];
  try {
    // No request is answered between these lines: the texts are of one moment.
    const texts = changed.map(database => [path.relative('.', database.filename), database.serialize()]);
    for (const database of changed) database.autosaveClearFlags();
    for (const [file, text] of texts) {
      written.push(file);
      await fs.promises.writeFile(next(file), text);
    }
    if (written.length > 0) {
      await fs.promises.writeFile(next(listFile), JSON.stringify(written));
      await fs.promises.rename(next(listFile), listFile);
      finishWriting(written);
    }
  } catch (error) {
    // What could not be written is still to be written.
    for (const database of changed) for (const collection of database.collections) collection.dirty = true;
    for (const file of [listFile, ...written]) fs.rmSync(next(file), { force: true });
    throw error;
  } finally {
    const end = Date.now();
    restUntil = end + Math.max(restMilliseconds, restPerSaving * (end - start));
  }
}

function finishWriting(files) {
  for (const file of files) if (fs.existsSync(next(file))) fs.renameSync(next(file), file);
  fs.rmSync(listFile, { force: true });
}

const sayUnsaved = error => say(`What is stored could not be written down: ${error.message}\n`);
setInterval(() => {
  if (!stopping && !queued && Date.now() >= restUntil && [...databases].some(database => database.autosaveDirty())) save().catch(sayUnsaved);
}, restMilliseconds).unref();

// What an earlier process was killed over.
if (fs.existsSync(listFile)) {
  finishWriting(JSON.parse(fs.readFileSync(listFile, 'utf8')).filter(file => directoryFiles.includes(file)));
}
for (const file of [listFile, ...directoryFiles]) fs.rmSync(next(file), { force: true });

// Azurite would take a directory without content, or none, for that of a new storage: the first is what a machine had not brought to its disk
// when it lost its power, the second what was not copied.
const holds = fs.existsSync('__blobstorage__') && fs.readdirSync('__blobstorage__').length > 0;
for (const file of directoryFiles) {
  const state = !fs.existsSync(file) ? (holds ? 'missing' : '') : fs.statSync(file).size === 0 ? 'empty' : '';
  if (state) {
    say(`${path.join(about.data, file)} is ${state}: the directory of what is stored there was lost. Restore that file from a backup of the folder, or use another data folder.\n`);
    process.exit(1);
  }
}

function stop() {
  if (stopping) return;
  stopping = true;
  control.close();
  // Before it listens Azurite has nothing to save.
  if (closeAzurite) closeAzurite();
  else process.exit(0);
}

function release(socket) {
  if (!holders.delete(socket)) return void socket.end();
  if (holders.size === 0) stop();
  else save().catch(sayUnsaved).finally(() => socket.end());
}

const control = net.createServer({ allowHalfOpen: true }, socket => {
  if (stopping) return socket.destroy();
  let asked = '';
  socket.on('data', chunk => {
    if (asked.length > 64) return;
    asked += chunk;
    if (holders.has(socket)) {
      for (; asked.startsWith('save\n'); asked = asked.slice(5)) {
        save().then(() => 'saved', error => (sayUnsaved(error), 'unsaved')).then(answer => socket.write(`${answer}\n`));
      }
      return;
    }
    const name = /^([0-9a-f]{32})\n/.exec(asked);
    if (!name) return;
    if (stopping) return socket.destroy();
    asked = '';
    const here = fs.existsSync(path.join(about.data, `join-${name[1]}`));
    if (here) {
      everHeld = true;
      holders.add(socket);
    }
    socket.write(hello(here));
  });
  socket.on('end', () => release(socket));
  socket.on('error', () => release(socket));
  socket.on('close', () => release(socket));
  // The last holder's half-open connection must not keep the process: its end is what that holder waits for.
  socket.unref();
});

// Ctrl-C, the end of a terminal and a service manager reach every process of a group; Azurite ends when its users have, which still need
// it then, and one of them that is suspended must not keep it from the others.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => { if (holders.size === 0) stop(); });
if (process.platform !== 'win32') process.on('SIGTSTP', () => {});
process.on('exit', () => {
  for (const record of records) {
    // By now a record may be another's, which was started when this one was slow to end.
    try { if (JSON.parse(fs.readFileSync(record, 'utf8')).pid === process.pid) fs.rmSync(record); } catch { /* It is gone. */ }
  }
});
const once = process.once;
process.once = function (event, listener) {
  if (event === 'SIGTERM') {
    // The last thing that Azurite does when its services listen.
    closeAzurite = listener;
    ready = true;
    for (const socket of holders) socket.write(hello(true));
  } else if (event !== 'SIGINT') {
    once.call(process, event, listener);
  }
  return process;
};

// A folder that was moved takes its lock along, and this process, which works in it: another may own a new folder of that name by now. Who
// uses this one knows it by its old name, so it ends, in order. One that was deleted takes nothing more. The same where the locked file was
// removed or replaced: another process can lock the new one.
const identity = file => { const found = fs.statSync(file, { bigint: true }); return `${found.dev}:${found.ino}`; };
const lockFile = 'owner.lock';
const owned = [identity('.'), identity(lockFile)];
const watch = setInterval(() => {
  const now = [about.data, lockFile].map(file => { try { return identity(file); } catch { return 'none'; } });
  if (now.every((file, index) => file === owned[index])) return;
  clearInterval(watch);
  say(now[0] === owned[0] ? `${path.join(about.data, lockFile)} was removed or replaced.\n` : `The data folder ${about.data} was moved or deleted.\n`);
  if (fs.statSync('.').nlink === 0) process.exit(1);
  stop();
}, 1_000).unref();

control.listen(0, '127.0.0.1', () => {
  about.control = control.address().port;
  for (const record of records) {
    fs.writeFileSync(`${record}.new`, JSON.stringify(about));
    fs.renameSync(`${record}.new`, record);
  }
  fs.writeSync(1, `${about.control}\n`);
  setTimeout(() => { if (!everHeld) stop(); }, firstConnectionMilliseconds).unref();
  process.argv = [process.argv[0], entry, ...args];
  require(entry);
});
