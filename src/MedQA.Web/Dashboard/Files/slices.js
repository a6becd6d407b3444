// Accuracy by what the question set says of its questions besides: read when somebody opens it.

import { call } from './api.js';
import { documentParts, readDocument } from './document.js';
import { fill, h } from './dom.js';
import { plural } from './format.js';
import { loading, problemBox } from './parts.js';

/** Values beyond these are not compared; the service counts one more. */
const mostValues = 50;
const mostNames = 10;

/**
 * A card with a button for each of the question set's other columns, closed at first.
 * @param {string} run
 * @param {AbortSignal} signal
 */
export function slicesCard(run, signal) {
  const path = /** @type {const} */ (`/api/runs/${run}/slices`);
  /** @type {string[]} */
  let chosen = [];
  const names = h('div', { class: 'chips', role: 'group', 'aria-label': 'Metadata' });
  const result = h('div', { class: 'stack' });
  let isRead = false;
  return h('details', { class: 'card', on: { toggle: event => { /** @type {HTMLDetailsElement} */ (event.target).open && !isRead && readNames(); } } },
    h('summary', null, 'Accuracy by metadata'), h('div', { class: 'stack' }, names, result));

  async function readNames() {
    isRead = true;
    fill(result, loading('Reading the metadata…'));
    try {
      const known = (await call(path, { signal })).names ?? [];
      fill(names, known.map(({ name, values }) => h('button', {
        type: 'button', class: 'chip', 'aria-pressed': 'false', dir: 'auto', disabled: values > mostValues,
        title: values > mostValues ? `More than ${mostValues} values: too many to compare` : plural(values, 'value'),
        on: { click: event => choose(name, /** @type {HTMLElement} */ (event.currentTarget)) },
      }, name)));
      fill(result, h('p', { class: 'minor' }, known.length === 0 ? 'The question set has no columns besides its questions and answers.'
        : 'Choose by what to compare: each value is tested against all other questions.'));
    } catch (problem) {
      signal.aborted || fill(result, problemBox(problem, readNames));
    }
  }

  /** @param {string} name @param {HTMLElement} chip */
  function choose(name, chip) {
    const isChosen = chosen.includes(name);
    if (!isChosen && chosen.length === mostNames) {
      return;
    }
    chosen = isChosen ? chosen.filter(other => other !== name) : [...chosen, name];
    chip.setAttribute('aria-pressed', String(!isChosen));
    draw();
  }

  async function draw() {
    const asked = chosen;
    if (asked.length === 0) {
      fill(result);
      return;
    }
    result.hasChildNodes() || fill(result, loading('Counting the answers…'));
    try {
      const { blocks } = await readDocument(/** @type {const} */ (`${path}?${new URLSearchParams({ by: JSON.stringify(asked) })}`), signal);
      // Another choice may have been made meanwhile.
      asked === chosen && fill(result, documentParts(blocks.slice(1), 'Accuracy by metadata'));
    } catch (problem) {
      signal.aborted || asked === chosen && fill(result, problemBox(problem, draw));
    }
  }
}
