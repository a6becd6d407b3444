// Parts shared by several pages.

import { h, sign, spoken } from './dom.js';
import { isFinal, of, stateText } from './format.js';

/**
 * @import { Child } from './dom.js'
 * @import { Schemas } from './types'
 */

/** A page's heading; it gets the focus when the page changes, so that screen readers start there. @param {...Child} children */
export const heading = (...children) => h('h1', { tabindex: '-1' }, ...children);

/**
 * A problem and its remedy, with a retry button.
 * @param {{ title?: string, message: string, details?: { type?: string, parameter?: string, line?: number } }} problem
 * @param {(() => unknown) | null} [retry]
 */
export function problemBox(problem, retry) {
  const { parameter, line, type } = problem.details ?? {};
  return h('div', { class: 'problem', role: 'alert' },
    h('strong', null, problem.title ?? 'Something went wrong'),
    h('p', null, problem.message),
    line ? h('p', { class: 'minor' }, `Line ${line} of the file.`) : null,
    parameter ? h('p', { class: 'minor' }, type === 'urn:medqa:bad-body' ? 'Field: ' : 'Parameter: ', h('code', null, parameter)) : null,
    retry ? h('button', { type: 'button', on: { click: retry } }, 'Try again') : null);
}

/** The placeholder while something is loading. @param {string} text */
export const loading = text => h('div', { class: 'loading', role: 'status' }, h('span', { class: 'spinner', 'aria-hidden': 'true' }), text);

/** The placeholder for an empty list. @type {(title: string, text: string, ...actions: Child[]) => HTMLElement} */
export const empty = (title, text, ...actions) => h('div', { class: 'empty' }, h('h2', null, title), h('p', null, text), actions.length ? h('p', { class: 'actions' }, ...actions) : null);

/** A run's state as a badge. @param {Schemas['RunResource']} run */
export const badge = run => {
  const asked = run.requested && run.requested !== 'approve' ? ` · ${run.requested} requested` : '';
  return h('span', { class: `badge state-${run.paused ? 'paused' : run.state}` }, (run.paused ? 'paused' : stateText(run.state)) + asked);
};

/** A run's progress. @param {Schemas['RunResource']} run */
export function progress(run) {
  const share = run.questions === 0 ? 0 : run.done / run.questions;
  const bar = h('span', { class: 'bar', role: 'progressbar', 'aria-valuemin': 0, 'aria-valuemax': run.questions, 'aria-valuenow': run.done, 'aria-label': `${of(run.done, run.questions)} questions done` },
    h('span', { class: isFinal(run.state) || run.paused ? 'bar-fill' : 'bar-fill moving', style: { width: `${100 * share}%` } }));
  return h('span', { class: 'progress' }, bar, h('span', { class: 'minor' }, of(run.done, run.questions)));
}

/**
 * A share and its interval on a scale from 0 to 100 %; the figures appear next to it as text.
 * @param {number} value
 * @param {Schemas['Interval'] | null} range
 */
export function intervalBar(value, range) {
  /** @param {number} share */
  const at = share => `${(100 * Math.min(1, Math.max(0, share))).toFixed(2)}%`;
  return h('span', { class: 'scale', 'aria-hidden': 'true' },
    range ? h('span', { class: 'scale-range', style: { left: at(range.lower), width: at(range.upper - range.lower) } }) : null,
    h('span', { class: 'scale-dot', style: { left: at(value) } }));
}

/**
 * A table. Cells are texts or elements. It scrolls by itself where the page is too narrow.
 * @param {string} caption
 * @param {{ name: string, number?: boolean }[]} columns
 * @param {Child[][]} rows
 */
export function table(caption, columns, rows, { className = '' } = {}) {
  return h('div', { class: `table-box ${className}`, tabindex: '0', role: 'region', 'aria-label': caption },
    h('table', null,
      h('caption', { class: 'spoken' }, caption),
      h('thead', null, h('tr', null, columns.map(column => h('th', { scope: 'col', class: column.number ? 'number' : null }, column.name || spoken('What'))))),
      h('tbody', null, rows.map(row => h('tr', null, row.map((cell, index) =>
        h(index === 0 ? 'th' : 'td', { scope: index === 0 ? 'row' : null, class: columns[index].number ? 'number' : null }, cell)))))));
}

/** Name-value pairs. @param {([string, ...Child[]] | null)[]} rows */
export const facts = rows => h('dl', { class: 'facts' }, rows.filter(row => row !== null).map(([name, ...values]) => h('div', null, h('dt', null, name), h('dd', null, ...values))));

/** Whether an answer is right, as a symbol with text. @param {boolean | null} [correct] */
export const mark = correct => correct === true ? h('span', { class: 'mark right' }, sign('✓'), spoken('right'))
  : correct === false ? h('span', { class: 'mark wrong' }, sign('✗'), spoken('wrong'))
  : h('span', { class: 'mark unknown' }, sign('–'), spoken('not graded'));

/** A run's tags, each a link to the runs that have it; of more than `most` the rest is only counted. @param {Schemas['RunResource']} run */
export const tags = (run, most = Infinity) => run.tags?.length
  ? h('ul', { class: 'plain tags', 'aria-label': 'Tags' }, run.tags.slice(0, most).map(tag => h('li', null, h('a', { class: 'tag', href: `#/?${new URLSearchParams({ tag })}`, dir: 'auto' }, tag))), run.tags.length > most ? h('li', { class: 'minor' }, `and ${run.tags.length - most} more`) : null)
  : null;

/** A section of a page with its heading. @type {(title: string, ...children: Child[]) => HTMLElement} */
export const section = (title, ...children) => {
  const id = `s-${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
  return h('section', { class: 'card', 'aria-labelledby': id }, h('h2', { id }, title), ...children);
};
