// Renders reports, comparisons and studies from the service's page-independent blocks. A new statistic needs no change here.

import { call } from './api.js';
import { h, sign } from './dom.js';
import { facts, section, table } from './parts.js';

/**
 * @import { Known, Schemas } from './types'
 * @typedef {Schemas['DocumentBlock']} Block
 */

/** @type {[string, string][]} */
const meanings = [
  ['Agreement', 'The share of the samples that gave the chosen answer: 1 where all agree.'],
  ['Deferral', 'Leaving the least certain answers to a person. Coverage is the share that is not deferred.'],
  ['ECE', 'Expected calibration error: how far confidence and accuracy are apart on average, over bins of equal confidence. 0 is best.'],
  ['MCE', 'Maximum calibration error: how far they are apart in the worst bin.'],
  ['Brier', 'The mean squared difference between confidence and what was right (1) or wrong (0). 0 is best.'],
  ['AURC', 'Area under the risk-coverage curve: the mean share of wrong answers over all shares of deferral. 0 is best.'],
  ['E-AURC', 'What AURC exceeds that of a perfect order by confidence.'],
  ['Tie', 'Several options share the most votes. The one with the likelier reasonings is chosen.'],
  ['Forced', 'The reasoning named no option, and the model was made to name one.'],
];

const elements = ['line', 'polyline', 'circle', 'rect', 'text'];
const attributes = ['class', 'x', 'y', 'x1', 'y1', 'x2', 'y2', 'cx', 'cy', 'r', 'width', 'height', 'points', 'fill', 'fill-opacity', 'stroke', 'stroke-width', 'text-anchor'];

/**
 * Reads a document's blocks.
 * @template {string} Address
 * @param {Known<Address, 'GET'>} path
 * @param {AbortSignal} signal
 */
export const readDocument = (path, signal) => call(path, { accept: 'application/vnd.medqa.sections+json', signal });

/**
 * Renders a document as cards: notices, the summary and each section. `questions` is the address for filter links; `more` are further cards
 * of the reader's own figures.
 * @param {Schemas['DocumentSections']} document
 * @param {string} [questions]
 * @param {HTMLElement[]} [more]
 */
export function documentCards({ summary, blocks }, questions, more = []) {
  const starts = blocks.flatMap((block, index) => block.kind === 'heading' && block.level === 2 ? [index] : []);
  const notes = blocks.slice(0, starts[0]).filter(block => block.kind === 'note');
  const cards = starts.map((start, index) => section(blocks[start].text ?? '', documentParts(blocks.slice(start + 1, starts[index + 1]), blocks[start].text ?? '', { questions, fewRows: 6 })));
  // The reader's own data first: what others have published is for later.
  const published = starts.findIndex(start => blocks[start].text === 'Published results');
  cards.push(...more, ...published < 0 ? [] : cards.splice(published, 1));
  return [
    h('div', { class: 'notice', role: 'note' }, notes.map(note => h('p', null, sign('⚠ '), note.text))),
    section('At a glance',
      summary.filter(row => row.figure).map(row => h('div', { class: 'headline' },
        h('p', { class: 'big' }, joined(row.figure)), h('div', { class: 'headline-text' }, h('h3', null, row.name), h('p', null, joined(row.text))))),
      names(summary.filter(row => !row.figure))),
    cards,
    glossary(JSON.stringify([summary, blocks])),
  ];
}

/**
 * Blocks below each other, for a card of a title: headings are of level 3. A table with a plot's numbers is folded from so many rows on;
 * questions are the address that filters belong to.
 * @param {Block[]} blocks
 * @param {string} title
 * @param {{ questions?: string, fewRows?: number }} [options]
 */
export function documentParts(blocks, title, { questions, fewRows = 0 } = {}) {
  let caption = title;
  return blocks.map((block, index) => {
    const [before, after] = [blocks[index - 1], blocks[index + 1]];
    switch (block.kind) {
      case 'heading':
        caption = block.text ?? '';
        return block.level === 1 || after?.kind === 'verbatim' ? null : h('h3', null, block.text);
      case 'paragraph': return h('p', { class: 'minor' }, joined(block.text));
      case 'note': return h('p', { class: 'notice', role: 'note' }, h('span', null, sign('⚠ '), block.text));
      case 'list': return h('ul', null, block.items?.map(item => h('li', null, joined(item))));
      case 'table': return before?.kind === 'plot'
        ? h('details', { open: (block.rows ?? []).length <= fewRows }, h('summary', null, 'Data table'), cells(block, `${before.text}: numbers`))
        : cells(block, `${caption}: figures`);
      case 'verbatim': return h('details', null, h('summary', null, before?.kind === 'heading' ? before.text : 'Show it'), h('pre', { tabindex: '0' }, block.text));
      case 'plot': return plot(block, caption);
      case 'questions': return questions ? h('p', null, h('a', { href: `${questions}?filter=${block.filter}` }, block.text)) : null;
      default: return null;
    }
  });
}

/** What the figures mean that stand in a text. @param {string} text */
function glossary(text) {
  const terms = meanings.filter(([term]) => new RegExp(`\\b${term}\\b`, 'i').test(text));
  return terms.length === 0 ? null : h('section', { class: 'card', 'aria-labelledby': 's-glossary' },
    h('h2', { id: 's-glossary' }, 'What the figures mean'),
    h('dl', { class: 'facts' }, terms.map(([term, meaning]) => h('div', null, h('dt', null, term), h('dd', null, meaning)))));
}

/** Keeps numbers and their percent signs on one line. @param {string} [text] */
const joined = (text = '') => text.replaceAll(' %', '\u00a0%');

/** @param {Schemas['SummaryRow'][]} rows */
const names = rows => rows.length === 0 ? null : facts(rows.map(row => [row.name, joined(row.text)]));

/** A table, or name-value pairs if no column has a name. @type {(block: Block, caption: string) => HTMLElement | null} */
const cells = ({ columns = [], rows = [] }, caption) => columns.some(column => column.name)
  ? table(caption, columns.map(column => ({ name: column.name, number: column.numbers })), rows.map(row => row.map(joined)), { className: columns.length > 4 ? 'wide' : '' })
  : names(rows.map(([name, text]) => ({ name, text })));

/**
 * A plot, built element by element because the pages' content security policy forbids parsing markup.
 * @param {Block} block
 * @param {string} caption
 */
function plot({ text = '', drawing }, caption) {
  if (!drawing) {
    return null;
  }
  const image = svg('svg', { viewBox: `0 0 ${drawing.width} ${drawing.height}`, role: 'img', 'aria-label': drawing.description });
  for (const mark of drawing.marks.filter(({ element }) => elements.includes(element))) {
    const element = svg(mark.element, Object.fromEntries(attributes.filter(name => name in mark.attributes).map(name => [name, mark.attributes[name]])));
    element.append(mark.hint ? svg('title', {}, mark.hint) : mark.text ?? '');
    image.append(element);
  }
  return h('figure', { class: 'chart' }, h('figcaption', text === caption ? { class: 'spoken' } : null, text), h('div', { class: 'plot' }, image));
}

/**
 * @param {string} name
 * @param {Record<string, string>} properties
 */
function svg(name, properties, text = '') {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [attribute, value] of Object.entries(properties)) {
    element.setAttribute(attribute, value);
  }
  element.textContent = text;
  return element;
}
