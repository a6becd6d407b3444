'use strict';
// Runs Azurite while at least one process holds a connection to this one, then shuts it down in order. Nothing is lost or left behind
// however those processes end, because a killed process closes its connections too.
//
//   node azurite-keeper.cjs RECORD-BY-FOLDER RECORD-BY-PORT LOG AZURITE-ENTRY AZURITE-ARGUMENT…
//
// The first line on standard output is the control port. A client names a file that it has created in the data folder. It gets
// {"here":true,"ready":false,…} if this process sees that file, which proves that both use the same folder (and again, with ready, when
// the services listen), and keeps Azurite alive until it ends its side. The keeper then closes the connection when all data stored until
// then is saved or, for the last client, when Azurite has ended. A client that sends "save" gets "saved" when all acknowledged writes are
// in files. Both records name this process while it lives. It inherits the lock that makes it the folder's owner from its parent process,
// and holds it until it ends.

const crypto = require('node:crypto');
const fs = require('node:fs');
const { createRequire } = require('node:module');
const net = require('node:net');
const path = require('node:path');

// Stored data is private to the user who started this process.
process.umask(0o077);

const [folderRecord, portRecord, logPath, entry, ...args] = process.argv.slice(2);
// This process works in the data folder, and finds its record there even after the folder was renamed.
const records = [path.basename(folderRecord), portRecord];
const firstConnectionMilliseconds = 60_000;
const about = { pid: process.pid, control: 0, data: path.dirname(folderRecord), blobPort: 0, queuePort: 0, tablePort: 0 };
for (let i = 0; i + 1 < args.length; i++) {
  if (args[i] === '--blobPort') about.blobPort = Number(args[i + 1]);
  if (args[i] === '--queuePort') about.queuePort = Number(args[i + 1]);
  if (args[i] === '--tablePort') about.tablePort = Number(args[i + 1]);
}

// The parent process may have ended when Azurite writes, so output goes to a file, never to a pipe without a reader.
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

// Every tool knows the first key of the development store, which would also open the next storage on these ports after this process has
// ended. Processes that share this folder get a second key that no other process has.
const key = crypto.randomBytes(64).toString('base64');
process.env.AZURITE_ACCOUNTS = process.env.AZURITE_ACCOUNTS.split(';').map((account, index) => index === 0 ? `${account}:${key}` : account).join(';');

let ready = false;
let stopping = false;
let everHeld = false;
let closeAzurite = null;
const holders = new Set();
const hello = here => `${JSON.stringify({ ready, here, ...(here ? { key } : {}), ...about })}\n`;

// Azurite keeps its directories (blobs, their extents, queues, tables) in memory, and writes each of them separately every five seconds. If
// it is killed, it loses the latest writes, or leaves inconsistent directories. The keeper writes all of them shortly after a change: first
// to new files, then a list of those as the commit point, then it renames them. A write that is interrupted after the list is completed at
// the next start; one interrupted before is discarded. It then pauses for nineteen times the duration of the write: a small storage loses
// at most a tenth of a second, and a large one is not slowed down.
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

// Resolves when all data stored before the call is in files.
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
    // No request is answered between these lines, so the texts are consistent.
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
    // What could not be written remains to be written.
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

// Completes the write that an earlier, killed process had committed.
if (fs.existsSync(listFile)) {
  finishWriting(JSON.parse(fs.readFileSync(listFile, 'utf8')).filter(file => directoryFiles.includes(file)));
}
for (const file of [listFile, ...directoryFiles]) fs.rmSync(next(file), { force: true });

// Azurite would treat an empty or missing directory as a new storage. Empty directories are left by a power failure, missing ones by an
// incomplete copy.
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
  // Azurite has nothing to save before it listens.
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
  // The last client's half-open connection must not keep this process alive, because the client waits for its end.
  socket.unref();
});

// Ctrl-C, the end of a terminal and a service manager signal every process of a group. Azurite ends after its users, which still need it
// then, and a suspended user must not keep it from the others.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => { if (holders.size === 0) stop(); });
if (process.platform !== 'win32') process.on('SIGTSTP', () => {});
process.on('exit', () => {
  for (const record of records) {
    // The record may now belong to another keeper, started while this one was ending slowly.
    try { if (JSON.parse(fs.readFileSync(record, 'utf8')).pid === process.pid) fs.rmSync(record); } catch { /* It is gone. */ }
  }
});
const once = process.once;
process.once = function (event, listener) {
  if (event === 'SIGTERM') {
    // Azurite's last step before its services listen.
    closeAzurite = listener;
    ready = true;
    for (const socket of holders) socket.write(hello(true));
  } else if (event !== 'SIGINT') {
    once.call(process, event, listener);
  }
  return process;
};

// A moved folder keeps its lock and this process, while another process may own a new folder of the old name. Since users of this process
// know the folder by its old name, it shuts down in order, as it does if the folder was deleted, or if the locked file was removed or
// replaced, so that another process can lock the new one.
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
