// Confirmations, the service's key, and the keyboard shortcuts, as modal dialogs of the browser: they trap the focus and close with Escape.

import { h } from './dom.js';

/** @type {[string[], string][]} */
const keys = [
  [['j', '↓'], 'next question'],
  [['k', '↑'], 'previous question'],
  [['Enter'], 'open the question (on a narrow screen)'],
  [['Esc'], 'leave the search, or return to the list'],
  [['/'], 'search'],
  [['1', '…', '9'], 'choose a filter'],
  [['g'], 'all runs'],
  [['n'], 'new run'],
  [['?'], 'this list'],
];

/**
 * Asks for confirmation.
 * @param {{ title: string, text: string, action: string, danger?: boolean }} question
 * @returns {Promise<boolean>}
 */
export function confirm({ title, text, action, danger = false }) {
  return new Promise(answer => {
    /** @type {HTMLDialogElement} */
    const dialog = h('dialog', { class: 'dialog', 'aria-labelledby': 'dialog-title', on: { close: () => end(dialog.returnValue === 'yes') } },
      h('h2', { id: 'dialog-title' }, title),
      h('p', null, text),
      h('div', { class: 'actions' },
        h('button', { type: 'button', on: { click: () => dialog.close('no') } }, 'Go back'),
        h('button', { type: 'button', class: danger ? 'danger' : 'primary', on: { click: () => dialog.close('yes') } }, action)));
    /** @param {boolean} value */
    const end = value => {
      dialog.remove();
      answer(value);
    };
    document.body.append(dialog);
    dialog.showModal();
  });
}

/**
 * Asks for the service's key; returns null if the user has none.
 * @param {boolean} wasWrong
 * @returns {Promise<string | null>}
 */
export function askKey(wasWrong) {
  return new Promise(answer => {
    /** @type {string | null} */
    let given = null;
    const input = h('input', { type: 'password', id: 'service-key', autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'service-key-text' });
    const give = () => {
      given = input.value.trim() || null;
      if (given) {
        dialog.close();
      }
    };
    /** @type {HTMLDialogElement} */
    const dialog = h('dialog', { class: 'dialog', 'aria-labelledby': 'dialog-title', on: { close: () => { dialog.remove(); answer(given); } } },
      h('h2', { id: 'dialog-title' }, 'This service requires a key'),
      wasWrong ? h('p', { role: 'alert' }, 'That key is wrong.') : null,
      h('p', { id: 'service-key-text' }, 'The person who started the service set it as MEDQA_KEY. This tab keeps it until it is closed.'),
      h('label', { class: 'field', for: 'service-key' }, 'Key'),
      input,
      h('div', { class: 'actions' },
        h('button', { type: 'button', on: { click: () => dialog.close() } }, 'I have none'),
        h('button', { type: 'button', class: 'primary', on: { click: give } }, 'Open')));
    input.addEventListener('keydown', event => event.key === 'Enter' && give());
    document.body.append(dialog);
    dialog.showModal();
    input.focus();
  });
}

/** Shows the keyboard shortcuts. */
export function showKeys() {
  if (document.querySelector('dialog[open]')) {
    return;
  }
  /** @type {HTMLDialogElement} */
  const dialog = h('dialog', { class: 'dialog', 'aria-labelledby': 'dialog-title', on: { close: () => dialog.remove() } },
    h('h2', { id: 'dialog-title' }, 'Keyboard'),
    h('dl', { class: 'keys' }, keys.map(([names, what]) => h('div', null, h('dt', null, names.map(name => h('kbd', null, name))), h('dd', null, what)))),
    h('div', { class: 'actions' }, h('button', { type: 'button', class: 'primary', on: { click: () => dialog.close() } }, 'Close')));
  document.body.append(dialog);
  dialog.showModal();
}
