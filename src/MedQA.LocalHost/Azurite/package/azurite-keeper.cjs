'use strict';
// Runs Azurite for as long as at least one process holds a connection to this one, then closes it in order, so that
// nothing is lost and nothing is left behind however those processes end: a killed process closes its connections too.
//
//   node azurite-keeper.cjs RECORD-BY-FOLDER RECORD-BY-PORT LOG AZURITE-ENTRY AZURITE-ARGUMENT…
//
// The first line on standard output is the control port. Whoever connects there names a file that it has made in the data folder; it
// gets {"here":true,"ready":false,…} where this process sees that file, which proves that both mean the same folder (and again, with
// ready, when the services listen), and keeps Azurite alive until it ends its side; the connection is closed from here when that end is
// seen or, for the last one, when Azurite has gone. Both records name this process while it lives. It inherits the lock that makes it
// the folder's owner from whoever started it, and has it until it ends.

const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');

// What is stored belongs to whoever started this, and to nobody else on the machine.
process.umask(0o077);

const [folderRecord, portRecord, logPath, entry, ...args] = process.argv.slice(2);
const records = [folderRecord, portRecord];
const firstConnectionMilliseconds = 60_000;
const about = { pid: process.pid, control: 0, data: '', blobPort: 0, queuePort: 0, tablePort: 0 };
for (let i = 0; i + 1 < args.length; i++) {
  if (args[i] === '--location') about.data = args[i + 1];
  if (args[i] === '--blobPort') about.blobPort = Number(args[i + 1]);
  if (args[i] === '--queuePort') about.queuePort = Number(args[i + 1]);
  if (args[i] === '--tablePort') about.tablePort = Number(args[i + 1]);
}

// Whoever started this may be gone when Azurite writes: its output goes to a file, never to a pipe without a reader.
const log = fs.openSync(logPath, 'w');
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (chunk, encoding, written) => {
    fs.writeSync(log, chunk);
    const done = typeof encoding === 'function' ? encoding : written;
    if (done) process.nextTick(done);
    return true;
  };
}
process.on('uncaughtException', error => {
  fs.writeSync(log, `${error.stack ?? error}\n`);
  process.exit(1);
});

let ready = false;
let stopping = false;
let everHeld = false;
const holders = new Set();
const hello = here => `${JSON.stringify({ ready, here, ...about })}\n`;

function stop() {
  if (stopping) return;
  stopping = true;
  control.close();
  // Before it listens Azurite has nothing to save.
  if (!process.emit('SIGTERM')) process.exit(0);
}

function release(socket) {
  if (!holders.delete(socket)) return void socket.end();
  if (holders.size === 0) stop();
  else socket.end();
}

const control = net.createServer({ allowHalfOpen: true }, socket => {
  if (stopping) return socket.destroy();
  let asked = '';
  socket.on('data', chunk => {
    if (holders.has(socket) || asked.length > 64) return;
    asked += chunk;
    const name = /^([0-9a-f]{32})\n/.exec(asked);
    if (!name) return;
    if (stopping) return socket.destroy();
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

// Ctrl-C and Ctrl-Z reach every process of a terminal; Azurite ends when its users have, not with them, and one of them that is
// suspended must not keep it from the others.
process.on('SIGINT', () => {});
if (process.platform !== 'win32') process.on('SIGTSTP', () => {});
process.on('SIGHUP', stop);
process.on('exit', () => {
  for (const record of records) {
    // By now a record may be another's, which was started when this one was slow to end.
    try { if (JSON.parse(fs.readFileSync(record, 'utf8')).pid === process.pid) fs.rmSync(record); } catch { /* It is gone. */ }
  }
});
const once = process.once;
process.once = function (event, listener) {
  if (event === 'SIGINT') return process;
  once.call(process, event, listener);
  if (event === 'SIGTERM') {
    // The last thing that Azurite does when its services listen.
    ready = true;
    for (const socket of holders) socket.write(hello(true));
  }
  return process;
};

// A folder that was moved or deleted takes its lock along: another process may own a new folder of that name by now, and Azurite, which
// knows the folder by its name, would write into that one. It ends without saving, as a killed one does.
const identity = folder => { const found = fs.statSync(folder, { bigint: true }); return `${found.dev}:${found.ino}`; };
const folder = identity(about.data);
setInterval(() => {
  let now = 'none';
  try { now = identity(about.data); } catch { /* It is gone. */ }
  if (now !== folder) {
    fs.writeSync(log, `The data folder ${about.data} was moved or deleted.\n`);
    process.exit(1);
  }
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
