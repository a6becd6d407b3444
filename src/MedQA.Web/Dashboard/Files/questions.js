// The questions of a run: search, filters, and the selected question with its full answer next to the list.

import { call, follow } from './api.js';
import { fill, h, sign, typing } from './dom.js';
import { fraction, isFinal, nameOf, of, percent, plural } from './format.js';
import { heading, loading, mark, problemBox } from './parts.js';
import { questionView } from './question.js';

/**
 * @import { Context } from './app.js'
 * @import { Schemas } from './types'
 */

const page = 100;
const kinds = [
  ['all', 'All'], ['wrong', 'Wrong'], ['correct', 'Right'], ['deferred', 'Deferred'], ['forced', 'Forced'],
  ['failed', 'Failed'], ['tie', 'Tie'], ['unanswered', 'No answer'], ['lowAgreement', 'Low agreement'],
];
/** @type {Record<string, string>} */
const nothing = {
  wrong: 'No answers are wrong.', correct: 'No answers are right.', deferred: 'No answer would be deferred to a person.', forced: 'No vote had to be forced.',
  failed: 'No question failed.', tie: 'No question was a tie.', unanswered: 'The model answered every question.', lowAgreement: 'On every answer, at least half of the samples agree.',
};

const orders = { asked: 'As asked', agreement: 'Least agreement first', dataset: 'By data set', length: 'Longest answers first' };

/**
 * @param {HTMLElement} main
 * @param {Context} context
 */
export function show(main, { run, query, signal, title }) {
  const path = /** @type {const} */ (`/api/runs/${run}`);
  let filter = kinds.find(([kind]) => kind === query.get('filter'))?.[0] ?? 'all';
  let search = query.get('search') ?? '';
  /** The values of metadata that questions must have, as the service reads them; empty for none. */
  let meta = query.get('meta') ?? '';
  let order = Object.keys(orders).find(name => name === query.get('order')) ?? 'asked';
  let at = query.get('at') === null ? null : Number(query.get('at'));
  /** The agreement below which an answer is left to a person; null until it is read, false where there is none. @type {number | false | null} */
  let threshold = null;
  /** @type {Schemas['AnswerRow'][]} */
  let rows = [];
  /** @type {string | null} */
  let continuation = null;
  /** Where the pages that were read begin: their continuations and first ordinals. @type {{ from: string | null, first: number }[]} */
  let pages = [];
  /** The run as it was read last. @type {Schemas['RunResource'] | null} */
  let known = null;
  /** @type {AbortController | null} */
  let reading = null;
  /** @type {AbortController | null} */
  let opening = null;
  /** The reading of what has changed in the list, and whether more has changed since. @type {Promise<void> | null} */
  let refreshing = null;
  let changed = false;
  let timer = 0;
  /** Whether the answers are free texts, and whether any has a known right option; taken from the run once it is read. */
  let [isFree, isGraded] = [false, true];
  title('Questions');

  const name = h('a', { href: `#/runs/${run}` }, 'Run');
  /** @type {HTMLInputElement} */
  const input = h('input', { type: 'search', id: 'search', placeholder: 'Search in questions and options', autocomplete: 'off', spellcheck: 'false', 'aria-label': 'Search in questions and options', on: { input: () => later(() => choose(filter, input.value)), keydown: leave } });
  /** @type {HTMLSelectElement} */
  const sorting = h('select', { id: 'order', on: { change: () => sort(sorting.value) } }, Object.entries(orders).map(([name, text]) => h('option', { value: name }, text)));
  const chips = h('div', { class: 'chips', role: 'group', 'aria-label': 'Which questions' });
  const chosenMeta = h('div', { class: 'chips' });
  const note = h('p', { class: 'minor list-note', role: 'status' });
  const list = h('ol', { class: 'plain question-list' });
  const tail = h('div', { class: 'list-tail' });
  const detail = h('div', { class: 'detail', tabindex: '-1', role: 'region', 'aria-label': 'Question' });
  const pane = h('div', { class: 'list-pane' }, note, list, tail);
  const split = h('div', { class: 'split' }, pane, detail);
  input.value = search;
  sorting.value = order;
  main.className = 'wide-page';
  fill(main,
    h('nav', { class: 'crumbs', 'aria-label': 'Breadcrumb' }, h('a', { href: '#/' }, 'Runs'), sign(' / '), name),
    h('div', { class: 'page-head' }, heading('Questions'), h('div', { class: 'search' }, input, h('kbd', { 'aria-hidden': 'true' }, '/'))),
    h('div', { class: 'list-tools' }, chips, chosenMeta, h('span', { class: 'sorting' }, h('label', { for: 'order' }, 'Sort'), sorting)), split);
  drawChips();
  drawMeta();
  fill(detail, hint());
  document.addEventListener('keydown', key, { signal });
  new IntersectionObserver(entries => entries.some(entry => entry.isIntersecting) && more(), { rootMargin: '600px' }).observe(tail);
  signal.addEventListener('abort', () => clearTimeout(timer));
  /** Whether the list waits for the run, because only one that has ended can be sorted. */
  let waits = order !== 'asked';
  prepare();
  waits || start();

  /** Reloads the list and opens the question in the address, or the first one. */
  async function start() {
    await read();
    if (at !== null) {
      open(at, narrow());
    } else if (rows.length > 0 && !narrow()) {
      open(rows[0].ordinal, false);
    } else {
      fill(detail, hint());
    }
  }

  /** Reads what the page needs of the run besides its answers: its name and deferral threshold. */
  async function prepare() {
    try {
      const resource = await call(path, { signal });
      fill(name, nameOf(resource));
      title(`Questions of ${nameOf(resource)}`);
      isGraded = resource.graded > 0 || !isFinal(resource.state);
      known = resource;
      drawOrders(!grows() && resource.revision > 0);
      if (waits) {
        waits = false;
        start();
      }
      if (grows()) {
        follow(run, live, signal, refresh);
      }
      settleTail();
      if (resource.revision > 0) {
        const report = await call(`${path}/report`, { signal });
        threshold = report.confidence?.deferral.find(point => Math.abs(point.deferred - 0.45) < 1e-9)?.threshold ?? false;
      } else {
        threshold = false;
      }
      drawChips();
      if (filter === 'deferred') {
        start();
      }
    } catch (problem) {
      if (!signal.aborted) {
        fill(detail, problemBox(problem, prepare));
      }
    }
  }

  /** @param {Schemas['RunResource'] | null} resource */
  function live(resource) {
    if (resource === null) {
      return;
    }
    const grew = grows();
    known = resource;
    settleTail();
    if (grew && !grows()) {
      prepare();
      refresh();
    }
  }

  /** Whether answers can still appear. */
  const grows = () => known !== null && (!isFinal(known.state) || known.requested === 'retry');

  /** Whether a filter can find something in this run: free answers have no votes, and nothing is right or wrong. @param {string[]} kind */
  function isUseful([kind]) {
    return kind === filter || kind === 'all' || kind === 'failed' || (!isFree && (!['wrong', 'correct'].includes(kind) || isGraded));
  }

  function drawChips() {
    const held = chips.contains(document.activeElement);
    fill(chips, kinds.filter(isUseful).map(([kind, text], i) => {
      const unknown = kind === 'deferred' && threshold === false;
      return h('button', {
        type: 'button', class: 'chip', 'aria-pressed': String(kind === filter), disabled: unknown, data: { kind },
        title: unknown ? 'Available once the report is written, for strategies with a fixed number of samples above 1.'
          : kind === 'deferred' ? `Agreement below the threshold that defers 45 % of the answers to a person${threshold ? ` (${fraction(threshold)})` : ''}` : `Key ${i + 1}`,
        on: { click: () => choose(kind, search) },
      }, text);
    }));
    if (held) {
      /** @type {HTMLElement | null} */ (chips.querySelector('[aria-pressed=true]'))?.focus();
    }
  }

  /** Shows by which metadata the questions are chosen, with a button that takes that back. */
  function drawMeta() {
    fill(chosenMeta, meta === '' ? null : h('button', {
      type: 'button', class: 'chip', 'aria-pressed': 'true', 'aria-label': `Only ${metaText(meta)}: show all again`, dir: 'auto',
      on: { click: () => { [meta, at] = ['', null]; drawMeta(); remember(); start(); } },
    }, metaText(meta), sign(' ✕')));
  }

  /** Offers the orders, of which a run in progress has one only. @param {boolean} hasEnded */
  function drawOrders(hasEnded) {
    sorting.disabled = !hasEnded;
    if (!hasEnded) {
      sorting.value = order = 'asked';
    }
    sorting.title = hasEnded ? '' : 'Available once the run has ended';
    for (const option of sorting.options) {
      option.hidden = isFree && option.value === 'agreement';
    }
  }

  /** @param {() => void} action */
  function later(action) {
    clearTimeout(timer);
    timer = setTimeout(action, 250);
  }

  /**
   * @param {string} kind
   * @param {string} words
   */
  function choose(kind, words) {
    clearTimeout(timer);
    if (kind === filter && words === search) {
      return;
    }
    filter = kind;
    search = words;
    at = null;
    drawChips();
    remember();
    start();
  }

  /** Sorts the list and keeps the open question open. @param {string} by */
  async function sort(by) {
    order = by;
    remember();
    await read();
    const link = showCurrent();
    link && reveal(link);
  }

  /** Keeps the address in step with what is shown, so that it can be shared. */
  function remember() {
    const parts = new URLSearchParams();
    filter === 'all' || parts.set('filter', filter);
    search === '' || parts.set('search', search);
    meta === '' || parts.set('meta', meta);
    order === 'asked' || parts.set('order', order);
    at === null || parts.set('at', String(at));
    history.replaceState(null, '', `#/runs/${run}/questions${parts.size ? `?${parts}` : ''}`);
  }

  /** @param {string | null} from */
  function address(from) {
    const parts = new URLSearchParams({ take: String(page) });
    if (filter === 'deferred') {
      parts.set('agreementBelow', String(threshold));
    } else if (filter !== 'all') {
      parts.set('filter', filter);
    }
    search.trim() === '' || parts.set('search', search.trim());
    meta === '' || parts.set('meta', meta);
    order === 'asked' || parts.set('order', order);
    from && parts.set('continuation', from);
    return /** @type {const} */ (`${path}/answers?${parts}`);
  }

  async function read() {
    [rows, pages, continuation] = [[], [], null];
    if (filter === 'deferred' && !threshold) {
      fill(list);
      fill(note);
      fill(tail, threshold === null ? loading('Reading the report…') : h('p', { class: 'minor' }, 'This run has no deferral threshold (yet).'));
      return;
    }
    await fetchPage(null);
  }

  async function more() {
    await refreshing;
    if (continuation && !reading) {
      await fetchPage(continuation);
    }
  }

  /** @param {string | null} from */
  async function fetchPage(from) {
    reading?.abort();
    const mine = reading = new AbortController();
    fill(tail, loading('Reading the questions…'));
    try {
      const answer = await call(address(from), { signal: AbortSignal.any([mine.signal, signal]) });
      if (from === null) {
        fill(list);
        fill(note, answer.total === undefined ? '' : plural(answer.total, 'question'));
        if (filter === 'all' && search.trim() === '' && meta === '' && answer.answers.length > 0) {
          isFree = answer.answers.every(row => row.options === 0);
          drawChips();
        }
      }
      pages.push({ from, first: from === null ? 0 : answer.answers[0]?.ordinal ?? Infinity });
      rows.push(...answer.answers);
      list.append(...answer.answers.map(row));
      continuation = answer.continuation ?? null;
      reading = null;
      if (changed) {
        refresh();
      }
      drawTail();
      // A short page can have a next one; loading continues while the end of the list is in view.
      if (continuation && tail.getBoundingClientRect().top < window.innerHeight + 600) {
        more();
      }
      showCurrent();
    } catch (problem) {
      if (reading === mine) {
        reading = null;
        if (!signal.aborted) {
          fill(tail, problemBox(problem, () => fetchPage(from)));
        }
      }
    }
  }

  /** Says it anew once the run has changed, except over what is being read or could not be. */
  function settleTail() {
    reading || pages.length === 0 || tail.querySelector('.problem') || drawTail();
  }

  /** Says behind the last row whether more can come, or why there is none. */
  function drawTail() {
    if (continuation || (filter === 'deferred' && !threshold)) {
      continuation && fill(tail);
      return;
    }
    const everything = filter === 'all' && search.trim() === '' && meta === '';
    const progress = known && grows() ? h('p', { class: 'minor' }, everything && rows.length === 0 ? null : `${of(everything ? rows.length : known.done, known.questions)} questions are answered. `, 'Answers appear here as they are given.') : null;
    if (rows.length > 0) {
      fill(tail, progress);
      return;
    }
    fill(note);
    const reason = search.trim() ? `No ${progress ? 'answered ' : ''}question contains “${search.trim()}”${filter === 'all' ? '' : ' under this filter'}.`
      : meta ? `No ${progress ? 'answered ' : ''}question has ${metaText(meta)}${filter === 'all' ? '' : ' under this filter'}.`
      : progress && !everything ? 'No answer passes this filter so far.' : nothing[filter] ?? 'No questions are answered yet.';
    fill(tail, h('div', { class: 'empty small' }, h('p', null, reason), progress));
  }

  /** Reads what can have changed in the list, now or after what is being read. */
  function refresh() {
    changed = true;
    if (reading || refreshing || pages.length === 0) {
      return;
    }
    const mine = pages;
    changed = false;
    refreshing = readChanges(mine).catch(problem => { signal.aborted || fill(tail, problemBox(problem, refresh)); }).finally(() => {
      refreshing = null;
      if (changed && !signal.aborted) {
        refresh();
      }
    });
  }

  /** @param {typeof pages} mine */
  async function readChanges(mine) {
    // Answers of a first try stay: pages in which none is missing need not be read again.
    const isFirstTry = filter === 'all' && search.trim() === '' && known?.retry === 0;
    const begin = Math.max(0, mine.findIndex((page, i) => i === mine.length - 1 || !isFirstTry
      || rows.filter(row => row.ordinal >= page.first && row.ordinal < mine[i + 1].first).length < mine[i + 1].first - page.first));
    const [kept, end] = [mine.slice(0, begin), rows.at(-1)?.ordinal ?? -1];
    /** @type {typeof rows} */
    const found = [];
    let from = mine[begin].from;
    do {
      const answer = await call(address(from), { signal });
      if (mine !== pages || reading) {
        // Another list, or a page behind this one, is read meanwhile.
        changed ||= mine === pages;
        return;
      }
      if (answer.total !== undefined) {
        fill(note, plural(answer.total, 'question'));
      }
      kept.push({ from, first: from === null ? 0 : answer.answers[0]?.ordinal ?? Infinity });
      found.push(...answer.answers);
      from = answer.continuation ?? null;
    } while (from && (found.at(-1)?.ordinal ?? -1) < end);
    const wasEmpty = rows.length === 0;
    merge(found, begin === 0 ? -1 : mine[begin].first - 1, from ? found.at(-1)?.ordinal ?? -1 : Infinity);
    [pages, continuation] = [kept, from];
    drawTail();
    for (const [text, none] of /** @type {const} */ ([['Previous', at !== null && isFirst(at)], ['Next', at !== null && isLast(at)]])) {
      /** @type {HTMLButtonElement | null} */
      const button = detail.querySelector(`[data-step="${text}"]`);
      button && (button.disabled = none);
    }
    if (wasEmpty && rows.length > 0 && at === null && !narrow()) {
      open(rows[0].ordinal, false);
    }
  }

  /**
   * Puts rows into the list in place of those between two ordinals. Rows that are the same stay as they are, and what is in view stays there.
   * @param {typeof rows} found
   * @param {number} after
   * @param {number} upTo
   */
  function merge(found, after, upTo) {
    const scroller = narrow() ? /** @type {HTMLElement} */ (document.scrollingElement) : pane;
    const top = scroller === pane ? pane.getBoundingClientRect().top : 0;
    const inView = /** @type {HTMLElement | null} */ ([...list.querySelectorAll('a')].find(link => link.getBoundingClientRect().bottom > top) ?? null);
    const place = inView?.getBoundingClientRect().top ?? 0;
    const held = list.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.ordinal : undefined;
    const drawn = new Map(rows.map((row, i) => [row.ordinal, { text: JSON.stringify(row), item: list.children[i] }]));
    rows = [...rows.filter(row => row.ordinal <= after || row.ordinal > upTo), ...found].sort((one, other) => one.ordinal - other.ordinal);
    const ordinals = new Set(rows.map(row => row.ordinal));
    drawn.forEach(({ item }, ordinal) => ordinals.has(ordinal) || item.remove());
    rows.forEach((answer, i) => {
      const before = drawn.get(answer.ordinal);
      if (!before) {
        list.insertBefore(row(answer), list.children[i] ?? null);
      } else if (before.text !== JSON.stringify(answer)) {
        before.item.replaceWith(row(answer));
      }
    });
    if (filter === 'all' && search.trim() === '' && rows.length > 0 && isFree !== rows.every(row => row.options === 0)) {
      isFree = !isFree;
      drawChips();
    }
    showCurrent();
    /** @type {HTMLElement | null} */
    const focused = held === undefined ? null : list.querySelector(`[data-ordinal="${held}"]`);
    focused !== document.activeElement && focused?.focus({ preventScroll: true });
    if (inView?.isConnected && pane.offsetParent) {
      scroller.scrollTop += inView.getBoundingClientRect().top - place;
    }
  }

  /** @param {Schemas['AnswerRow']} answer */
  function row(answer) {
    const tags = [answer.failure ? 'failed' : null, answer.tie ? 'tie' : null, answer.forcedVotes ? `${answer.forcedVotes} forced` : null].filter(tag => tag);
    return h('li', null, h('a', {
      href: `#/runs/${run}/questions?at=${answer.ordinal}`, class: 'question-row', data: { ordinal: answer.ordinal },
      on: { click: event => { if (!event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); open(answer.ordinal, narrow()); } } },
    },
    answer.options === 0 ? h('span') : mark(answer.correct),
    h('span', { class: 'question-text' }, answer.text ?? answer.id),
    h('span', { class: 'question-meta minor' },
      h('span', null, answer.id),
      answer.answer ? h('span', null, `answered ${answer.answer}${answer.gold && answer.gold !== answer.answer ? `, right is ${answer.gold}` : ''}`) : null,
      answer.samples > 1 && answer.answer ? h('span', null, `${percent(answer.agreement)} agree`) : null,
      tags.map(tag => h('span', { class: 'tag' }, tag)))));
  }

  function showCurrent() {
    for (const link of list.querySelectorAll('[aria-current]')) {
      link.removeAttribute('aria-current');
    }
    const link = at === null ? null : /** @type {HTMLElement | null} */ (list.querySelector(`[data-ordinal="${at}"]`));
    link?.setAttribute('aria-current', 'true');
    return link;
  }

  /**
   * @param {number} ordinal
   * @param {boolean} enter
   */
  async function open(ordinal, enter) {
    at = ordinal;
    remember();
    const link = showCurrent();
    link && reveal(link);
    if (enter) {
      split.classList.add('shows-detail');
    }
    opening?.abort();
    const mine = opening = new AbortController();
    detail.setAttribute('aria-busy', 'true');
    const waiting = setTimeout(() => fill(detail, loading('Reading the question…')), 200);
    try {
      const answer = await call(`${path}/answers/${ordinal}?by=ordinal`, { signal: AbortSignal.any([mine.signal, signal]) });
      if (opening === mine) {
        fill(detail,
          h('div', { class: 'detail-tools' },
            h('button', { type: 'button', class: 'back quiet', on: { click: back } }, sign('← '), 'Back to the list'),
            h('span', { class: 'detail-steps' },
              step('Previous', -1, isFirst(ordinal)), step('Next', 1, isLast(ordinal)))),
          questionView(answer, async () => (await call(`${path}/answers/${ordinal}?by=ordinal&prompt=true`, { signal: AbortSignal.any([mine.signal, signal]) })).prompt, !grows(), run));
        detail.scrollTop = 0;
        if (enter) {
          window.scrollTo(0, 0);
          detail.focus({ preventScroll: true });
        }
      }
    } catch (problem) {
      if (opening === mine && !signal.aborted && problem.name !== 'AbortError') {
        fill(detail, problemBox(problem, () => open(ordinal, enter)));
      }
    } finally {
      clearTimeout(waiting);
      if (opening === mine) {
        detail.removeAttribute('aria-busy');
      }
    }
  }

  /** @param {number} ordinal */
  const isFirst = ordinal => rows[0]?.ordinal === ordinal;

  /** @param {number} ordinal */
  const isLast = ordinal => !continuation && rows.at(-1)?.ordinal === ordinal;

  /** @type {(text: string, by: number, none: boolean) => HTMLElement} */
  function step(text, by, none) {
    return h('button', {
      type: 'button', class: 'small quiet', disabled: none, data: { step: text },
      on: {
        click: async () => {
          await move(by);
          // The button that was pressed is drawn anew; where it leads no further, the other one takes the focus.
          const again = detail.querySelector(`[data-step="${text}"]:enabled`) ?? detail.querySelector('[data-step]:enabled');
          /** @type {HTMLElement | null} */ (again)?.focus({ preventScroll: true });
        },
      },
    }, by < 0 ? sign('↑ ') : null, text, by > 0 ? sign(' ↓') : null);
  }

  /** Brings a row into sight within its list, and moves the page only where the page is the list. @param {HTMLElement} link */
  function reveal(link) {
    if (narrow()) {
      link.scrollIntoView({ block: 'nearest' });
      return;
    }
    const [row, box] = [link.getBoundingClientRect(), pane.getBoundingClientRect()];
    if (row.top < box.top) {
      pane.scrollTop -= box.top - row.top;
    } else if (row.bottom > Math.min(box.bottom, window.innerHeight)) {
      pane.scrollTop += row.bottom - Math.min(box.bottom, window.innerHeight);
    }
  }

  function back() {
    split.classList.remove('shows-detail');
    (showCurrent() ?? input).focus();
  }

  /** @param {number} step */
  async function move(step) {
    const index = rows.findIndex(row => row.ordinal === at);
    const next = index < 0 ? 0 : index + step;
    if (next >= rows.length && continuation) {
      await more();
    }
    if (rows[next]) {
      const inList = list.contains(document.activeElement);
      await open(rows[next].ordinal, false);
      if (inList) {
        showCurrent()?.focus({ preventScroll: true });
      }
    }
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    if (typing(event)) {
      return;
    }
    const arrows = document.activeElement === document.body || list.contains(document.activeElement) || document.activeElement?.tagName === 'H1';
    if (event.key === 'j' || (event.key === 'ArrowDown' && arrows)) {
      event.preventDefault();
      move(1);
    } else if (event.key === 'k' || (event.key === 'ArrowUp' && arrows)) {
      event.preventDefault();
      move(-1);
    } else if (event.key === '/') {
      event.preventDefault();
      input.focus();
      input.select();
    } else if (event.key === 'Escape' && split.classList.contains('shows-detail')) {
      back();
    } else if (event.key >= '1' && event.key <= String(chips.children.length)) {
      /** @type {HTMLElement} */ (chips.children[Number(event.key) - 1]).click();
    }
  }

  /** @param {KeyboardEvent} event */
  function leave(event) {
    if (event.key === 'Escape' || event.key === 'Enter') {
      event.preventDefault();
      choose(filter, event.key === 'Escape' && input.value === search ? (input.value = '') : input.value);
      (list.querySelector('a') ?? main.querySelector('h1'))?.focus();
    }
  }

  function narrow() {
    return window.matchMedia('(max-width: 60rem)').matches;
  }

  function hint() {
    return h('div', { class: 'empty small' }, h('p', null, 'Choose a question to see its options, votes and reasonings. ', h('span', { class: 'keys-hint' }, 'Keys: ', h('kbd', null, 'j'), ' ', h('kbd', null, 'k'), ' move, ', h('kbd', null, '/'), ' searches, ', h('kbd', null, '?'), ' lists all.')));
  }
}

/** A filter of metadata in words. @param {string} meta */
function metaText(meta) {
  try {
    return Object.entries(JSON.parse(meta)).map(([name, value]) => `${name}: ${value}`).join(', ');
  } catch {
    return meta;
  }
}
