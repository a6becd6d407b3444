// A new study: sources of answers, rubric and raters.

import { call } from './api.js';
import { fill, h } from './dom.js';
import { ago, count, plural } from './format.js';
import { heading, loading, problemBox } from './parts.js';
import { keepLinks } from './studies.js';

/**
 * @import { Context } from './app.js'
 * @import { Schemas } from './types'
 */

/**
 * @param {HTMLElement} main
 * @param {Pick<Context, 'signal' | 'title'>} context
 */
export async function show(main, { signal, title }) {
  title('New study');
  fill(main, h('div', { class: 'page-head' }, heading('New study')), loading('Reading runs and rubrics…'));
  /** @type {Schemas['RunResource'][]} */
  let runs;
  /** @type {Schemas['Profile'][]} */
  let profiles;
  /** @type {Schemas['Rubric'][]} */
  let rubrics;
  try {
    [{ runs }, profiles, rubrics] = await Promise.all([call('/api/runs?take=500', { signal }), call('/api/profiles', { signal }), call('/api/rubrics', { signal })]);
  } catch (problem) {
    signal.aborted || fill(main, h('div', { class: 'page-head' }, heading('New study')), problemBox(problem, () => show(main, { signal, title })));
    return;
  }
  const freely = profiles.filter(profile => profile.writesFreeAnswers).map(profile => profile.strategy);
  const free = runs.filter(run => freely.includes(run.strategy) && ['completed', 'completedWithFailures'].includes(run.state));
  /** @type {Map<string, HTMLInputElement>} */
  const chosen = new Map();
  /** @type {{ file: File, text: string, label: HTMLInputElement }[]} */
  const files = [];
  /** @type {string | null} */
  let own = null;

  const name = h('input', { type: 'text', id: 'study-name', maxlength: 200, required: true, autocomplete: 'off' });
  const heard = h('input', { type: 'text', id: 'study-title', maxlength: 200, placeholder: 'Rating answers to medical questions', autocomplete: 'off' });
  const rubric = h('select', { id: 'rubric', on: { change: () => { own = null; describe(); } } }, rubrics.map(one => h('option', { value: one.name }, `${one.name}: ${one.title}`)));
  /** @type {HTMLInputElement} */
  const rubricFile = h('input', { type: 'file', id: 'rubric-file', class: 'spoken', accept: '.json', on: { change: async () => { own = await rubricFile.files?.[0]?.text() ?? null; describe(); } } });
  const rubricSaid = h('p', { class: 'minor', role: 'status' });
  const raters = h('textarea', { id: 'raters', rows: '4', 'aria-describedby': 'raters-note' });
  const each = h('input', { type: 'number', id: 'each', min: 1, value: 1 });
  const pilot = h('input', { type: 'number', id: 'pilot', min: 0, value: 0 });
  const seed = h('input', { type: 'number', id: 'seed', value: 1 });
  const strata = h('input', { type: 'text', id: 'strata', placeholder: 'every question', autocomplete: 'off', 'aria-describedby': 'strata-note' });
  const instructions = h('textarea', { id: 'instructions', rows: '3' });
  const consent = h('textarea', { id: 'consent', rows: '3' });
  const picker = h('input', { type: 'file', id: 'answers', class: 'spoken', accept: '.csv,.tsv,.txt', multiple: true, on: { change: take } });
  const list = h('ul', { class: 'plain file-list' });
  const failed = h('div');
  const start = h('button', { type: 'button', class: 'primary big-button', on: { click: make } }, 'Create the study');
  raters.value = 'Rater 1\nRater 2\nRater 3';

  fill(main, h('div', { class: 'page-head' }, heading('New study')), h('div', { class: 'stack study-new' },
    h('section', { class: 'card', 'aria-labelledby': 'step-1' }, h('h2', { id: 'step-1' }, '1. Answers'),
      field('study-name', 'Name', name, 'For yourself; raters never see it.'),
      h('fieldset', { class: 'plain-set' }, h('legend', null, 'Runs of free answers'),
        free.length ? free.map(run => {
          const label = h('input', { type: 'text', 'aria-label': `Name of ${run.name} in the report`, value: run.model, maxlength: 200 });
          /** @type {HTMLInputElement} */
          const box = h('input', { type: 'checkbox', on: { change: () => { box.checked ? chosen.set(run.run, label) : chosen.delete(run.run); } } });
          return h('div', { class: 'run-choice' }, h('label', { class: 'check' }, box, h('span', null, run.name, h('span', { class: 'minor' }, ` ${run.model} · ${count(run.questions)} questions · ${ago(run.created)}`))), label);
        }) : h('p', { class: 'minor' }, 'None yet. Run consumer questions with the profile long-form.')),
      h('div', { class: 'field-block' }, h('p', null, h('strong', null, 'Files of answers '), h('span', { class: 'minor' }, 'for example, from clinicians: CSV with the columns question and answer')), picker, h('p', null, h('label', { for: 'answers', class: 'button' }, 'Add a file')), list),
      field('strata', 'Questions per data set', strata, 'For example healthsearchqa 100, liveqa 20, medicationqa 20. Default: every question that all sources answer.'),
      field('seed', 'Seed', seed, 'Decides which questions are drawn.')),
    h('section', { class: 'card', 'aria-labelledby': 'step-2' }, h('h2', { id: 'step-2' }, '2. Rubric'),
      h('label', { class: 'field', for: 'rubric' }, 'Rubric'), rubric, rubricFile, h('p', { class: 'actions' }, h('label', { for: 'rubric-file', class: 'button' }, 'Use your own rubric (JSON)')), rubricSaid,
      field('study-title', 'Title that raters see', heard, null),
      field('instructions', 'Instructions', instructions, 'Default: a short general text.'),
      field('consent', 'What raters agree to', consent, 'Default: a short general text. Use the text that your ethics committee approved.')),
    h('section', { class: 'card', 'aria-labelledby': 'step-3' }, h('h2', { id: 'step-3' }, '3. Raters'),
      h('label', { class: 'field', for: 'raters' }, 'Raters'), raters, h('p', { class: 'minor', id: 'raters-note' }, 'One name per line. Each rater gets a link.'),
      field('each', 'Raters per answer', each, '1, or 3 to measure how far raters agree.'),
      field('pilot', 'Pilot', pilot, 'The number of answers that all raters rate first, for example 25. 0 for none.'),
      failed, h('p', { class: 'actions' }, start))));
  describe();

  /**
   * @param {string} id
   * @param {string} text
   * @param {HTMLElement} input
   * @param {string | null} note
   */
  function field(id, text, input, note) {
    return h('div', { class: 'field-block' }, h('label', { class: 'field', for: id }, text), input, note ? h('p', { class: 'minor', id: `${id}-note` }, note) : null);
  }

  function describe() {
    const known = rubrics.find(one => one.name === rubric.value);
    fill(rubricSaid, own !== null ? `${rubricFile.files?.[0]?.name} is used.` : known ? `${plural(known.axes.length, 'axis', 'axes')}: ${known.axes.map(axis => axis.title).join('; ')}.` : '');
  }

  async function take() {
    for (const file of picker.files ?? []) {
      files.push({ file, text: await file.text(), label: h('input', { type: 'text', 'aria-label': `Name of ${file.name} in the report`, value: file.name.replace(/\.[^.]+$/, ''), maxlength: 200 }) });
    }
    picker.value = '';
    fill(list, files.map(entry => h('li', { class: 'run-choice' }, h('span', null, entry.file.name), entry.label, h('button', { type: 'button', class: 'small', 'aria-label': `Remove ${entry.file.name}`, on: { click: () => { files.splice(files.indexOf(entry), 1); drawFiles(); } } }, 'Remove'))));
  }

  function drawFiles() {
    for (const item of [...list.children]) {
      files.some(entry => item.contains(entry.label)) || item.remove();
    }
  }

  async function make() {
    start.disabled = true;
    fill(failed, loading('Creating the study…'));
    try {
      const study = await call('/api/studies', { method: 'POST', body: JSON.stringify(request()), signal });
      keepLinks(study);
      location.hash = `#/studies/${study.study}`;
    } catch (problem) {
      if (!signal.aborted) {
        start.disabled = false;
        fill(failed, problemBox(problem));
      }
    }
  }

  /** @returns {Schemas['StudyRequest']} */
  function request() {
    const wanted = strata.value.split(/[,;\n]/).map(part => part.trim()).filter(part => part).map(part => {
      const match = /^(.*?)[\s:=]+(\d+)$/.exec(part);
      if (!match) {
        throw Object.assign(new Error(`“${part}” is not a data set and a number, such as liveqa 20.`), { title: 'Invalid number of questions' });
      }
      return { dataset: match[1], questions: Number(match[2]) };
    });
    let rubricSent = rubric.value;
    if (own !== null) {
      try {
        rubricSent = JSON.parse(own);
      } catch (error) {
        throw Object.assign(new Error(error.message), { title: 'The rubric is not valid JSON' });
      }
    }
    /** @param {HTMLInputElement | HTMLTextAreaElement} input */
    const text = input => input.value.trim() || undefined;
    return {
      name: name.value.trim(), title: text(heard), instructions: text(instructions), consent: text(consent), rubric: rubricSent,
      sources: [...[...chosen].map(([run, label]) => ({ run, name: text(label) })), ...files.map(entry => ({ csv: entry.text, fileName: entry.file.name, name: text(entry.label) }))],
      strata: wanted.length ? wanted : undefined, seed: Number(seed.value), raters: raters.value.split('\n').map(line => line.trim()).filter(line => line), ratersPerAnswer: Number(each.value), pilot: Number(pilot.value),
    };
  }
}
