// The columns of a question set whose names do not say what they hold, and what each is to be read as.

import { fill, h } from './dom.js';

/** So much of a file is looked at for the names of its columns, in bytes. */
const headLength = 65536;
const mostColumns = 256;
const parts = [
  'question', 'context', 'id', 'dataset', 'topic', 'options', 'gold', 'answer_letter', 'answer_from_0', 'answer_from_1', 'answer_text', 'reference_answers',
  ...[...'abcdefghijklmnopqrstuvwxyz'].map(letter => `option_${letter}`), 'pair', 'group', 'metadata',
];

/**
 * Lets people say what columns hold.
 * @param {() => unknown} changed Called when they have.
 */
export function columnMap(changed) {
  /** The columns with their parts. @type {Map<string, string>} */
  let map = new Map();
  /** @type {string[]} */
  let shown = [];
  const rows = h('div', { class: 'columns' });
  const says = h('p', { class: 'minor' });
  const element = h('details', { hidden: true }, h('summary', null, 'Columns'), says, rows);
  return { element, forget, show, text };

  /** Forgets what was said of another file. */
  function forget() {
    [map, shown] = [new Map(), []];
    element.hidden = true;
    element.open = false;
  }

  /**
   * Shows the columns that are not known.
   * @param {string[]} names
   * @param {boolean} isRefused Whether the file cannot be read as it is.
   */
  function show(names, isRefused) {
    shown = [...new Set([...map.keys(), ...names])];
    element.hidden = shown.length === 0;
    element.open ||= isRefused && shown.length > 0;
    fill(says, isRefused ? 'If the columns have other names than those that are known, say here what they hold.'
      : 'These columns are kept beside the questions, as metadata, and the model does not see them. Say here if one is a part of the question.');
    fill(rows, shown.map((name, index) => {
      const chosen = map.get(name) ?? '';
      return h('div', { class: 'part' }, h('label', { for: `column-${index}`, dir: 'auto' }, name),
        h('select', { id: `column-${index}`, on: { change: event => choose(name, /** @type {HTMLSelectElement} */ (event.target).value) } },
          ['', ...parts].map(part => h('option', { value: part, selected: part === chosen }, part === '' ? isRefused ? 'as its name says' : 'metadata, as now' : part))));
    }));
  }

  /** @param {string} name @param {string} part */
  function choose(name, part) {
    part === '' ? map.delete(name) : map.set(name, part);
    changed();
  }

  /** The map as the service reads it; undefined where nothing is mapped. */
  function text() {
    if (map.size === 0) {
      return undefined;
    }
    /** @type {Record<string, string | string[]>} */
    const named = {};
    for (const [name, part] of map) {
      const before = named[part];
      named[part] = before === undefined ? name : [before, name].flat();
    }
    return JSON.stringify(named);
  }
}

/**
 * The names of the columns of a text file, as far as its beginning shows them; none of other files.
 * @param {File} file
 */
export async function columnsOf(file) {
  const head = (await file.slice(0, headLength).text()).replace(/^\uFEFF/, '').trimStart();
  if (head.includes('\0') || head.startsWith('PK') || head.startsWith('PAR1')) {
    return [];
  }
  const names = head.startsWith('{') || head.startsWith('[') ? propertiesOf(head) : headerOf(head);
  return names.map(name => name.trim()).filter(name => name !== '').slice(0, mostColumns);
}

/** The names in the first record of JSON lines. @param {string} head */
function propertiesOf(head) {
  try {
    const record = JSON.parse(head.split('\n', 1)[0]);
    return typeof record === 'object' && record !== null && !Array.isArray(record) ? Object.keys(record) : [];
  } catch {
    return [];
  }
}

/** The fields of a header, by the separator that gives the most. @param {string} head */
function headerOf(head) {
  const split = [',', ';', '\t', '|'].map(separator => fieldsOf(head, separator));
  return split.reduce((most, fields) => fields.length > most.length ? fields : most, /** @type {string[]} */ ([]));
}

/** The fields of the first record. @param {string} text @param {string} separator */
function fieldsOf(text, separator) {
  const fields = [''];
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === '"') {
      if (isQuoted && text[at + 1] === '"') {
        fields[fields.length - 1] += letter;
        at++;
      } else {
        isQuoted = !isQuoted;
      }
    } else if (isQuoted) {
      fields[fields.length - 1] += letter;
    } else if (letter === separator) {
      fields.push('');
    } else if (letter === '\n' || letter === '\r') {
      break;
    } else {
      fields[fields.length - 1] += letter;
    }
  }
  return fields;
}
