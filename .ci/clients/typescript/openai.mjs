// Asks a running `medqa serve --openai` by OpenAI's own client: the model, samples with a seed and their log-probabilities, and refusals.
//   node openai.mjs ADDRESS   (in a folder with the client's package)
import assert from 'node:assert/strict';
import OpenAI, { BadRequestError, NotFoundError } from 'openai';

const client = new OpenAI({ baseURL: `${process.argv[2]}/v1`, apiKey: 'none', maxRetries: 0 });
const [model] = (await client.models.list()).data;
assert.equal(model.id, 'smollm2-135m-instruct');

const messages = [{ role: 'user', content: 'Which vitamin does the skin make? A: A, B: C, C: D' }];
const asked = { model: model.id, messages, n: 3, seed: 7, temperature: 0.7, max_tokens: 24, logprobs: true };
const first = await client.chat.completions.create(asked);
assert.deepEqual(first.choices.map(choice => choice.index), [0, 1, 2]);
for (const { message, finish_reason, logprobs } of first.choices) {
  assert.equal(message.role, 'assistant');
  assert.ok(['stop', 'length'].includes(finish_reason));
  assert.ok(logprobs.content.length > 0 && logprobs.content.every(token => token.logprob <= 0));
}
assert.equal(first.usage.total_tokens, first.usage.prompt_tokens + first.usage.completion_tokens);
const again = await client.chat.completions.create(asked);
assert.deepEqual(again.choices.map(choice => choice.message.content), first.choices.map(choice => choice.message.content));
assert.equal(again.system_fingerprint, first.system_fingerprint);

await assert.rejects(client.chat.completions.create({ ...asked, model: 'other' }), fault => fault instanceof NotFoundError && /no model 'other' here/.test(fault.message));
await assert.rejects(client.chat.completions.create({ ...asked, tools: [{ type: 'function', function: { name: 'f' } }] }), fault => fault instanceof BadRequestError && fault.param === 'tools');
await assert.rejects(client.embeddings.create({ model: model.id, input: 'text' }), fault => fault instanceof NotFoundError && fault.code === 'unknown_address');
console.log(`OpenAI's client: ${first.choices.length} samples of ${model.id}, the same with the same seed; refusals as it expects.`);
