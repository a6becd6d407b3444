// Checks the dashboard's JavaScript with TypeScript, against types that are generated from the interface's document: a field or an address that the document
// does not have is an error.
//   node .ci/dashboard/run.mjs [OPENAPI.JSON]
// Ends with 0 where all is well, with 1 where something is not, and with 77 where the tools cannot be installed: then nothing was checked.
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkInCopy, run } from '../tools.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const document = resolve(process.argv[2] ?? join(root, 'tests', 'MedQA.Web.Tests', 'Catalog', 'openapi.json'));
const work = mkdtempSync(join(tmpdir(), 'medqa-dashboard-'));
const say = text => console.log(`dashboard: ${text}`);

// Elsewhere than in the repository, so that the dashboard's own folder has nothing but what is served.
await checkInCopy({
  here, work, say,
  tools: 'TypeScript or openapi-typescript',
  install: () => run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: work }),
  check: async () => {
    cpSync(join(root, 'src', 'MedQA.Web', 'Dashboard', 'Files'), work, { recursive: true });
    await run(tool('openapi-typescript'), [document, '--output', join(work, 'openapi.d.ts')], { cwd: work });
    await run(tool('tsc'), ['--project', work], { cwd: work });
    say('TypeScript finds no fault in its JavaScript.');
  },
});

function tool(name) {
  return join(work, 'node_modules', '.bin', name);
}
