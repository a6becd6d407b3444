// The questions of a run that come in pairs and differ in one thing: what changes with it, and in which pairs.

import { call } from './api.js';
import { documentParts, readDocument } from './document.js';
import { fill, h, sign } from './dom.js';
import { count, nameOf, percent } from './format.js';
import { heading, loading, mark, problemBox, section } from './parts.js';

/**
 * @import { Context } from './app.js'
 * @import { Schemas } from './types'
 */

/** The heading of the section of the report that leads here. */
const sectionTitle = 'Counterfactual pairs';
/** The heading of its list of pairs, which is shown here with links. */
const listTitle = 'Pairs that change';

/**
 * @param {HTMLElement} main
 * @param {Pick<Context, 'run' | 'query' | 'signal' | 'title'>} context
 */
export async function show(main, { run, query, signal, title }) {
  title(sectionTitle);
  const crumb = h('a', { href: `#/runs/${run}` }, run);
  const choice = h('div', { class: 'actions wrap' });
  const result = h('div', { class: 'stack' });
  fill(main,
    h('nav', { class: 'crumbs', 'aria-label': 'Breadcrumb' }, h('a', { href: '#/' }, 'Runs'), sign(' / '), crumb),
    h('div', { class: 'page-head' }, h('div', null, heading(sectionTitle), h('p', { class: 'minor' }, 'Questions that differ in one thing, such as the patient’s sex, and what changes with it.'))),
    h('div', { class: 'stack' }, choice, result));
  // What is not in the address is as the service usually takes it.
  const asked = new URLSearchParams([...query].filter(([name, value]) => ['pair', 'group', 'reference'].includes(name) && value));
  read();
  try {
    const resource = await call(`/api/runs/${run}`, { signal });
    fill(crumb, h('bdi', null, nameOf(resource)));
    title(`${sectionTitle} of ${nameOf(resource)}`);
  } catch {
    // The name is only for people: whatever is wrong, the comparison says it.
  }

  async function read() {
    const now = asked.toString();
    const isAsked = () => !signal.aborted && now === asked.toString();
    const address = /** @type {`/api/runs/${string}/pairs?${string}`} */ (`/api/runs/${run}/pairs${now && `?${now}`}`);
    history.replaceState(null, '', `#/runs/${run}/pairs${now && `?${now}`}`);
    fill(result, loading('Comparing pair by pair…'));
    try {
      const [pairs, details] = await Promise.all([call(address, { signal }), readDocument(address, signal)]);
      if (isAsked()) {
        drawChoice(pairs);
        fill(result, figures(details), flips(pairs));
      }
    } catch (problem) {
      if (isAsked()) {
        drawChoice();
        fill(result, problemBox(problem, problem.status === 400 ? null : read));
      }
    }
  }

  /** @param {Schemas['CounterfactualPairs']} [pairs] */
  function drawChoice(pairs) {
    /** @type {(name: 'pair' | 'group', text: string, value: string) => HTMLElement} */
    const column = (name, text, value) => {
      const box = h('input', { type: 'text', value, maxlength: '500', on: { change: () => { ask(name, box.value); } } });
      return h('label', { class: 'tool' }, h('span', null, text), box);
    };
    const groups = h('select', { on: { change: () => { ask('reference', groups.value); } } },
      (pairs?.groups ?? []).map(group => h('option', { value: group.name }, group.name)));
    groups.value = pairs?.reference ?? '';
    fill(choice,
      column('pair', 'Column of the pair', pairs?.pairColumn ?? asked.get('pair') ?? 'pair'),
      column('group', 'Column of the group', pairs?.groupColumn ?? asked.get('group') ?? 'group'),
      pairs?.groups?.length ? h('label', { class: 'tool' }, h('span', null, 'Compared with'), groups) : null);
  }

  /** @param {'pair' | 'group' | 'reference'} name @param {string} value */
  function ask(name, value) {
    // Another column has other groups.
    name === 'reference' || asked.delete('reference');
    value.trim() ? asked.set(name, value.trim()) : asked.delete(name);
    read();
  }

  /** @param {Schemas['DocumentSections']} details */
  function figures({ blocks }) {
    const start = blocks.findIndex(block => block.kind === 'heading' && block.level === 2);
    const end = blocks.findIndex(block => block.kind === 'heading' && block.text === listTitle);
    return section('What changes', documentParts(blocks.slice(start + 1, end < 0 ? undefined : end), 'What changes', { fewRows: 6 }));
  }

  /** @param {Schemas['CounterfactualPairs']} pairs */
  function flips({ flips: shown = [], flipCount = 0 }) {
    return shown.length === 0 ? null : section(listTitle,
      flipCount > shown.length ? h('p', { class: 'minor' }, `The first ${shown.length} of ${count(flipCount)} answers that differ from their pair’s reference.`) : null,
      h('ul', { class: 'plain flips' }, shown.map(item)));
  }

  /** @param {Schemas['PairFlip']} flip */
  function item({ dataset, pair, from, to, isOfCorrectness }) {
    /** @param {Schemas['PairSide']} side */
    const link = side => h('a', { href: `#/runs/${run}/questions?at=${side.ordinal}`, class: 'flip-side' },
      mark(side.correct), h('span', null, `${side.group}: ${side.letter ? `${side.letter}. ${shortened(side.text ?? '')}` : 'no answer'}`), h('span', { class: 'minor' }, percent(side.agreement)));
    return h('li', { class: 'flip' },
      h('div', null, h('p', { class: 'question-text' }, pair), h('p', { class: 'minor' }, `${dataset} · ${!isOfCorrectness ? 'another option' : from.correct ? 'right to wrong' : 'wrong to right'}`)),
      h('div', { class: 'flip-sides' }, link(from), link(to)));
  }
}

/** @param {string} text */
const shortened = text => text.length > 40 ? `${text.slice(0, 39)}…` : text;
