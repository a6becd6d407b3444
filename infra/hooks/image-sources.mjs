// Prints a SHA-256 over everything that an image is made of: the files that its Dockerfile copies out of the build's context, the Dockerfile, and the arguments of the build.
//   node infra/hooks/image-sources.mjs [--list] DOCKERFILE [NAME=VALUE…]
// Run it in the repository's root. --list prints the files instead.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, lstatSync, readFileSync, readdirSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';

const [listed, dockerfile, ...given] = process.argv[2] === '--list' ? [true, ...process.argv.slice(3)] : [false, ...process.argv.slice(2)];
const fail = message => {
  console.error(`image-sources: ${message}`);
  process.exit(1);
};
if (!dockerfile || !existsSync(dockerfile)) fail(`there is no Dockerfile '${dockerfile ?? ''}' here.`);

// What .dockerignore keeps out of the context: of the patterns that a path or a folder above it matches, the last one decides.
const patterns = readFileSync('.dockerignore', 'utf8').split(/\r?\n/).map(line => line.trim()).filter(line => line && !line.startsWith('#')).map(line => {
  const glob = line.replace(/^!/, '').replace(/^\/|\/$/g, '');
  const source = glob.split(/(\*\*\/|\*\*|\*|\?)/).map(part =>
    ({ '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' })[part] ?? part.replace(/[.+^${}()|[\]\\]/g, '\\$&')).join('');
  return { keeps: line.startsWith('!'), expression: new RegExp(`^${source}(?:/.*)?$`) };
});
const inContext = path => patterns.reduce((kept, pattern) => (pattern.expression.test(path) ? pattern.keeps : kept), true);

const lines = readFileSync(dockerfile, 'utf8').replace(/\\\r?\n/g, ' ').split(/\r?\n/);
const values = new Map();
for (const line of lines) {
  const [, name, value] = /^ARG (\w+)=(\S+)$/.exec(line) ?? [];
  if (name) values.set(name, value);
}
for (const argument of given) {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(argument) ?? fail(`'${argument}' is not NAME=VALUE.`);
  values.set(name, value);
}

const files = new Set();
const add = path => {
  const entry = lstatSync(path, { throwIfNoEntry: false }) ?? fail(`${dockerfile} copies '${path}', which is not here.`);
  if (entry.isSymbolicLink()) fail(`${dockerfile} copies '${path}', which is a link: the build gets the link without what it points to. Copy the files there.`);
  if (entry.isDirectory()) {
    for (const name of readdirSync(path)) add(`${path}/${name}`);
  } else if (inContext(path)) {
    files.add(path);
  }
};
for (const line of lines) {
  const words = line.trim().split(/\s+/);
  if (words[0] !== 'COPY' || words.some(word => word.startsWith('--from='))) continue;
  for (const word of words.slice(1, -1).filter(each => !each.startsWith('--'))) {
    const named = word.replace(/\$\{(\w+)\}/g, (_, name) => values.get(name) ?? fail(`${dockerfile} copies '${word}' and nobody says ${name}.`));
    const path = relative('.', named).replaceAll('\\', '/');
    if (!path || path.startsWith('..') || isAbsolute(path)) fail(`${dockerfile} copies '${named}', which is not below this folder: a build can copy nothing else.`);
    const before = files.size;
    add(path);
    if (files.size === before) fail(`${dockerfile} copies '${named}', and .dockerignore leaves nothing of it.`);
  }
}

const sorted = [...files].sort();
if (listed) {
  console.log(sorted.join('\n'));
} else {
  const whole = createHash('sha256');
  for (const argument of [...given].sort()) whole.update(`${argument}\0`);
  for (const path of [dockerfile, ...sorted]) {
    const one = createHash('sha256');
    for await (const chunk of createReadStream(path)) one.update(chunk);
    whole.update(`${path}\0${one.digest('hex')}\0`);
  }
  console.log(whole.digest('hex'));
}
