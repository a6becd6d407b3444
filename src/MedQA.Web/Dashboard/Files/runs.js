// All runs, newest first, with live progress.

import { call } from './api.js';
import { fill, h, spoken } from './dom.js';
import { ago, count, interval, isFinal, moment, percent, plural } from './format.js';
import { badge, empty, heading, intervalBar, loading, problemBox, progress } from './parts.js';

/**
 * @import { Context } from './app.js'
 * @import { Schemas } from './types'
 * @typedef {Schemas['RunResource']} Run
 */

const page = 100;
const often = 2000;
const seldom = 15000;

/**
 * @param {HTMLElement} main
 * @param {Pick<Context, 'signal' | 'title'>} context
 */
export function show(main, { signal, title }) {
  title('Runs');
  /** @type {Set<string>} */
  const chosen = new Set();
  /** What was read last; nothing is drawn before. @type {Run[]} */
  let runs;
  /** @type {string | null} */
  let continuation = null;
  let loaded = 1;
  let timer = 0;
  const list = h('div', { class: 'runs' });
  const more = h('div', { class: 'more' });
  const note = h('p', { class: 'minor', role: 'status' });
  const compare = h('a', { class: 'button', href: '#/compare', hidden: true }, 'Compare the selected runs');
  fill(main, h('div', { class: 'page-head' }, h('div', null, heading('Runs'), note), h('div', { class: 'actions' }, compare)), list, more);
  fill(list, loading('Reading the runs…'));
  signal.addEventListener('abort', () => clearTimeout(timer));
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && refresh(), { signal });
  refresh();

  /** Reloads the shown pages, so that new runs appear and figures are updated. */
  async function refresh() {
    clearTimeout(timer);
    try {
      const read = [];
      continuation = null;
      for (let i = 0; i < loaded; i++) {
        /** @type {Schemas['RunList']} */
        const part = await call(`/api/runs?take=${page}${continuation ? `&continuation=${continuation}` : ''}`, { signal });
        read.push(...part.runs);
        continuation = part.continuation ?? null;
        if (!continuation) {
          break;
        }
      }
      const before = JSON.stringify(runs);
      runs = read;
      if (JSON.stringify(runs) !== before) {
        draw();
      }
    } catch (problem) {
      if (signal.aborted) {
        return;
      }
      if (!runs) {
        fill(list, problemBox(problem, refresh));
        return;
      }
      fill(note, `${problem.message} The list may be out of date.`);
    }
    if (!signal.aborted && document.visibilityState === 'visible') {
      timer = setTimeout(refresh, runs.some(run => !isFinal(run.state)) ? often : seldom);
    }
  }

  function draw() {
    if (runs.length === 0) {
      fill(note);
      fill(list, empty('No runs yet', 'Start with a file of questions, for example samples/medqa.csv. MedQA answers every question, keeps every reasoning, and scores the answers.',
        h('a', { class: 'button primary', href: '#/new' }, 'Start the first run')));
      fill(more);
      return;
    }
    const going = runs.filter(run => !isFinal(run.state)).length;
    fill(note, `${plural(runs.length, 'run')}${continuation ? ' shown' : ''}${going ? `, ${going} going on` : ''}`);
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.key;
    fill(list,
      h('div', { class: 'run-row run-header', 'aria-hidden': 'true' }, ['', 'Question set', 'Profile and model', 'State', 'Accuracy', 'Created'].map(name => h('span', null, name))),
      h('ul', { class: 'plain' }, runs.map(row)));
    if (focused) {
      /** @type {HTMLElement | null} */ (list.querySelector(`[data-key="${CSS.escape(focused)}"]`))?.focus({ preventScroll: true });
    }
    fill(more, continuation ? h('button', { type: 'button', on: { click: () => { loaded++; refresh(); } } }, 'Show more runs') : null);
    mark();
  }

  /** @param {Run} run */
  function row(run) {
    /** @type {HTMLInputElement} */
    const box = h('input', { type: 'checkbox', 'aria-label': `Select ${run.name}, ${run.profile}, to compare`, data: { key: `box-${run.run}` }, on: { change: () => choose(run.run, box.checked) } });
    box.checked = chosen.has(run.run);
    return h('li', { class: 'run-row' },
      h('span', { class: 'run-choose' }, box),
      h('span', { class: 'run-name' },
        h('a', { href: `#/runs/${run.run}`, data: { key: run.run } }, run.name),
        h('span', { class: 'minor' }, `${count(run.questions)} questions${run.rejectedRows ? `, ${plural(run.rejectedRows, 'row')} rejected` : ''}`)),
      h('span', { class: 'run-asked' }, h('span', null, run.profile, run.samples > 1 ? h('span', { class: 'minor' }, ` · ${run.samples} samples`) : null), h('span', { class: 'minor' }, run.model)),
      h('span', { class: 'run-state' }, badge(run), isFinal(run.state) && run.done >= run.questions ? null : run.questions ? progress(run) : null, run.reason ? h('span', { class: 'minor reason' }, run.reason) : null),
      h('span', { class: 'run-accuracy' }, accuracy(run)),
      h('time', { class: 'run-created minor', datetime: run.created, title: moment(run.created) }, ago(run.created)));
  }

  /** @param {Run} run */
  function accuracy(run) {
    if (run.accuracy !== null && run.accuracy !== undefined) {
      const range = run.accuracyLow === undefined || run.accuracyHigh === undefined || run.failed ? null : { lower: run.accuracyLow, upper: run.accuracyHigh };
      return [
        h('strong', null, percent(run.accuracy)), spoken('; '), intervalBar(run.accuracy, range),
        h('span', { class: 'minor' }, run.failed ? `${count(run.failed)} failed: bounds in the report` : isFinal(run.state) && !run.provisional ? interval(range) : 'provisional')];
    }
    return run.graded && !isFinal(run.state) ? [h('span', { class: 'provisional' }, percent(run.correct / run.graded)), h('span', { class: 'minor' }, `so far, ${count(run.correct)} of ${count(run.graded)}`)] : h('span', { class: 'minor' }, '–', spoken('none yet'));
  }

  /**
   * @param {string} run
   * @param {boolean} wanted
   */
  function choose(run, wanted) {
    wanted ? chosen.add(run) : chosen.delete(run);
    for (const first of chosen) {
      if (chosen.size > 2) {
        chosen.delete(first);
      }
    }
    for (const box of list.querySelectorAll('input')) {
      box.checked = chosen.has(box.dataset.key?.slice(4) ?? '');
    }
    mark();
  }

  function mark() {
    compare.hidden = chosen.size !== 2;
    // The older run first: it is usually the baseline.
    compare.href = `#/compare?runs=${[...chosen].sort((a, b) => runs.findIndex(run => run.run === b) - runs.findIndex(run => run.run === a)).join(',')}`;
  }
}
