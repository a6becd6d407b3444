// Compares two runs on the questions that both answered, and lists the questions on which they differ.

import { call } from './api.js';
import { documentCards, readDocument } from './document.js';
import { fill, h, sign, spoken } from './dom.js';
import { ago, percent } from './format.js';
import { empty, heading, loading, mark, problemBox, section } from './parts.js';

/**
 * @import { Context } from './app.js'
 * @import { Schemas } from './types'
 */

const page = 100;

/**
 * @param {HTMLElement} main
 * @param {Pick<Context, 'query' | 'signal' | 'title'>} context
 */
export async function show(main, { query, signal, title }) {
  title('Compare');
  let chosen = (query.get('runs') ?? '').split(',').filter(run => /^[a-z2-7]{16}$/.test(run)).slice(0, 2);
  const choice = h('div', { class: 'compare-choice' });
  const result = h('div', { class: 'stack' });
  fill(main, h('div', { class: 'page-head' }, h('div', null, heading('Compare two runs'), h('p', { class: 'minor' }, 'Pairwise, on the questions that both answered.'))), choice, result);
  fill(choice, loading('Reading the runs…'));
  /** @type {Schemas['RunResource'][]} */
  let runs;
  try {
    runs = (await call('/api/runs?take=500', { signal })).runs.filter(run => run.graded > 0);
    // A run in the address may be older than the listed ones.
    for (const run of chosen.filter(name => !runs.some(known => known.run === name))) {
      runs.push(await call(`/api/runs/${run}`, { signal }));
    }
  } catch (problem) {
    if (!signal.aborted) {
      fill(choice, problemBox(problem, () => show(main, { query, signal, title })));
    }
    return;
  }
  if (runs.length < 2) {
    fill(choice, empty('At least two runs are needed', 'Run the same questions with two profiles or models, then compare the runs here.', h('a', { class: 'button primary', href: '#/new' }, 'New run')));
    return;
  }
  const [first, second] = [select('First run', 0), select('Second run', 1)];
  fill(choice, first.label, h('button', { type: 'button', class: 'swap', on: { click: swap } }, sign('⇄'), spoken('Swap the runs')), second.label);
  read();

  /**
   * @param {string} name
   * @param {number} place
   * @returns {{ box: HTMLSelectElement, label: HTMLElement }}
   */
  function select(name, place) {
    const box = h('select', { on: { change: () => { chosen = [first.box.value, second.box.value]; read(); } } },
      h('option', { value: '' }, 'Choose a run…'),
      runs.map(run => h('option', { value: run.run }, `${run.name} · ${run.profile} · ${run.model} · ${ago(run.created)} · ${run.run.slice(0, 6)}`)));
    box.value = chosen[place] ?? '';
    return { box, label: h('label', null, h('span', null, name), box) };
  }

  function swap() {
    [first.box.value, second.box.value] = [second.box.value, first.box.value];
    chosen = [first.box.value, second.box.value];
    read();
  }

  async function read() {
    history.replaceState(null, '', `#/compare${chosen.some(run => run) ? `?runs=${chosen.filter(run => run).join(',')}` : ''}`);
    if (chosen.length < 2 || chosen.some(run => !run)) {
      fill(result, empty('Choose two runs', 'The first is usually the baseline.'));
      return;
    }
    if (chosen[0] === chosen[1]) {
      fill(result, empty('These are the same run', 'Choose two different runs.'));
      return;
    }
    const [a, b] = chosen;
    fill(result, loading('Comparing question by question…'));
    try {
      const comparison = await readDocument(`/api/compare?runs=${a},${b}`, signal);
      if (a === chosen[0] && b === chosen[1]) {
        fill(result, documentCards(comparison), flips(a, b));
      }
    } catch (problem) {
      if (!signal.aborted && a === chosen[0] && b === chosen[1]) {
        fill(result, problemBox(problem, problem.status === 409 ? null : read));
      }
    }
  }

  /**
   * @param {string} a
   * @param {string} b
   */
  function flips(a, b) {
    const list = h('ul', { class: 'plain flips' });
    const tail = h('div', { class: 'more' });
    const card = section('Questions that flipped', list, tail);
    more(0);
    return card;

    /** @param {number} from */
    async function more(from) {
      fill(tail, loading('Finding questions…'));
      try {
        const { flips, next } = await call(`/api/compare/flips?runs=${a},${b}&take=${page}&from=${from}`, { signal });
        list.append(...flips.map(flip => item(flip, a, b)));
        fill(tail, next === undefined ? null : h('button', { type: 'button', on: { click: () => more(next) } }, 'Show more'));
        if (!list.hasChildNodes()) {
          fill(tail, h('p', { class: 'minor' }, 'None: both runs answered the same questions right.'));
        }
      } catch (problem) {
        if (!signal.aborted) {
          fill(tail, problemBox(problem, () => more(from)));
        }
      }
    }
  }
}

/**
 * @param {Schemas['Flip']} flip
 * @param {string} a
 * @param {string} b
 */
function item(flip, a, b) {
  /** @type {(name: string, run: string, answer: Schemas['FlipSide']) => HTMLElement} */
  const side = (name, run, answer) => h('a', { href: `#/runs/${run}/questions?at=${answer.ordinal}`, class: 'flip-side' },
    mark(answer.correct), h('span', null, `${name}: ${answer.answer ?? 'no answer'}`), h('span', { class: 'minor' }, percent(answer.agreement)));
  return h('li', { class: 'flip' },
    h('div', null, h('p', { class: 'question-text' }, flip.text ?? flip.id), h('p', { class: 'minor' }, `${flip.id} · right is ${flip.gold}`)),
    h('div', { class: 'flip-sides' }, side('first', a, flip.first), side('second', b, flip.second)));
}
