// All runs with live progress: searched, filtered and sorted by the service over all of them, not only the shown ones. Rejected uploads have a list of their own.

import { annotate } from './annotate.js';
import { call } from './api.js';
import { confirm } from './dialogs.js';
import { fill, h, sign, spoken, typing } from './dom.js';
import { ago, count, interval, isFinal, moment, nameOf, of, percent, plural } from './format.js';
import { openMenu } from './menu.js';
import { badge, empty, heading, intervalBar, loading, problemBox, progress, tags } from './parts.js';
import { save } from './save.js';

/**
 * @import { Context } from './app.js'
 * @import { Schemas } from './types'
 * @typedef {Schemas['RunResource']} Run
 */

const page = 100;
const fewRejected = 20;
const often = 2000;
const seldom = 15000;
const typed = 300;
const mostCompared = 6;
const fewTags = 5;
const filters = { accepted: 'All runs', active: 'In progress', completed: 'Completed', completedWithFailures: 'With failures', cancelled: 'Cancelled', failed: 'Failed' };
const orders = { newest: 'Newest first', oldest: 'Oldest first', name: 'Name', profile: 'Profile', model: 'Model', highestAccuracy: 'Highest accuracy', lowestAccuracy: 'Lowest accuracy' };

/**
 * @param {HTMLElement} main
 * @param {Pick<Context, 'query' | 'signal' | 'title'>} context
 */
export function show(main, { query, signal, title }) {
  title('Runs');
  /** The selected runs, by their ids. @type {Map<string, Run>} */
  const chosen = new Map();
  /** What was read last; nothing is drawn before. @type {Run[]} */
  let runs;
  /** @type {Run[]} */
  let rejected = [];
  let moreRejected = false;
  let shownRejected = fewRejected;
  /** When the rejected uploads were read last. */
  let rejectedAt = 0;
  /** @type {string | null} */
  let continuation = null;
  let loaded = 1;
  let timer = 0;
  /** @type {AbortController | null} */
  let reading = null;
  let tag = query.get('tag') ?? '';
  const search = h('input', { type: 'search', id: 'search', placeholder: 'Search names, tags, notes, profiles, models', 'aria-label': 'Search the runs', maxlength: 200, value: query.get('search') ?? '', on: { input: () => { clearTimeout(timer); timer = setTimeout(look, typed); } } });
  const filter = select('Show', filters, query.get('state'));
  const order = select('Sort by', orders, query.get('order'));
  const list = h('div', { class: 'runs' });
  const more = h('div', { class: 'more' });
  const note = h('p', { class: 'minor', role: 'status' });
  const done = h('p', { class: 'minor', role: 'status' });
  const tagged = h('div');
  const selection = h('div', { class: 'selection', role: 'group', 'aria-label': 'The selected runs', hidden: true });
  const refused = h('div');
  fill(main,
    h('div', { class: 'page-head' }, h('div', null, heading('Runs'), note)),
    h('div', { class: 'tools', role: 'search' }, h('div', { class: 'search' }, search, h('kbd', { 'aria-hidden': 'true' }, '/')), filter.label, order.label),
    tagged, selection, done, list, more, refused);
  fill(list, loading('Reading the runs…'));
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    reading?.abort();
  });
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && refresh(), { signal });
  document.addEventListener('keydown', event => {
    if (event.key === '/' && !typing(event)) {
      event.preventDefault();
      search.focus();
    } else if (event.key === 'Escape' && event.target === search) {
      search.blur();
    }
  }, { signal });
  drawTag();
  refresh();

  /**
   * @param {string} name
   * @param {Record<string, string>} values
   * @param {string | null} value
   */
  function select(name, values, value) {
    const box = h('select', { on: { change: look } }, Object.entries(values).map(([key, text]) => h('option', { value: key }, text)));
    box.value = value !== null && value in values ? value : Object.keys(values)[0];
    return { box, label: h('label', { class: 'tool' }, h('span', null, name), box) };
  }

  /** What the list is asked for, as the parameters of the service and of this page's address. */
  function asked() {
    return { ...search.value.trim() && { search: search.value.trim() }, ...tag && { tag }, state: filter.box.value, order: order.box.value };
  }

  const isNarrowed = () => Boolean(search.value.trim() || tag) || filter.box.value !== 'accepted';

  /** Reads the list for another search, filter or order. */
  function look() {
    loaded = 1;
    const { state: shown, order: sorted, ...words } = asked();
    const parameters = new URLSearchParams({ ...words, ...shown !== 'accepted' && { state: shown }, ...sorted !== 'newest' && { order: sorted } }).toString();
    history.replaceState(null, '', parameters ? `#/?${parameters}` : '#/');
    drawTag();
    refresh();
  }

  /** Reloads the shown pages, so that new runs appear and figures are updated. */
  async function refresh() {
    clearTimeout(timer);
    reading?.abort();
    const mine = reading = new AbortController();
    const either = AbortSignal.any([mine.signal, signal]);
    try {
      // Rejected uploads are looked for among all runs, and seldom change.
      const isDue = Date.now() - rejectedAt >= seldom;
      const [read, refusedNow] = await Promise.all([readAll(either), isDue ? call(`/api/runs?state=rejected&take=${shownRejected}`, { signal: either }) : null]);
      const before = JSON.stringify([runs, rejected, moreRejected]);
      runs = read;
      if (refusedNow) {
        rejectedAt = Date.now();
        rejected = refusedNow.runs;
        moreRejected = refusedNow.continuation !== undefined;
      }
      if (JSON.stringify([runs, rejected, moreRejected]) !== before) {
        draw();
        drawRejected();
      } else {
        drawNote();
      }
    } catch (problem) {
      if (either.aborted) {
        return;
      }
      if (!runs) {
        fill(list, problemBox(problem, refresh));
        return;
      }
      fill(note, `${problem.message} The list may be out of date.`);
    }
    if (!signal.aborted && document.visibilityState === 'visible') {
      // What is searched or sorted is looked for among all runs, which takes longer.
      const isQuick = order.box.value === 'newest' && !isNarrowed();
      timer = setTimeout(refresh, isQuick && runs.some(run => !isFinal(run.state)) ? often : seldom);
    }
  }

  /** @param {AbortSignal} either */
  async function readAll(either) {
    /** @type {Run[]} */
    const read = [];
    continuation = null;
    for (let i = 0; i < loaded; i++) {
      /** @type {Schemas['RunList']} */
      const part = await call(/** @type {const} */ (`/api/runs?${new URLSearchParams({ ...asked(), take: `${page}`, ...continuation && { continuation } })}`), { signal: either });
      read.push(...part.runs);
      continuation = part.continuation ?? null;
      if (!continuation) {
        break;
      }
    }
    return read;
  }

  function drawTag() {
    fill(tagged, tag ? h('p', { class: 'tag-filter' }, 'Only runs with the tag ', h('strong', { dir: 'auto' }, tag), ' ',
      h('button', { type: 'button', class: 'small', on: { click: () => { tag = ''; look(); search.focus(); } } }, 'Show all')) : null);
  }

  function drawNote() {
    const going = runs.filter(run => !isFinal(run.state)).length;
    const what = isNarrowed() ? ' found' : '';
    fill(note, runs.length === 0 ? null : `${plural(runs.length, 'run')}${continuation ? ' shown' : what}${going ? `, ${going} going on` : ''}`);
  }

  function draw() {
    drawNote();
    // A run that is gone cannot stay selected; one that is only not shown can.
    for (const run of runs.filter(run => chosen.has(run.run))) {
      chosen.set(run.run, run);
    }
    if (runs.length === 0) {
      fill(list, isNarrowed()
        ? empty('No run is like this', 'Search for fewer words, or show all runs.', h('button', { type: 'button', on: { click: showAll } }, 'Show all runs'))
        : empty('No runs yet', 'Start with a file of questions, for example samples/medqa.csv. MedQA answers every question, keeps every reasoning, and scores the answers.',
          h('a', { class: 'button primary', href: '#/new' }, 'Start the first run')));
      fill(more);
      mark();
      return;
    }
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.key;
    fill(list,
      h('div', { class: 'run-row run-header', 'aria-hidden': 'true' }, ['', 'Run', 'Profile and model', 'State', 'Accuracy', 'Created', ''].map(name => h('span', null, name))),
      h('ul', { class: 'plain' }, runs.map(row)));
    if (focused) {
      /** @type {HTMLElement | null} */ (list.querySelector(`[data-key="${CSS.escape(focused)}"]`))?.focus({ preventScroll: true });
    }
    fill(more, continuation ? h('button', { type: 'button', on: { click: () => { loaded++; refresh(); } } }, 'Show more runs') : null);
    mark();
  }

  function showAll() {
    search.value = '';
    tag = '';
    filter.box.value = 'accepted';
    look();
    search.focus();
  }

  /** @param {Run} run */
  function row(run) {
    /** @type {HTMLInputElement} */
    const box = h('input', { type: 'checkbox', 'aria-label': `Select ${nameOf(run)}, ${run.profile}`, data: { key: `box-${run.run}` }, on: { change: () => choose(run, box.checked) } });
    box.checked = chosen.has(run.run);
    return h('li', { class: 'run-row' },
      h('span', { class: 'run-choose' }, box),
      h('span', { class: 'run-name' },
        h('a', { href: `#/runs/${run.run}`, data: { key: run.run }, dir: 'auto' }, nameOf(run)),
        h('span', { class: 'minor' }, run.displayName ? `${run.name}, ` : null, `${count(run.questions)} questions${run.rejectedRows ? `, ${plural(run.rejectedRows, 'row')} rejected` : ''}`),
        tags(run, fewTags),
        run.note ? h('span', { class: 'minor row-note', dir: 'auto' }, run.note) : null),
      h('span', { class: 'run-asked' }, h('span', null, run.profile, run.samples > 1 ? h('span', { class: 'minor' }, ` · ${run.samples} samples`) : null), h('span', { class: 'minor' }, run.model)),
      h('span', { class: 'run-state' }, badge(run), progressOf(run), run.reason ? h('span', { class: 'minor reason' }, run.reason) : null),
      h('span', { class: 'run-accuracy' }, accuracy(run)),
      h('time', { class: 'run-created minor', datetime: run.created, title: moment(run.created) }, ago(run.created)),
      h('span', { class: 'run-menu' }, menuButton(run)));
  }

  /** How far a run is; nothing where all its questions are done. @param {Run} run */
  function progressOf(run) {
    if (isFinal(run.state) && run.stoppedAfter !== undefined) {
      return h('span', { class: 'minor' }, `stopped early after ${of(run.stoppedAfter, run.questions)} questions`);
    }
    return run.questions === 0 || isFinal(run.state) && run.done >= run.questions ? null : progress(run);
  }

  /** @param {Run} run */
  function menuButton(run) {
    /** @type {HTMLButtonElement} */
    const button = h('button', { type: 'button', class: 'quiet icon-only', 'aria-label': `Actions for ${nameOf(run)}, ${run.profile}`, 'aria-haspopup': 'true', data: { key: `menu-${run.run}` }, on: { click: () => openMenu(button, `Actions for ${nameOf(run)}`, actions(run)) } }, sign('⋯'));
    return button;
  }

  /** What can be done with a run from the list. @param {Run} run @returns {import('./menu.js').Item[]} */
  function actions(run) {
    const path = /** @type {const} */ (`/api/runs/${run.run}`);
    const name = `${run.name.replace(/\.[a-z]+$/i, '')}-${run.run}`;
    const hasReport = run.revision > 0;
    return [
      { text: 'Name, tags and note', act: async () => { (await annotate(run)) && refresh(); } },
      { text: 'Copy link', act: () => copy(run) },
      hasReport ? { text: 'Export report, Markdown', act: () => saved(() => save(`${path}/report`, 'text/markdown', `${name}.md`)) } : null,
      hasReport ? { text: 'Export report, HTML', act: () => saved(() => save(`${path}/report`, 'text/html', `${name}.html`)) } : null,
      hasReport ? { text: 'Export model card', act: () => saved(() => save(`${path}/files/card.md`, 'text/markdown', `${name}-card.md`)) } : null,
      hasReport ? { text: 'Export for Inspect AI', act: () => saved(() => save(`${path}/files/inspect.json`, 'application/json', `${run.created.slice(0, 19).replaceAll(':', '-')}+00-00_${name}.json`)) } : null,
      run.done > 0 ? { text: 'Export answers, CSV', act: () => saved(() => save(`${path}/answers`, 'text/csv', `${name}.csv`)) } : null,
      { text: 'Delete', danger: true, act: () => remove([run]) },
    ].filter(item => item !== null);
  }

  /** @param {Run} run */
  async function copy(run) {
    const link = new URL(`#/runs/${run.run}`, location.href).href;
    try {
      await navigator.clipboard.writeText(link);
      fill(done, `The link of ${nameOf(run)} was copied.`);
    } catch {
      // The browser gives the clipboard only to secure pages, and only where it is allowed.
      fill(done, `The link of ${nameOf(run)}: `, h('a', { href: link }, link));
    }
  }

  /** @param {() => Promise<void>} saving */
  async function saved(saving) {
    try {
      await saving();
      fill(done);
    } catch (problem) {
      fill(done, problemBox(problem));
    }
  }

  /** @param {Run[]} gone */
  async function remove(gone) {
    const what = gone.length === 1 ? nameOf(gone[0]) : `${gone.length} runs`;
    if (!await confirm({ title: `Delete ${what}?`, text: `${gone.length === 1 ? 'Its' : 'Their'} answers, reasonings, reports, names and notes are deleted. This cannot be undone.`, action: gone.length === 1 ? 'Delete the run' : 'Delete the runs', danger: true })) {
      return;
    }
    try {
      for (const run of gone) {
        await call(`/api/runs/${run.run}`, { method: 'DELETE' });
        chosen.delete(run.run);
      }
      fill(done, gone.length === 1 ? `${what} is being deleted.` : `${what} are being deleted.`);
    } catch (problem) {
      fill(done, problemBox(problem));
    }
    rejectedAt = 0;
    refresh();
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
   * @param {Run} run
   * @param {boolean} wanted
   */
  function choose(run, wanted) {
    wanted ? chosen.set(run.run, run) : chosen.delete(run.run);
    mark();
  }

  function mark() {
    // The oldest run first: it is usually the baseline.
    const selected = [...chosen.values()].sort((a, b) => a.created < b.created ? -1 : 1);
    selection.hidden = selected.length === 0;
    const isComparable = selected.length >= 2 && selected.length <= mostCompared;
    fill(selection,
      h('span', { role: 'status' }, `${plural(selected.length, 'run')} selected`),
      h('div', { class: 'actions' },
        isComparable ? h('a', { class: 'button primary', href: `#/compare?runs=${selected.map(run => run.run).join(',')}` }, 'Compare the selected runs')
          : h('span', { class: 'minor' }, selected.length < 2 ? 'Select another run to compare.' : `At most ${mostCompared} runs can be compared here.`),
        h('button', { type: 'button', class: 'danger-quiet', on: { click: () => remove(selected) } }, 'Delete'),
        h('button', { type: 'button', on: { click: () => { chosen.clear(); draw(); } } }, 'Select none')));
  }

  function drawRejected() {
    if (rejected.length === 0) {
      fill(refused);
      return;
    }
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.key;
    fill(refused, h('section', { class: 'card rejected', 'aria-labelledby': 'rejected' },
      h('h2', { id: 'rejected' }, 'Rejected uploads'),
      h('p', { class: 'minor' }, 'Files that other tools stored, of which no question can be asked. Correct such a file and upload it again. Files that are given to this page and cannot be used are refused at once, and not stored.'),
      h('ul', { class: 'plain' }, rejected.map(run => h('li', { class: 'rejected-row' },
        h('div', null,
          h('strong', { dir: 'auto' }, nameOf(run)), h('span', { class: 'minor' }, ` · ${run.profile} · `, h('time', { datetime: run.created, title: moment(run.created) }, ago(run.created))),
          h('p', null, run.reasonLine ? h('strong', null, `Line ${count(run.reasonLine)}: `) : null, run.reason ?? 'No reason is known.'),
          tags(run, fewTags)),
        h('div', { class: 'actions' },
          run.rejectedRows > 0 ? h('button', { type: 'button', class: 'small', data: { key: `rows-${run.run}` }, on: { click: () => saved(() => save(`/api/runs/${run.run}/files/rejected.csv`, 'text/csv', `rejected-${run.run}.csv`)) } }, plural(run.rejectedRows, 'unusable row'), spoken(`of ${nameOf(run)}, as CSV`)) : null,
          h('button', { type: 'button', class: 'small danger-quiet', 'aria-label': `Delete ${nameOf(run)}`, data: { key: `delete-${run.run}` }, on: { click: () => remove([run]) } }, 'Delete'))))),
      moreRejected ? h('p', null, h('button', { type: 'button', on: { click: () => { shownRejected = Math.min(500, shownRejected * 5); rejectedAt = 0; refresh(); } } }, 'Show more')) : null));
    if (focused) {
      /** @type {HTMLElement | null} */ (refused.querySelector(`[data-key="${CSS.escape(focused)}"]`))?.focus({ preventScroll: true });
    }
  }
}
