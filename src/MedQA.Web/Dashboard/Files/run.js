// One run: its state, scores and settings.

import { annotate } from './annotate.js';
import { call, follow, heldKey } from './api.js';
import { confirm } from './dialogs.js';
import { documentCards, readDocument } from './document.js';
import { fill, h } from './dom.js';
import { count, duration, isFinal, moment, money, nameOf, none, of, parameterCount, percent, plural } from './format.js';
import { badge, facts, heading, loading, problemBox, progress, tags } from './parts.js';
import { save } from './save.js';
import { slicesCard } from './slices.js';

/**
 * @import { Context } from './app.js'
 * @import { Child } from './dom.js'
 * @import { Schemas } from './types'
 * @typedef {Schemas['RunResource']} Run
 * @typedef {`/api/runs/${string}/${'report' | 'answers' | `files/${string}`}`} FileAddress
 */

/**
 * @param {HTMLElement} main
 * @param {Pick<Context, 'run' | 'signal' | 'title'>} context
 */
export async function show(main, { run, signal, title }) {
  title('Run');
  const path = /** @type {const} */ (`/api/runs/${run}`);
  const head = h('div');
  const state = h('div', { class: 'stack' });
  const body = h('div', { class: 'stack' });
  /** What was seen last; there is nothing to press before it is known. @type {Run} */
  let last;
  let shown = -1;
  fill(main, head, state, body);
  fill(head, heading('Run'), loading('Reading the run…'));
  try {
    take(await call(path, { signal }));
  } catch (problem) {
    if (!signal.aborted) {
      fill(head, heading('Run'), problemBox(problem, problem.status === 404 ? null : () => show(main, { run, signal, title })), h('p', null, h('a', { href: '#/' }, 'All runs')));
    }
    return;
  }
  watch();

  function watch() {
    if (!isFinal(last.state) || last.requested) {
      follow(run, take, signal);
    }
  }

  /** @param {Run | null} resource */
  function take(resource) {
    if (resource === null) {
      fill(state, h('div', { class: 'notice' }, h('p', null, 'The run was deleted. ', h('a', { href: '#/' }, 'All runs'))));
      fill(body);
      return;
    }
    const structure = headOf(resource);
    if (!last || structure !== headOf(last)) {
      drawHead(resource);
    }
    last = resource;
    title(nameOf(resource));
    drawState(resource);
    if (resource.revision > 0 && resource.revision !== shown) {
      shown = resource.revision;
      readReport();
    }
  }

  /** @param {Run} resource */
  function drawHead(resource) {
    const active = document.activeElement;
    const held = head.contains(active) && active?.tagName === 'H1';
    const deleting = resource.state === 'deleting' || resource.requested === 'delete';
    fill(head,
      h('nav', { class: 'crumbs', 'aria-label': 'Breadcrumb' }, h('a', { href: '#/' }, 'Runs')),
      h('div', { class: 'page-head' },
        h('div', null, heading(h('bdi', null, nameOf(resource))), h('p', { class: 'minor' }, badge(resource), resource.displayName ? ` ${resource.name} ·` : null, ` ${resource.profile} on ${resource.model}${sized(resource)} · `, h('code', null, resource.run)),
          tags(resource), resource.note ? h('p', { class: 'prose run-note', dir: 'auto' }, resource.note) : null),
        h('div', { class: 'actions' },
          resource.state === 'rejected' ? null : h('a', { class: 'button primary', href: `#/runs/${run}/questions` }, 'Questions'),
          resource.revision > 0 ? h('a', { class: 'button', href: `#/compare?runs=${run}` }, 'Compare') : null,
          !isFinal(resource.state) && !deleting ? h('button', { type: 'button', disabled: resource.requested === 'cancel', on: { click: cancel } }, 'Cancel') : null,
          resource.state === 'waiting' && !deleting ? h('button', { type: 'button', on: { click: approve } }, 'Approve') : null,
          ['completedWithFailures', 'cancelled', 'failed'].includes(resource.state) && !deleting ? h('button', { type: 'button', disabled: resource.requested === 'retry', on: { click: retry } }, resource.state === 'cancelled' ? 'Resume' : 'Retry failed questions') : null,
          h('button', { type: 'button', disabled: deleting, on: { click: edit } }, 'Name, tags and note'),
          h('button', { type: 'button', class: 'danger-quiet', disabled: deleting, on: { click: remove } }, 'Delete'))));
    if (held) {
      head.querySelector('h1')?.focus({ preventScroll: true });
    }
  }

  /** @param {Run} resource */
  function drawState(resource) {
    /** @type {Child[]} */
    const parts = [];
    if (resource.paused) {
      parts.push(h('div', { class: 'notice' }, h('strong', null, 'Paused'),
        h('p', null, `No process with the model ${resource.model} is running. The run resumes when one starts: `, h('code', null, `medqa resume ${run}`), '.')));
    }
    if (resource.reason) {
      parts.push(h('div', { class: isFinal(resource.state) ? 'problem' : 'notice' },
        h('strong', null, /** @type {Partial<Record<Run['state'], string>>} */ ({ waiting: 'Waiting', rejected: 'The file has no usable questions', failed: 'The run failed' })[resource.state] ?? 'Note'),
        h('p', null, resource.reason, resource.reasonLine ? ` (line ${resource.reasonLine})` : ''),
        resource.state === 'rejected' ? h('p', { class: 'minor' }, 'Correct the file and start a new run; samples/headers.csv shows every supported header.') : null));
    }
    if (!isFinal(resource.state) && resource.state !== 'deleting') {
      parts.push(liveCard(resource));
    } else if (resource.state === 'deleting') {
      parts.push(h('div', { class: 'notice' }, 'The run is being deleted. ', h('a', { href: '#/' }, 'All runs')));
    } else if (resource.revision === 0 && resource.state !== 'rejected') {
      parts.push(resource.state === 'cancelled' && resource.done === 0
        ? h('div', { class: 'notice' }, 'The run was cancelled before any question was answered. Choose “Resume” to continue it.')
        : loading('The report is being written…'));
    }
    if (resource.stoppedAfter !== undefined && isFinal(resource.state)) {
      parts.push(h('div', { class: 'notice' }, h('strong', null, 'Stopped early'),
        h('p', null, `Stopped after ${of(resource.stoppedAfter, resource.questions)} questions: the interval is within ±${resource.until} points. It is of the accuracy with all questions asked.`)));
    }
    if (resource.notice) {
      parts.push(h('p', { class: 'minor run-notice' }, noticeText(resource.notice)));
    }
    fill(state, parts);
  }

  async function readReport() {
    if (!body.hasChildNodes()) {
      fill(body, loading('Reading the report…'));
    }
    try {
      fill(body, documentCards(await readDocument(`${path}/report`, signal), `#/runs/${run}/questions`, [last.stoppedAfter === undefined ? slicesCard(run, signal) : noSlices()]), files());
      // The section has no links: its page has them, and compares other columns and groups.
      body.querySelector('[aria-labelledby="s-counterfactual-pairs"] > h2')?.after(
        h('p', null, h('a', { href: `#/runs/${run}/pairs` }, 'Every pair that changes, and other groups')));
    } catch (problem) {
      if (!signal.aborted) {
        fill(body, problemBox(problem, readReport));
      }
    }
  }

  function files() {
    const failed = h('div');
    /** @type {(address: FileAddress, accept: string, name: string) => () => Promise<void>} */
    const get = (address, accept, name) => async () => {
      try {
        await save(address, accept, name);
        fill(failed);
      } catch (problem) {
        fill(failed, problemBox(problem));
      }
    };
    /** @type {(text: string, address: FileAddress, accept: string, extension: string) => HTMLElement} */
    const file = (text, address, accept, extension) => h('button', { type: 'button', on: { click: get(address, accept, `${last.name.replace(/\.[a-z]+$/i, '')}-${run}.${extension}`) } }, text);
    return h('section', { class: 'card', 'aria-label': 'Files' }, h('h2', null, 'Files'),
      h('div', { class: 'actions wrap' },
        // Links cannot send a key.
        heldKey() ? file('Printable report', `${path}/report`, 'text/html', 'html')
          : h('a', { class: 'button', href: `${path}/report`, target: '_blank', rel: 'noopener' }, 'Printable report'),
        file('Report, JSON', `${path}/report`, 'application/json', 'json'),
        file('Report, Markdown', `${path}/report`, 'text/markdown', 'md'),
        file('Answers, CSV', `${path}/answers`, 'text/csv', 'csv'),
        file('Answers, Parquet', `${path}/answers`, 'application/vnd.apache.parquet', 'parquet'),
        file('Answers, JSON lines', `${path}/answers`, 'application/x-ndjson', 'jsonl'),
        file('Model card', `${path}/files/card.md`, 'text/markdown', 'card.md'),
        file('Inspect log', `${path}/files/inspect.json`, 'application/json', 'inspect.json'),
        file('lm-evaluation-harness files', `${path}/files/lm-eval.zip`, 'application/zip', 'lm-eval.zip'),
        file('Every Eval Ever records', `${path}/files/eee.zip`, 'application/zip', 'eee.zip')),
      failed);
  }

  async function edit() {
    if (await annotate(last)) {
      try {
        take(await call(path, { signal }));
      } catch (problem) {
        signal.aborted || state.prepend(problemBox(problem));
      }
    }
  }

  async function cancel() {
    if (await confirm({ title: `Cancel ${nameOf(last)}?`, text: `${of(last.done, last.questions)} questions are answered. Their answers are kept, and the run can be resumed later.`, action: 'Cancel the run' })) {
      ask('cancel');
    }
  }

  async function retry() {
    const left = last.state === 'cancelled' ? last.questions - last.done : last.failed;
    if (await confirm({ title: last.state === 'cancelled' ? `Resume ${nameOf(last)}?` : `Retry ${nameOf(last)}?`, text: `${plural(left, 'question')} ${left === 1 ? 'is' : 'are'} asked again; all other answers are kept.`, action: last.state === 'cancelled' ? 'Resume the run' : 'Retry the questions' })) {
      ask('retry');
    }
  }

  async function approve() {
    if (await confirm({ title: `Approve ${nameOf(last)}?`, text: `It exceeds a limit: ${last.reason ?? ''} Once approved, it uses as much time and money as it needs.`, action: 'Approve the run' })) {
      ask('approve');
    }
  }

  async function remove() {
    if (await confirm({ title: `Delete ${nameOf(last)}?`, text: 'Its answers, reasonings and report are deleted. This cannot be undone.', action: 'Delete the run', danger: true })) {
      await ask('', 'DELETE');
      location.hash = '#/';
    }
  }

  /**
   * @param {'cancel' | 'retry' | 'approve' | ''} action
   * @param {'POST' | 'DELETE'} method
   */
  async function ask(action, method = 'POST') {
    const settled = isFinal(last.state) && !last.requested;
    try {
      take(await call(action ? `${path}/${action}` : path, { method }));
      if (settled) {
        watch();
      }
    } catch (problem) {
      state.prepend(problemBox(problem));
    }
  }
}

/** Stands where other runs offer their slices: the service refuses those of a run that stopped early. */
const noSlices = () => h('section', { class: 'card', 'aria-label': 'Accuracy by metadata' }, h('h2', null, 'Accuracy by metadata'),
  h('p', { class: 'minor' }, 'The run stopped early, and slices of such a run have no interval.'));

/** The model's size and family, where they are known. @param {Run} run */
const sized = ({ parameters, activeParameters, family }) => {
  const known = [parameters ? `${parameterCount(parameters)} parameters${activeParameters ? `, ${parameterCount(activeParameters)} active` : ''}` : null, family ? `family ${family}` : null].filter(Boolean);
  return known.length ? ` (${known.join(', ')})` : '';
};

/** How far the notice of the run's end has come. @param {NonNullable<Run['notice']>} notice */
function noticeText(notice) {
  const said = notice.problem ?? (notice.status ? `status ${notice.status}.` : null);
  const tries = plural(notice.tries, 'try', 'tries');
  switch (notice.state) {
    case 'planned':
      return `A notice will be sent to “${notice.to}” when the run ends.`;
    case 'sent':
      return `Notice sent to “${notice.to}”, ${moment(notice.tried)}.`;
    case 'givenUp':
      return `Notice not delivered to “${notice.to}” and given up after ${tries}: ${said}`;
    default:
      return said === null ? `Notice not yet sent to “${notice.to}”.`
        : `Notice not delivered to “${notice.to}” after ${tries}: ${said}${notice.next ? ` The next is at ${moment(notice.next)}.` : ''}`;
  }
}

/** What the head of the page depends on. @param {Run} run */
const headOf = run => JSON.stringify([run.state, run.paused, run.requested, run.reason, run.revision, run.displayName, run.tags, run.note]);

/** Live figures of a run in progress. @param {Run} run */
function liveCard(run) {
  const seconds = run.started ? (Date.now() - new Date(run.started).getTime()) / 1000 : 0;
  const left = run.done > 0 && run.state === 'running' && !run.paused ? seconds / run.done * (run.questions - run.done) : null;
  return h('section', { class: 'card live', 'aria-label': 'Progress' },
    progress(run),
    facts([
      run.until === undefined ? null : ['Stops', run.stoppedAfter === undefined ? `once the 95 % interval is within ±${run.until} points` : `after ${of(run.stoppedAfter, run.questions)} questions: workers end what they are at`],
      ['Accuracy so far', run.graded ? `${percent(run.correct / run.graded)} (${of(run.correct, run.graded)})` : none, h('span', { class: 'minor' }, ' provisional: all figures can change')],
      ['Time', run.started ? duration(seconds) : 'not started', left === null ? null : h('span', { class: 'minor' }, ` about ${duration(left)} left`)],
      ['Tokens generated', count(run.generatedTokens), run.seconds > 0 ? h('span', { class: 'minor' }, ` ${count(Math.round(run.generatedTokens / run.seconds))} per second of work`) : null],
      run.host ? ['Questions sent to', run.host] : null,
      run.cost !== undefined && run.currency ? ['Cost so far', money(run.cost, run.currency), run.lostRequests ? h('span', { class: 'minor' }, ` without ${plural(run.lostRequests, 'request')} whose answer was lost`) : null] : null,
      run.failed ? ['Failed', plural(run.failed, 'question'), h('span', { class: 'minor' }, ' can be retried at the end')] : null,
      ['Created', moment(run.created)],
    ]),
    run.started ? h('p', null, h('a', { href: `#/runs/${run.run}/questions` }, 'View the answers so far')) : null);
}
