// Studies of human ratings: the list, and one study with its raters, their links and its report.

import { call, download, heldKey } from './api.js';
import { confirm } from './dialogs.js';
import { documentParts, readDocument } from './document.js';
import { fill, h } from './dom.js';
import { ago, count, duration, moment, none, of, plural } from './format.js';
import { empty, facts, heading, loading, problemBox, section, table } from './parts.js';

/**
 * @import { Context } from './app.js'
 * @import { Child } from './dom.js'
 * @import { Schemas } from './types'
 * @typedef {Schemas['StudyResource']} Study
 * @typedef {Schemas['RaterResource']} Rater
 */

const often = 5000;
const states = { invited: 'invited', rating: 'rating', submitted: 'submitted', stopped: 'stopped', withdrawn: 'withdrawn' };

/** @type {(main: HTMLElement, context: Context) => Promise<void>} */
export const show = (main, context) => context.run ? one(main, context) : all(main, context);

/**
 * @param {HTMLElement} main
 * @param {Pick<Context, 'signal' | 'title'>} context
 */
async function all(main, { signal, title }) {
  title('Studies');
  const list = h('div', { class: 'stack' });
  /** Where the progress of each study belongs. @type {Map<string, HTMLElement>} */
  const progress = new Map();
  fill(main, h('div', { class: 'page-head' }, h('div', null, heading('Studies'), h('p', { class: 'minor' }, 'People rate free answers from long-form runs and from clinicians.')), h('div', { class: 'actions' }, h('a', { class: 'button primary', href: '#/studies/new' }, 'New study'))), list);
  fill(list, loading('Reading the studies…'));
  try {
    const { studies, unreadable = [] } = await call('/api/studies', { signal });
    const missing = unreadable.length > 0 ? h('p', { class: 'notice' }, `${plural(unreadable.length, 'study', 'studies')} cannot be read: ${unreadable.join(', ')}. See the service’s log.`) : null;
    fill(list, missing, studies.length === 0 && missing === null
      ? empty('No studies yet', 'Answer consumer questions with the profile long-form, then let clinicians or lay people rate them alongside other answers.', h('a', { class: 'button primary', href: '#/studies/new' }, 'Create the first study'))
      : h('ul', { class: 'plain study-list' }, studies.map(study => h('li', { class: 'card study-row' },
        h('div', null, h('h2', null, h('a', { href: `#/studies/${study.study}` }, study.name)), h('p', { class: 'minor' }, study.sources.map(source => source.name).join(' · '))),
        h('p', { class: 'minor' }, `${plural(study.answers, 'answer')} to ${plural(study.questions, 'question')}`, h('br'), `${study.rubric}, ${plural(study.ratersPerAnswer, 'rater')} each`),
        progressOf(study.study),
        h('time', { class: 'minor', datetime: study.created, title: moment(study.created) }, ago(study.created))))));
  } catch (problem) {
    signal.aborted || fill(list, problemBox(problem, () => all(main, { signal, title })));
  }
  // Each study's raters are read on their own, so that a large study does not delay the list.
  for (const [study, place] of progress) {
    try {
      const { raters = [] } = await call(/** @type {const} */ (`/api/studies/${study}`), { signal });
      const current = raters.filter(rater => rater.state);
      fill(place, done(current), h('span', { class: 'minor' }, `${of(current.filter(rater => rater.state === 'submitted').length, current.length)} raters have submitted`));
    } catch (problem) {
      if (signal.aborted) {
        return;
      }
      fill(place, h('span', { class: 'minor' }, 'Progress cannot be read.'));
    }
  }

  /** @param {string} study */
  function progressOf(study) {
    const place = h('div', { class: 'study-progress' }, h('span', { class: 'minor' }, 'Reading the progress…'));
    progress.set(study, place);
    return place;
  }
}

/** How many of the answers assigned to raters are rated or skipped. @param {Rater[]} raters */
function done(raters) {
  const [finished, assigned] = [raters.reduce((sum, rater) => sum + rater.rated + rater.skipped, 0), raters.reduce((sum, rater) => sum + rater.assigned, 0)];
  return h('span', { class: 'progress' },
    h('span', { class: 'bar', role: 'progressbar', 'aria-valuemin': 0, 'aria-valuemax': assigned, 'aria-valuenow': finished, 'aria-label': `${of(finished, assigned)} ratings done` }, h('span', { class: 'bar-fill', style: { width: `${100 * finished / Math.max(1, assigned)}%` } })),
    h('span', { class: 'minor' }, `${of(finished, assigned)} ratings`));
}

/**
 * @param {HTMLElement} main
 * @param {Context} context
 */
async function one(main, { run: name, signal, title }) {
  title('Study');
  const path = /** @type {const} */ (`/api/studies/${name}`);
  const [head, links, body, failed, report] = [h('div'), h('div'), h('div', { class: 'stack' }), h('div'), h('div', { class: 'stack' })];
  let timer = 0;
  let last = '';
  /** What was read last; nothing is drawn before. @type {Study} */
  let study;
  fill(main, head, failed, links, body);
  fill(head, heading('Study'), loading('Reading the study…'));
  signal.addEventListener('abort', () => clearTimeout(timer));
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && read(), { signal });
  const given = made.get(name);
  if (given) {
    made.delete(name);
    showLinks((given.raters ?? []).filter(rater => rater.link), 'The raters’ links');
  }
  await read();
  readReport();

  async function read() {
    clearTimeout(timer);
    try {
      study = await call(path, { signal });
      const now = JSON.stringify(study);
      if (now !== last) {
        last = now;
        title(study.name);
        draw();
      }
    } catch (problem) {
      if (signal.aborted) {
        return;
      }
      if (last === '') {
        fill(head, heading('Study'), problemBox(problem, problem.status === 404 ? null : read), h('p', null, h('a', { href: '#/studies' }, 'All studies')));
        return;
      }
    }
    if (!signal.aborted && document.visibilityState === 'visible') {
      timer = setTimeout(read, often);
    }
  }

  function draw() {
    const held = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.key;
    fill(head,
      h('nav', { class: 'crumbs', 'aria-label': 'Breadcrumb' }, h('a', { href: '#/studies' }, 'Studies')),
      h('div', { class: 'page-head' },
        h('div', null, heading(study.name), h('p', { class: 'minor' }, `${study.rubric} · `, h('code', null, study.study))),
        h('div', { class: 'actions' }, h('button', { type: 'button', class: 'danger-quiet', on: { click: remove } }, 'Delete'))));
    const raters = study.raters ?? [];
    /** @param {'rated' | 'skipped'} key */
    const sum = key => raters.reduce((all, rater) => all + (rater[key] ?? 0), 0);
    const whole = h('div', { class: 'stack' },
      section('Raters',
        h('p', null, h('strong', null, of(sum('rated') + sum('skipped'), raters.reduce((all, rater) => all + (rater.state ? rater.assigned : 0), 0))), ` ratings are done, ${count(sum('skipped'))} of them skipped; ${of(raters.filter(rater => rater.state === 'submitted').length, raters.length)} raters have submitted.`),
        table('Raters’ progress', [{ name: 'Rater' }, { name: 'State' }, { name: 'Rated' }, { name: 'Skipped', number: true }, { name: 'Time per answer', number: true }, { name: 'Last seen' }, { name: '' }], raters.map(row)),
        h('p', { class: 'minor' }, 'A link is shown only once, when it is created, because only a hash of its secret is stored. A new link replaces the old one.')),
      section('Report', reportPart()),
      section('Study design',
        facts([
          ['Title for raters', study.title],
          ['Sources', study.sources.map(source => source.name).join(', ')],
          ['Questions', count(study.questions), h('span', { class: 'minor' }, ` ${study.strata.map(stratum => `${stratum.questions} ${stratum.dataset}`).join(', ')}`)],
          ['Answers', count(study.answers), h('span', { class: 'minor' }, ` ${plural(study.ratersPerAnswer, 'rater')} each${study.pilot ? `, ${study.pilot} of them by all` : ''}`)],
          ['Seed', String(study.seed)],
          ['Created', moment(study.created)],
        ]),
        study.sources.some(source => source.run) ? h('p', { class: 'minor' }, 'Runs: ', study.sources.filter(source => source.run).map(source => h('a', { class: 'run-link', href: `#/runs/${source.run}` }, source.name))) : null,
        study.notes.length ? h('details', null, h('summary', null, plural(study.notes.length, 'note')), h('ul', null, study.notes.map(note => h('li', null, note)))) : null));
    fill(body, whole);
    if (held) {
      /** @type {HTMLElement | null} */ (body.querySelector(`[data-key="${CSS.escape(held)}"]`))?.focus({ preventScroll: true });
    }
  }

  /**
   * @param {Rater} rater
   * @returns {Child[]}
   */
  function row(rater) {
    const finished = rater.rated + rater.skipped;
    return [
      h('span', null, h('strong', null, rater.label), h('span', { class: 'minor' }, ` ${rater.rater}`)),
      rater.state ? h('span', { class: `badge rater-${rater.state}` }, states[rater.state]) : h('span', { class: 'minor' }, 'deleted'),
      rater.state ? done([rater]) : none,
      rater.state ? count(rater.skipped) : none,
      finished ? duration(rater.seconds / finished) : none,
      rater.lastClick ? h('time', { class: 'minor', datetime: rater.lastClick, title: moment(rater.lastClick) }, ago(rater.lastClick)) : h('span', { class: 'minor' }, none),
      rater.state ? h('span', { class: 'actions' },
        h('button', { type: 'button', class: 'small', data: { key: `link-${rater.rater}` }, 'aria-label': `New link for ${rater.label}`, on: { click: () => renew(rater) } }, 'New link'),
        h('button', { type: 'button', class: 'small danger-quiet', data: { key: `delete-${rater.rater}` }, 'aria-label': `Delete ${rater.label}`, on: { click: () => removeRater(rater) } }, 'Delete')) : '',
    ];
  }

  /** The report is computed on every read, so it is loaded once at the start and then on request. */
  async function readReport() {
    fill(report, loading('Computing the report…'));
    try {
      fill(report, documentParts((await readDocument(`${path}/report`, signal)).blocks, 'Report'));
    } catch (problem) {
      signal.aborted || fill(report, problemBox(problem, readReport));
    }
  }

  /** @typedef {`${typeof path}/${'report' | 'ratings' | 'ratings?history=true'}`} File */

  function reportPart() {
    /** @type {(text: string, address: File, accept: string, extension: string) => HTMLElement} */
    const file = (text, address, accept, extension) => h('button', { type: 'button', on: { click: () => get(address, accept, `${study.study}.${extension}`) } }, text);
    return [report, h('div', { class: 'actions wrap' },
      h('button', { type: 'button', class: 'primary', data: { key: 'again' }, on: { click: readReport } }, 'Read again'),
      // Links cannot send a key.
      heldKey() ? file('Printable report', `${path}/report`, 'text/html', 'html')
        : h('a', { class: 'button', href: `${path}/report`, target: '_blank', rel: 'noopener' }, 'Printable report'),
      file('Report, Markdown', `${path}/report`, 'text/markdown', 'md'), file('Report, JSON', `${path}/report`, 'application/json', 'json'),
      file('Ratings, CSV', `${path}/ratings`, 'text/csv', 'csv'), file('Ratings, Parquet', `${path}/ratings`, 'application/vnd.apache.parquet', 'parquet'),
      file('Every click, CSV', `${path}/ratings?history=true`, 'text/csv', 'clicks.csv'))];
  }

  /**
   * @param {File} address
   * @param {string} accept
   * @param {string} file
   */
  async function get(address, accept, file) {
    try {
      const url = URL.createObjectURL(await download(address, accept));
      h('a', { href: url, download: file }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60000);
    } catch (problem) {
      fill(failed, problemBox(problem));
    }
  }

  /** @param {() => Promise<unknown>} work */
  async function attempt(work) {
    try {
      fill(failed);
      await work();
      await read();
    } catch (problem) {
      fill(failed, problemBox(problem));
    }
  }

  /** @param {Rater} rater */
  async function renew(rater) {
    if (rater.state === 'invited' && !rater.lastClick || await confirm({ title: `A new link for ${rater.label}?`, text: 'The rater’s current link stops working. The ratings are kept.', action: 'Create a new link' })) {
      await attempt(async () => showLinks([await call(`${path}/raters/${rater.rater}/link`, { method: 'POST' })], 'The new link'));
    }
  }

  /** @param {Rater} rater */
  async function removeRater(rater) {
    if (await confirm({ title: `Delete ${rater.label}?`, text: 'All ratings and comments of this rater are deleted, and the link stops working. The study continues. This cannot be undone.', action: 'Delete the rater', danger: true })) {
      await attempt(() => call(`${path}/raters/${rater.rater}`, { method: 'DELETE' }));
    }
  }

  async function remove() {
    if (await confirm({ title: `Delete ${study.name}?`, text: 'The study and all its ratings are deleted, and its links stop working. This cannot be undone.', action: 'Delete the study', danger: true })) {
      try {
        await call(path, { method: 'DELETE' });
        location.hash = '#/studies';
      } catch (problem) {
        fill(failed, problemBox(problem));
      }
    }
  }

  /**
   * @param {Rater[]} raters
   * @param {string} name
   */
  function showLinks(raters, name) {
    const said = h('span', { class: 'minor', role: 'status' });
    /** @param {Rater} rater */
    const address = rater => new URL(rater.link ?? '', location.href).href;
    /** @param {string} text */
    const copy = async text => {
      await navigator.clipboard.writeText(text);
      said.textContent = 'Copied.';
    };
    fill(links, h('section', { class: 'card links', 'aria-label': name },
      h('h2', null, name), h('p', null, 'Give each rater one of these links. They are shown only once.'),
      h('ul', { class: 'plain' }, raters.map(rater => h('li', null, h('strong', null, rater.label), h('input', { type: 'text', readonly: true, value: address(rater), 'aria-label': `Link of ${rater.label}`, on: { focus: event => /** @type {HTMLInputElement} */ (event.target).select() } }),
        h('button', { type: 'button', 'aria-label': `Copy the link of ${rater.label}`, on: { click: () => copy(address(rater)) } }, 'Copy')))),
      h('p', { class: 'actions' }, raters.length > 1 ? h('button', { type: 'button', class: 'primary', on: { click: () => copy(raters.map(rater => `${rater.label}\t${address(rater)}`).join('\n')) } }, 'Copy all') : null,
        h('button', { type: 'button', on: { click: () => fill(links) } }, 'Hide links'), said)));
  }
}

// Links of a study just created, until its page has shown them.
/** @type {Map<string, Study>} */
const made = new Map();

/** Keeps the links of a new study until its page shows them. @param {Study} study */
export const keepLinks = study => made.set(study.study, study);
