// A new run: the file, the profile, the estimate, then the start.

import { call } from './api.js';
import { fill, h } from './dom.js';
import { count, duration, money, plural } from './format.js';
import { facts, heading, loading, problemBox } from './parts.js';

/**
 * @import { Context } from './app.js'
 * @import { Schemas } from './types'
 */

const usual = 'self-consistency';
const notations = { detect: 'Detect from the file', letter: 'Letters: A is the first', fromZero: 'Numbers: 0 is the first', fromOne: 'Numbers: 1 is the first', text: 'The option’s text' };
const parts = { all: 'All questions', limit: 'Only the first …', sample: 'A random sample of …' };
/** @param {number} bytes */
const sizes = bytes => bytes < 1024 ? `${bytes} bytes` : bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;

/**
 * @param {HTMLElement} main
 * @param {Pick<Context, 'signal' | 'title'>} context
 */
export async function show(main, { signal, title }) {
  title('New run');
  /** @type {File | null} */
  let file = null;
  /** @type {Schemas['Profile'][]} */
  let profiles = [];
  /** @type {AbortController | null} */
  let measuring = null;
  /** @type {HTMLInputElement} */
  const picker = h('input', { type: 'file', id: 'file', class: 'spoken', accept: '.csv,.tsv,.json,.jsonl,.parquet,.xlsx,.zip,.gz,.txt', on: { change: () => picker.files?.[0] && take(picker.files[0]) } });
  const named = h('p', { class: 'file-name', role: 'status' });
  const drop = h('div', { class: 'drop' }, picker,
    h('p', null, h('strong', null, 'Drop a question set here')), h('p', null, h('label', { for: 'file', class: 'button' }, 'Choose a file')), named,
    h('p', { class: 'minor' }, 'CSV with a header: question, option_a, option_b … and answer. TSV, JSON lines, Parquet, Excel and the benchmarks’ own formats are supported too.'));
  const choice = h('select', { id: 'profile', disabled: true, on: { change: () => { describe(); estimate(); } } }, h('option', null, 'Reading the profiles…'));
  const said = h('div', { class: 'minor' });
  const notation = h('select', { id: 'notation', on: { change: () => estimate() } }, Object.entries(notations).map(([name, text]) => h('option', { value: name }, text)));
  const part = h('select', { id: 'part', on: { change: () => { size.hidden = part.value === 'all'; estimate(); } } }, Object.entries(parts).map(([name, text]) => h('option', { value: name }, text)));
  /** @type {HTMLInputElement} */
  const size = h('input', { type: 'number', id: 'part-size', min: '1', max: '1000000', step: '1', value: '20', hidden: true, 'aria-label': 'How many questions', on: { change: () => estimate() } });
  const again = h('input', { type: 'checkbox', id: 'again' });
  const estimated = h('div', { class: 'estimate', 'aria-live': 'polite' });
  const start = h('button', { type: 'button', class: 'primary big-button', disabled: true, on: { click: go } }, 'Start the run');
  const failed = h('div');
  fill(main,
    h('div', { class: 'page-head' }, heading('New run')),
    h('div', { class: 'start' },
      h('section', { class: 'card', 'aria-labelledby': 'step-1' }, h('h2', { id: 'step-1' }, '1. Questions'), drop,
        h('label', { class: 'field', for: 'part' }, 'Ask'), h('div', { class: 'part' }, part, size),
        h('details', null, h('summary', null, 'How the file names right options'), h('label', { class: 'field', for: 'notation' }, 'Notation'), notation)),
      h('section', { class: 'card', 'aria-labelledby': 'step-2' }, h('h2', { id: 'step-2' }, '2. Profile'), h('label', { class: 'field', for: 'profile' }, 'Profile'), choice, said,
        h('label', { class: 'check' }, again, ' Start a new run even if this file was run with this profile and model before')),
      h('section', { class: 'card takes', 'aria-labelledby': 'step-3' }, h('h2', { id: 'step-3' }, '3. Estimate'), estimated, failed, h('p', { class: 'actions' }, start))));
  fill(estimated, h('p', { class: 'minor' }, 'Choose a file to check it and see an estimate. Nothing is stored or asked yet.'));
  for (const event of ['dragenter', 'dragover']) {
    document.addEventListener(event, over, { signal });
  }
  document.addEventListener('dragleave', event => event.relatedTarget === null && drop.classList.remove('over'), { signal });
  document.addEventListener('drop', event => {
    event.preventDefault();
    drop.classList.remove('over');
    event.dataTransfer?.files[0] && take(event.dataTransfer.files[0]);
  }, { signal });
  try {
    profiles = await call('/api/profiles', { signal });
    fill(choice, profiles.map(profile => h('option', { value: profile.name }, profile.name)));
    choice.value = profiles.some(profile => profile.name === usual) ? usual : profiles[0]?.name;
    choice.disabled = false;
    start.disabled = file === null;
    describe();
    estimate();
  } catch (problem) {
    signal.aborted || fill(said, problemBox(problem, () => show(main, { signal, title })));
  }

  /** @param {Event} event */
  function over(event) {
    event.preventDefault();
    drop.classList.add('over');
  }

  /** @param {File} taken */
  function take(taken) {
    file = taken;
    fill(named, h('strong', null, file.name), ` · ${sizes(file.size)}`);
    start.disabled = choice.disabled;
    fill(failed);
    estimate();
  }

  function describe() {
    const profile = profiles.find(one => one.name === choice.value);
    fill(said, h('p', null, profile?.description ?? '', profile ? ` ${plural(profile.samples, 'sample')}, temperature ${profile.temperature}, at most ${profile.maxTokens} tokens each.` : ''));
  }

  /**
   * @template {'/api/estimates' | '/api/runs'} Address
   * @param {Address} path
   * @param {File} file
   */
  function address(path, file) {
    return /** @type {const} */ (`${path}?${new URLSearchParams({ profile: choice.value, name: file.name, ...notation.value === 'detect' ? {} : { answerNotation: notation.value }, ...part.value === 'all' ? {} : { [part.value]: size.value }, ...again.checked && path === '/api/runs' ? { again: 'true' } : {} })}`);
  }

  async function estimate() {
    if (file === null || choice.disabled) {
      return;
    }
    measuring?.abort();
    const mine = measuring = new AbortController();
    fill(estimated, loading('Reading the file…'));
    try {
      const known = await call(address('/api/estimates', file), { method: 'POST', body: file, signal: AbortSignal.any([mine.signal, signal]) });
      if (measuring === mine) {
        fill(estimated, estimateView(known));
      }
    } catch (problem) {
      if (measuring === mine && !signal.aborted) {
        fill(estimated, problemBox(problem, estimate));
      }
    }
  }

  async function go() {
    if (file === null) {
      return;
    }
    measuring?.abort();
    measuring = null;
    start.disabled = true;
    fill(failed, loading('Checking the file…'));
    try {
      const run = await call(address('/api/runs', file), { method: 'POST', body: file, signal });
      location.hash = `#/runs/${run.run}`;
    } catch (problem) {
      if (!signal.aborted) {
        start.disabled = false;
        fill(failed, problemBox(problem));
      }
    }
  }
}

/** The estimate and its sources. @param {Schemas['RunEstimate']} known */
function estimateView(known) {
  return [
    known.warnings.length ? h('div', { class: 'notice' }, known.warnings.map(text => h('p', null, text))) : null,
    facts([
      ['Questions', count(known.questions), h('span', { class: 'minor' }, known.graded === known.questions ? '' : ` ${count(known.graded)} of them with a known right option`)],
      known.rejectedRows ? ['Unusable rows', count(known.rejectedRows)] : null,
      ['Time', known.expectedSeconds === undefined ? 'not known yet' : `about ${duration(known.expectedSeconds)}`, h('span', { class: 'minor' }, known.expectedSeconds === undefined ? '' : ' of work for one worker')],
      ['Tokens to generate', known.expectedGeneratedTokens === undefined ? `at most ${count(known.maxGeneratedTokens)}` : `about ${count(known.expectedGeneratedTokens)}`,
        known.expectedGeneratedTokens === undefined ? null : h('span', { class: 'minor' }, ` at most ${count(known.maxGeneratedTokens)}`)],
      known.host ? ['Questions sent to', known.host] : null,
      known.maxCost !== undefined && known.currency ? ['Cost', known.expectedCost === undefined ? `at most ${money(known.maxCost, known.currency)}` : `about ${money(known.expectedCost, known.currency)}`,
        known.expectedCost === undefined ? null : h('span', { class: 'minor' }, ` at most ${money(known.maxCost, known.currency)}`)] : null,
      ['Model calls per question', plural(known.callsPerQuestion, 'time'), h('span', { class: 'minor' }, ` to ${known.model}`)],
    ]),
    known.unknown.map(text => h('p', { class: 'minor' }, text)),
    known.basedOn.length ? h('p', { class: 'minor' }, `From ${plural(known.basedOn.length, 'earlier run')} of this profile and model.`) : null,
    known.firstRejected.length ? h('details', null, h('summary', null, `Why ${plural(known.rejectedRows, 'row')} cannot be used`),
      h('ul', null, known.firstRejected.map(row => h('li', null, `Line ${row.line}${row.id ? ` (${row.id})` : ''}: ${row.reason}`)))) : null,
  ];
}
