// Makes clients of the interface's document as others do, and uses them: Spectral finds no fault in the document, and what Kiota (TypeScript) and NSwag (C#)
// generate compiles and takes a question set through a running `medqa serve` on a tiny model. OpenAI's own client asks `medqa serve --openai`.
//   node .ci/clients/run.mjs MEDQA.DLL [FOLDER]
// Ends with 0 where everything works, with 1 where something does not, and with 77 where the tools cannot be installed: then nothing was checked.
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkInCopy, run as runTool } from '../tools.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const medqa = resolve(process.argv[2]);
const work = mkdtempSync(join(process.argv[3] ?? tmpdir(), 'medqa-clients-'));
const [csharp, typescript] = [join(work, 'csharp'), join(work, 'typescript')];
const document = join(dirname(medqa), 'openapi.json');
const questions = join(root, 'samples', 'medqa.csv');
const say = text => console.log(`clients: ${text}`);

const environment = {
  ...process.env,
  KIOTA_CLI_TELEMETRY_OPTOUT: 'true',
  KIOTA_UPDATE__DISABLED: 'true',
  MEDQA_DATA: join(work, 'data'),
  MEDQA_PROFILES: join(here, 'profiles'),
  // It has no chat template: profiles/tiny.json asks without one.
  MEDQA_MODEL: join(root, 'models', 'tiny', 'llama-optimum'),
};
const servers = [];
// Elsewhere than in the repository, whose own settings of packages are for what is shipped.
await checkInCopy({
  here, work, say, stop,
  tools: 'Kiota, NSwag, TypeScript or Spectral',
  install: () => Promise.all([
    run('dotnet', ['tool', 'restore'], work),
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], typescript),
  ]),
  check: async () => {
    const [, address] = await Promise.all([generate(), serve()]);
    await use(address);
    say('both generated clients work.');
    const asked = await serve({ MEDQA_MODEL: join(root, 'models', 'smollm2-135m-instruct'), MEDQA_DATA: join(work, 'asked') }, '--openai');
    say((await run('node', [join(typescript, 'openai.mjs'), asked], typescript)).trim());
  },
});

async function generate() {
  const tool = name => join(typescript, 'node_modules', '.bin', name);
  await run(tool('spectral'), ['lint', document, '--ruleset', join(work, 'spectral.yaml'), '--fail-severity', 'warn'], typescript);
  await run('dotnet', ['kiota', 'generate', '--language', 'typescript', '--openapi', document, '--class-name', 'MedQAApi', '--output', join(typescript, 'generated')], work);
  await run(tool('tsc'), [], typescript);
  await run('dotnet', [
    'nswag', 'openapi2csclient', `/input:${document}`, '/classname:MedQAApi', '/namespace:MedQA.Generated', `/output:${join(csharp, 'Generated.cs')}`,
    '/jsonLibrary:SystemTextJson', '/generateNullableReferenceTypes:true', '/generateOptionalPropertiesAsNullable:true',
  ], work);
  await run('dotnet', ['build', '-c', 'Release', '-o', join(csharp, 'built'), '--verbosity', 'quiet'], csharp);
}

async function use(address) {
  for (const [program, ...rest] of [['node', join(typescript, 'built', 'drive.js')], ['dotnet', join(csharp, 'built', 'Drive.dll')]]) {
    say((await run(program, [...rest, address, questions], work)).trim());
  }
}

async function serve(more = {}, ...options) {
  const ports = await Promise.all(Array.from({ length: 3 }, freePort));
  const child = spawn('dotnet', [medqa, 'serve', '--urls', 'http://127.0.0.1:0', ...options], { cwd: work, env: { ...environment, MEDQA_PORTS: ports.join(','), ...more } });
  const server = { child, said: '' };
  servers.push(server);
  return await new Promise((found, failed) => {
    const read = data => {
      server.said += data;
      const listening = /Listening on (http:[^;,]+?)\/?[;,]/.exec(server.said);
      if (listening) found(listening[1]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('error', failed);
    child.on('exit', code => failed(new Error(`medqa serve ended with ${code}: ${server.said}`)));
  });
}

async function stop() {
  for (const { child } of servers) {
    if (child.pid && child.exitCode === null) {
      const ended = new Promise(done => child.on('exit', done));
      child.kill('SIGINT');
      await ended;
    }
  }
}

function freePort() {
  return new Promise((found, failed) => {
    const listener = createServer().on('error', failed).listen(0, '127.0.0.1', () => {
      const { port } = listener.address();
      listener.close(() => found(port));
    });
  });
}

function run(program, args, folder) {
  return runTool(program, args, { cwd: folder, env: environment });
}
