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
  /** @type {HTMLInputElement} */
  const other = h('input', { type: 'text', id: 'column-other', autocomplete: 'off', dir: 'auto', on: { keydown: event => /** @type {KeyboardEvent} */ (event).key === 'Enter' && add() } });
  const element = h('details', { hidden: true }, h('summary', null, 'Columns'), says, rows,
    h('label', { class: 'field', for: 'column-other' }, 'A column that is not listed'), h('div', { class: 'part' }, other, h('button', { type: 'button', on: { click: add } }, 'List it')));
  let refused = false;
  return { element, forget, show, text };

  /** Forgets what was said of another file. */
  function forget() {
    [map, shown] = [new Map(), []];
    other.value = '';
    element.hidden = true;
    element.open = false;
  }

  /**
   * Shows the columns that are not known. Others can be named, of files whose columns cannot be read here.
   * @param {string[]} names
   * @param {boolean} isRefused Whether the file cannot be read as it is.
   */
  function show(names, isRefused) {
    shown = [...new Set([...map.keys(), ...names])];
    refused = isRefused;
    element.hidden = !isRefused && shown.length === 0;
    element.open ||= isRefused;
    fill(says, isRefused ? 'If the columns have other names than those that are known, say here what they hold.'
      : 'These columns are kept beside the questions, as metadata, and the model does not see them. Say here if one is a part of the question.');
    fill(rows, shown.map((name, index) => {
      const chosen = map.get(name) ?? '';
      return h('div', { class: 'part' }, h('label', { for: `column-${index}`, dir: 'auto' }, name),
        h('select', { id: `column-${index}`, on: { change: event => choose(name, /** @type {HTMLSelectElement} */ (event.target).value) } },
          ['', ...parts].map(part => h('option', { value: part, selected: part === chosen }, part === '' ? isRefused ? 'as its name says' : 'metadata, as now' : part))));
    }));
  }

  /** Lists a column by the name that was written. */
  function add() {
    const name = other.value.trim();
    if (name !== '') {
      other.value = '';
      show([...shown, name], refused);
      document.getElementById(`column-${shown.indexOf(name)}`)?.focus();
    }
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

/**
 * The names that a text of the service lists ("the columns are 'a', 'b' and 3 more"), and those that it begins with ("'a' is not read …"):
 * also of files whose columns cannot be read here.
 * @param {string[]} texts
 */
export function columnsIn(texts) {
  return texts.flatMap(text => {
    const list = /(?:the (?:columns|properties)|there) are (.+)/s.exec(text)?.[1] ?? /^'[^']+' (?:is not read|is shown|holds|looks)/.exec(text)?.[0] ?? '';
    return [...list.matchAll(/'([^']+)'/g)].map(found => found[1]).filter(name => !name.endsWith('…'));
  });
}

/** The names in the first record: of JSON lines, of an array, or of the first list in an object. @param {string} head */
function propertiesOf(head) {
  const list = head.search(/\[\s*\{/);
  const record = recordAt(head, 0) ?? (list < 0 ? null : recordAt(head, head.indexOf('{', list)));
  const inner = record === null ? undefined : Object.values(record).find(value => Array.isArray(value) && typeof value[0] === 'object' && value[0] !== null);
  return Object.keys(inner?.[0] ?? record ?? {});
}

/** The object that begins at a place, or null where none ends in the text. @param {string} text @param {number} from */
function recordAt(text, from) {
  let [depth, isText] = [0, false];
  for (let at = from; at < text.length && text[from] === '{'; at++) {
    const letter = text[at];
    if (isText) {
      at += letter === '\\' ? 1 : 0;
      isText = letter !== '"';
    } else if (letter === '"') {
      isText = true;
    } else if (letter === '{' || letter === '[') {
      depth++;
    } else if ((letter === '}' || letter === ']') && --depth === 0) {
      try {
        return /** @type {Record<string, any>} */ (JSON.parse(text.slice(from, at + 1)));
      } catch {
        return null;
      }
    }
  }
  return null;
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
