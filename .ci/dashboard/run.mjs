// Checks the dashboard's JavaScript with TypeScript, against types that are generated from the interface's document: a field or an address that the document
// does not have is an error.
//   node .ci/dashboard/run.mjs [OPENAPI.JSON]
// Ends with 0 where all is well, with 1 where something is not, and with 77 where the tools cannot be installed: then nothing was checked.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const web = join(here, '..', '..', 'src', 'MedQA.Web');
const document = resolve(process.argv[2] ?? join(web, 'Catalog', 'openapi.json'));
const work = mkdtempSync(join(tmpdir(), 'medqa-dashboard-'));
const say = text => console.log(`dashboard: ${text}`);

try {
  // Elsewhere than in the repository, so that the dashboard's own folder has nothing but what is served.
  cpSync(here, work, { recursive: true });
  cpSync(join(web, 'Dashboard', 'Files'), work, { recursive: true });
  if (await install()) {
    await run(tool('openapi-typescript'), [document, '--output', join(work, 'openapi.d.ts')]);
    await run(tool('tsc'), ['--project', work]);
    say('TypeScript finds no fault in its JavaScript.');
  } else {
    process.exitCode = 77;
  }
} catch (fault) {
  process.exitCode = 1;
  say(`FAILED: ${fault.message}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function install() {
  try {
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
    return true;
  } catch (fault) {
    say(`NOT CHECKED: TypeScript or openapi-typescript cannot be installed here. ${fault.message}`);
    return false;
  }
}

function tool(name) {
  return join(work, 'node_modules', '.bin', name);
}

function run(program, args) {
  return new Promise((done, failed) => {
    execFile(program, args, { cwd: work, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, timeout: 120_000 }, (fault, output, errors) => {
      if (fault) {
        failed(new Error(`${program} ${args.slice(0, 3).join(' ')}: ${fault.code ?? fault.signal}\n${output}${errors}`));
      } else {
        done(output);
      }
    });
  });
}
