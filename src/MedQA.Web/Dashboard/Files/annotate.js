// The dialog in which people give a run a name, tags and a note. What somebody else wrote meanwhile is shown, never overwritten unawares.

import { callTagged } from './api.js';
import { fill, h } from './dom.js';
import { nameOf } from './format.js';
import { loading, problemBox } from './parts.js';

/**
 * @import { Problem } from './api.js'
 * @import { Schemas } from './types'
 * @typedef {Schemas['RunAnnotation']} Annotation
 */

const limits = { name: 100, tag: 50, tags: 20, note: 2000 };

/**
 * Shows the dialog.
 * @param {Schemas['RunResource']} run
 * @returns {Promise<boolean>} Whether something was written.
 */
export function annotate(run) {
  const path = /** @type {const} */ (`/api/runs/${run.run}/annotation`);
  let written = false;
  /** @type {string | null} */
  let tag = null;
  const name = h('input', { type: 'text', id: 'run-name', maxlength: limits.name, placeholder: run.name, autocomplete: 'off', dir: 'auto' });
  const tags = h('input', { type: 'text', id: 'run-tags', autocomplete: 'off', dir: 'auto', 'aria-describedby': 'run-tags-help' });
  const note = h('textarea', { id: 'run-note', rows: 5, maxlength: limits.note, dir: 'auto', 'aria-describedby': 'run-note-help' });
  const said = h('div', { class: 'stack' });
  const save = h('button', { type: 'submit', class: 'primary', disabled: true }, 'Save');
  /** @type {HTMLDialogElement} */
  const dialog = h('dialog', { class: 'dialog', 'aria-labelledby': 'dialog-title' },
    h('form', { class: 'annotate', on: { submit: event => { event.preventDefault(); write(); } } },
      h('h2', { id: 'dialog-title' }, 'Name, tags and note'),
      h('p', { class: 'minor' }, `Of the run ${run.run} of ${run.name}. They change nothing about its answers and scores; everybody who can read the run sees them.`),
      h('div', { class: 'field-block' }, h('label', { class: 'field', for: 'run-name' }, 'Name'), name),
      h('div', { class: 'field-block' }, h('label', { class: 'field', for: 'run-tags' }, 'Tags, separated by commas'), tags,
        h('p', { class: 'minor', id: 'run-tags-help' }, `At most ${limits.tags}, each of at most ${limits.tag} characters.`)),
      h('div', { class: 'field-block' }, h('label', { class: 'field', for: 'run-note' }, 'Note'), note,
        h('p', { class: 'minor', id: 'run-note-help' }, `At most ${limits.note.toLocaleString('en-US')} characters.`)),
      said,
      h('div', { class: 'actions' }, h('button', { type: 'button', on: { click: () => dialog.close() } }, 'Go back'), save)));
  document.body.append(dialog);
  dialog.showModal();
  read();
  return new Promise(answer => dialog.addEventListener('close', () => {
    dialog.remove();
    answer(written);
  }));

  async function read() {
    fill(said, loading('Reading…'));
    try {
      const stored = await callTagged(path);
      tag = stored.tag;
      show(stored.content);
      fill(said);
      save.disabled = false;
      name.focus();
    } catch (problem) {
      fill(said, problemBox(problem, read));
    }
  }

  /** @param {Annotation} annotation */
  function show(annotation) {
    name.value = annotation.displayName ?? '';
    tags.value = (annotation.tags ?? []).join(', ');
    note.value = annotation.note ?? '';
  }

  async function write() {
    save.disabled = true;
    /** @type {Annotation} */
    const annotation = { displayName: name.value || undefined, tags: tags.value.split(',').map(one => one.trim()).filter(one => one), note: note.value || undefined };
    try {
      await callTagged(path, { method: 'PUT', body: JSON.stringify(annotation), match: tag });
      written = true;
      dialog.close();
    } catch (problem) {
      save.disabled = false;
      await (problem.status === 412 ? meet(problem) : fill(said, problemBox(problem)));
    }
  }

  /** Shows what somebody else wrote meanwhile. @param {Problem} problem */
  async function meet(problem) {
    try {
      const { content, tag: theirs } = await callTagged(path);
      fill(said, h('div', { class: 'notice', role: 'alert' },
        h('strong', null, 'Somebody else has changed this meanwhile'),
        h('p', { dir: 'auto' }, `Name: ${content.displayName ?? 'none'}`),
        h('p', { dir: 'auto' }, `Tags: ${content.tags?.join(', ') ?? 'none'}`),
        h('p', { class: 'prose', dir: 'auto' }, `Note: ${content.note ?? 'none'}`),
        h('p', null, 'Nothing was saved. Take theirs and go on from there, or save yours in place of it.'),
        h('p', { class: 'actions' },
          h('button', { type: 'button', on: { click: () => { tag = theirs; show(content); fill(said); name.focus(); } } }, 'Take theirs'),
          h('button', { type: 'button', on: { click: () => { tag = theirs; write(); } } }, 'Save mine'))));
    } catch {
      fill(said, problemBox(problem));
    }
  }
}

/** How a run is called where several are listed. @param {Schemas['RunResource']} run */
export const called = run => `${nameOf(run)} · ${run.profile} · ${run.model}`;
