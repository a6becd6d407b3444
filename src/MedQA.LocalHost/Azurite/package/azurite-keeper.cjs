'use strict';
// Runs Azurite for as long as at least one process holds a connection to this one, then closes it in order, so that
// nothing is lost and nothing is left behind however those processes end: a killed process closes its connections too.
//
//   node azurite-keeper.cjs RECORD-BY-FOLDER RECORD-BY-PORT LOG AZURITE-ENTRY AZURITE-ARGUMENT…
//
// The first line on standard output is the control port. Whoever connects there gets {"ready":false,…} at once (and again,
// with true, when the services listen), and keeps Azurite alive until it ends its side; the connection is closed from here when
// that end is seen or, for the last one, when Azurite has gone. Both records name this process while it lives.

const fs = require('node:fs');
const net = require('node:net');

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
const hello = () => `${JSON.stringify({ ready, ...about })}\n`;

function stop() {
  if (stopping) return;
  stopping = true;
  control.close();
  // Before it listens Azurite has nothing to save.
  if (!process.emit('SIGTERM')) process.exit(0);
}

function release(socket) {
  if (!holders.delete(socket)) return;
  if (holders.size === 0) stop();
  else socket.end();
}

const control = net.createServer({ allowHalfOpen: true }, socket => {
  if (stopping) return socket.destroy();
  everHeld = true;
  holders.add(socket);
  socket.on('data', () => {});
  socket.on('end', () => release(socket));
  socket.on('error', () => release(socket));
  socket.on('close', () => release(socket));
  socket.write(hello());
  // The last holder's half-open connection must not keep the process: its end is what that holder waits for.
  socket.unref();
});

// Ctrl-C reaches every process of a terminal; Azurite ends when its users have, not with them.
process.on('SIGINT', () => {});
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
    for (const socket of holders) socket.write(hello());
  }
  return process;
};

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
