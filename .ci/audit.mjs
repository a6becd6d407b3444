// Looks for known vulnerabilities in what is shipped, and whether everything is what is pinned.
//   node .ci/audit.mjs [REPOSITORY]
// Where a source of advisories answers, one of high or critical severity fails, unless accepted-advisories.json has it: {"GHSA-…": "why it does no harm here"}.
// Where none answers, that is said and fails nothing. The pinned hashes are checked in either case.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, copyFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url)));
const tool = join(root, 'src', 'MedQA.Cli');
const npmFolder = join(root, 'src', 'MedQA.Azurite', 'package');
const accepted = readJson(join(root, '.ci', 'accepted-advisories.json'));
const grave = new Set(['high', 'critical']);
let failed = 0;

const say = text => console.log(`audit: ${text}`);
const fail = text => { failed++; say(`FAILED: ${text}`); };

nuget();
npm();
pinnedPackages();
pinnedNpm();
await pinnedFiles();
process.exitCode = failed ? 1 : 0;

function nuget() {
  const canary = mkdtempSync(join(tmpdir(), 'medqa-canary-'));
  let found;
  try {
    copyFileSync(join(root, '.ci', 'canary', 'canary.csproj'), join(canary, 'canary.csproj'));
    run('dotnet', ['restore', '--verbosity', 'quiet'], canary);
    if (vulnerable(canary).length === 0) {
      say('NuGet: the package source gives no advisories (it says nothing of a version that is known to be vulnerable). Only the pinned hashes are checked.');
      return;
    }
    found = vulnerable(tool);
  } catch (error) {
    say(`NuGet: the package source does not answer (${reason(error)}). Only the pinned hashes are checked.`);
    return;
  } finally {
    rmSync(canary, { recursive: true, force: true });
  }
  say(`NuGet: the package source answers; ${found.length} known vulnerabilities in the packages of medqa.`);
  report('NuGet', found);
}

function vulnerable(folder) {
  const listed = JSON.parse(run('dotnet', ['list', 'package', '--vulnerable', '--include-transitive', '--format', 'json'], folder));
  return listed.projects.flatMap(project => project.frameworks ?? [])
    .flatMap(framework => [...framework.topLevelPackages ?? [], ...framework.transitivePackages ?? []])
    .flatMap(item => (item.vulnerabilities ?? []).map(found => ({ what: `${item.id} ${item.resolvedVersion}`, severity: found.severity.toLowerCase(), advisory: found.advisoryurl })));
}

function npm() {
  let answer;
  try {
    // It ends with 1 where it has found something, and with JSON in either case.
    answer = JSON.parse(run(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['audit', '--package-lock-only', '--omit=dev', '--omit=optional', '--json', '--fetch-retries=0', '--fetch-timeout=10000'], npmFolder, [0, 1]));
  } catch (error) {
    answer = { message: reason(error) };
  }
  if (answer.vulnerabilities === undefined) {
    say(`npm: the registry does not answer (${answer.message ?? answer.error?.summary ?? 'no reason given'}). Only the pinned hashes are checked.`);
    return;
  }
  const found = Object.values(answer.vulnerabilities)
    .flatMap(item => item.via.filter(via => typeof via === 'object').map(via => ({ what: `${item.name} ${via.range}`, severity: via.severity, advisory: via.url })));
  say(`npm: the registry answers; ${found.length} known vulnerabilities in Azurite and its dependencies.`);
  report('npm', found);
}

function report(source, found) {
  for (const { what, severity, advisory } of found) {
    const id = advisory.split('/').at(-1);
    const line = `${source}: ${what}: ${severity}, ${advisory}`;
    if (!grave.has(severity)) {
      say(line);
    } else if (accepted[id]) {
      say(`${line} (accepted: ${accepted[id]})`);
    } else {
      fail(line);
    }
  }
}

// The lock files have the hash of every package's content, and a restore refuses another; this looks at what lies in the package folder.
function pinnedPackages() {
  const locks = readdirSync(join(root, 'src')).map(name => join(root, 'src', name, 'packages.lock.json')).filter(existsSync).map(readJson);
  const pinned = new Map(locks.flatMap(lock => Object.values(lock.dependencies)).flatMap(framework => Object.entries(framework))
    .filter(([, item]) => item.contentHash).map(([name, item]) => [`${name} ${item.resolved} ${item.contentHash}`, [name, item]]));
  const folder = process.env.NUGET_PACKAGES || join(homedir(), '.nuget', 'packages');
  let same = 0;
  for (const [name, { resolved, contentHash }] of pinned.values()) {
    const metadata = join(folder, name.toLowerCase(), resolved.toLowerCase(), '.nupkg.metadata');
    if (!existsSync(metadata)) {
      fail(`NuGet: ${name} ${resolved} is pinned, but not restored.`);
    } else if (readJson(metadata).contentHash !== contentHash) {
      fail(`NuGet: ${name} ${resolved} has another hash than packages.lock.json.`);
    } else {
      same++;
    }
  }
  say(`NuGet: ${same} packages have the hashes of packages.lock.json.`);
}

function pinnedNpm() {
  const packages = Object.entries(readJson(join(npmFolder, 'package-lock.json')).packages).filter(([name]) => name);
  const loose = packages.filter(([, item]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(item.integrity ?? '') || item.resolved && !item.resolved.startsWith('https://registry.npmjs.org/'));
  for (const [name] of loose) {
    fail(`npm: ${name} has no SHA-512 in package-lock.json, or comes from elsewhere.`);
  }
  say(`npm: ${packages.length - loose.length} packages are pinned by SHA-512, which npm checks when it installs them.`);
}

async function pinnedFiles() {
  const pins = readFileSync(join(root, 'models', 'sha256sums.txt'), 'utf8').trim().split('\n').map(line => [join('models', line.slice(66)), line.slice(0, 64)]);
  const known = new Set(pins.map(([path]) => path));
  for (const name of readdirSync(join(root, 'models', 'smollm2-135m-instruct')).map(name => join('models', 'smollm2-135m-instruct', name)).filter(name => !known.has(name))) {
    fail(`${name} is shipped and not pinned in models/sha256sums.txt.`);
  }
  let same = 0;
  for (const [path, hash] of pins) {
    if (!existsSync(join(root, path))) {
      fail(`${path} is pinned, but not there.`);
    } else if (await sha256(join(root, path)) !== hash) {
      fail(`${path} has another hash than is pinned.`);
    } else {
      same++;
    }
  }
  say(`files: ${same} files of models have the hashes that are pinned.`);
}

async function sha256(path) {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) {
    hash.update(part);
  }
  return hash.digest('hex');
}

function run(program, args, cwd, good = [0]) {
  try {
    return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000, shell: process.platform === 'win32' });
  } catch (error) {
    if (good.includes(error.status)) {
      return error.stdout;
    }
    throw error;
  }
}

function reason(error) {
  return `${error.stderr || error.stdout || error.message}`.trim().split('\n').at(-1).slice(0, 200);
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
