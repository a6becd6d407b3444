// Drives a running service by the client that Kiota has generated: upload, progress, answers, report, a file, and a refusal.
//   node drive.js ADDRESS QUESTIONS.CSV
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { AnonymousAuthenticationProvider } from '@microsoft/kiota-abstractions';
import { DefaultRequestAdapter } from '@microsoft/kiota-bundle';
import { createMedQAApi } from './generated/medQAApi.js';
import type { ProblemDetails } from './generated/models/index.js';

const [address, questions] = process.argv.slice(2);
const adapter = new DefaultRequestAdapter(new AnonymousAuthenticationProvider());
adapter.baseUrl = address;
const client = createMedQAApi(adapter);

const file = await readFile(questions);
const body = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer;
const started = await client.api.runs.post(body, 'text/csv', { queryParameters: { name: 'medqa.csv', profile: 'tiny' } });
assert.ok(started?.run && started.questions === 12, `The upload was answered with ${JSON.stringify(started)}.`);
const of = client.api.runs.byRun(started.run);

const deadline = Date.now() + 60_000;
let run = await of.get();
while (run?.state !== 'completed') {
  assert.ok(run && ['queued', 'running', 'waiting'].includes(run.state ?? ''), `The run is ${run?.state}: ${run?.reason}`);
  assert.ok(Date.now() < deadline, `The run is still ${run.state} after a minute.`);
  await delay(200);
  run = await of.get();
}
assert.deepEqual([run.done, run.failed, typeof run.accuracy], [12, 0, 'number']);
assert.ok(run.finished instanceof Date);

const page = await of.answers.get({ queryParameters: { take: 5 } });
assert.equal(page?.answers?.length, 5);
assert.ok(page?.continuation);
const rest = await of.answers.get({ queryParameters: { take: 100, continuation: page.continuation } });
const answers = [...page.answers ?? [], ...rest?.answers ?? []];
assert.deepEqual(answers.map(answer => answer.ordinal), [...Array(12).keys()]);
assert.ok(answers.every(answer => typeof answer.agreement === 'number' && answer.options === 4));
const detail = await of.answers.byQuestion(answers[0].id!).get();
assert.ok(detail?.question?.text && typeof detail.answer?.reasonings?.[0]?.text === 'string');

const report = await of.report.get();
assert.deepEqual([report?.questions?.asked, report?.accuracy?.scored, report?.protocol?.profile?.name], [12, 12, 'tiny']);
const table = new TextDecoder().decode(await of.files.byFile('answers.csv').get());
assert.ok(table.trimEnd().split('\n').length >= 13, 'answers.csv does not have 12 rows.');
const part = await of.files.byFile('answers.csv').get({ headers: { Range: 'bytes=0-9' } });
assert.ok(new TextDecoder().decode(part) === table.slice(0, 10), 'A part of the file is not the part that was asked for.');

await assert.rejects(async () => client.api.runs.byRun('aaaaaaaaaaaaaaaa').get(), (problem: ProblemDetails) => problem.type === 'urn:medqa:unknown-run' && problem.status === 404);
const profiles = await client.api.profiles.get();
assert.ok(profiles?.some(profile => profile.name === 'self-consistency'));
console.log(`Kiota's client: run ${run.run} has ${run.correct} of ${run.graded} right.`);
