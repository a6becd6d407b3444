// The rater's page: one question, one answer, all axes. Every click is saved at once.

import { Attention, Clicks, ask } from './clicks.js';
import { byId, fill, h, sign } from './dom.js';

/**
 * @import { Click, Refusal, Saved } from './clicks.js'
 * @import { Child } from './dom.js'
 * @import { Schemas } from './types'
 * @typedef {Omit<Schemas['QueuedAnswer'], 'marks'> & { marks: Map<string, Click> }} Rated
 * @typedef {Schemas['RaterAxis']} Axis
 * @typedef {{ element: HTMLElement, inputs: HTMLInputElement[], reveal: (wanted: boolean) => void, update: (current: Rated) => void }} Field
 * @typedef {{
 *   isAnswer?: boolean, update?: () => void, leave?: () => void, next?: () => void, back?: () => void, skip?: () => void,
 *   axes?: Field[], comment?: HTMLTextAreaElement
 * }} Page
 */

const pause = 600;
const longest = 2000;
const main = byId('main');
const tools = byId('tools');
const saved = byId('saved');
const bar = byId('progress');
const attention = new Attention();

let token = '';
// Both are there before anything is shown that can be clicked.
/** @type {Clicks} */
let clicks;
/** @type {Schemas['RaterQueue']} */
let session;
/** @type {Rated[]} */
let answers = [];
let place = 0;
let defined = false;
/** @type {Page | null} */
let page = null;

byId('skip').addEventListener('click', event => {
  event.preventDefault();
  main.focus();
});
// Another link in the same tab is another rater: nothing of this one may stay.
window.addEventListener('hashchange', () => location.reload());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') {
    readAgain();
  } else {
    spend();
  }
});
window.addEventListener('pagehide', spend);
document.addEventListener('keydown', keys);
begin();

/** The link's secret follows #, which browsers never send. */
async function begin() {
  token = location.hash.slice(1);
  if (!/^[a-z2-7]{16}-r\d+-[\w-]{43}$/.test(token)) {
    message('This page needs your link', 'Open the complete link that you were given; it ends in a long series of letters and digits.');
    return;
  }
  clicks ??= new Clicks(token, { changed: take, again: readAgain, state: showSaved, refused: ended });
  fill(main, h('div', { class: 'loading', role: 'status' }, h('span', { class: 'spinner', 'aria-hidden': 'true' }), 'Reading…'));
  try {
    await open();
  } catch (error) {
    error.status === 401
      ? message('This link is no longer valid', 'It may be incomplete, or have been replaced by a new one. Ask the person who invited you for a new link.')
      : message(error.status ? error.title : 'No connection', `${error.status ? error.message : 'Your earlier ratings are saved.'} Try again in a moment.`, h('button', { type: 'button', class: 'primary', on: { click: begin } }, 'Try again'));
  }
}

/** Shows the first unfinished answer, or the end. */
async function open() {
  await read();
  const next = answers.findIndex(answer => !isDone(answer));
  place = next < 0 ? answers.length : next;
  show();
}

async function read() {
  const read = await ask(token, '/api/rating');
  clicks.now = read.now;
  session = read;
  answers = read.answers.map(answer => ({ ...answer, marks: new Map(answer.marks.map(mark => [keyOf(mark), mark])) }));
  byId('study').textContent = read.title;
  document.title = `${read.title} · MedQA`;
  answers.flatMap(answer => [...answer.marks.values()]).forEach(mark => clicks.follow(mark));
  for (const click of clicks.unsent) {
    apply(click);
  }
  clicks.flush();
}

/** Loads changes from other tabs and devices; keeps what is being typed. */
async function readAgain() {
  if (!session) {
    return;
  }
  try {
    const before = session.state;
    await read();
    session.state === before && page?.update ? page.update() : show();
  } catch (error) {
    error.status === 401 ? ended(error) : clicks.flush();
  }
}

// The current ratings: for each axis, comment or skip, the latest click counts.

/** @param {Pick<Click, 'kind' | 'axis'>} click */
const keyOf = click => `${click.kind} ${click.axis ?? ''}`;

/** @param {Click} click */
function apply(click) {
  clicks.follow(click);
  const answer = answers[click.place];
  if (answer === undefined || click.kind === 'time') {
    return;
  }
  const before = answer.marks.get(keyOf(click));
  if (before === undefined || before.at <= click.at) {
    answer.marks.set(keyOf(click), click);
  }
}

/** @param {Click} click */
function take(click) {
  apply(click);
  page?.update?.();
}

/** @type {(answer: Rated, axis: Axis) => string | null} */
const chosen = (answer, axis) => answer.marks.get(`choice ${axis.id}`)?.choice ?? null;
/** @param {Rated} answer */
const commentOf = answer => answer.marks.get('comment ')?.comment ?? '';
/** @param {Rated} answer */
const ratedAxes = answer => session.rubric.axes.filter(axis => chosen(answer, axis) !== null).length;
/** @param {Rated} answer */
const isComplete = answer => ratedAxes(answer) === session.rubric.axes.length;

/** Rating a skipped answer removes the skip. @param {Rated} answer */
function isSkipped(answer) {
  const mark = answer.marks.get('skip ');
  return mark?.skipped === true && ![...answer.marks.values()].some(other => other.kind === 'choice' && other.choice && other.at > mark.at);
}

/** @param {Rated} answer */
const isDone = answer => isComplete(answer) || isSkipped(answer);

/** @param {Omit<Click, 'id' | 'at' | 'place' | 'seconds'>} change */
function click(change) {
  apply(clicks.add({ place, seconds: attention.take(), ...change }));
  page?.update?.();
}

/** Records the time spent on the current answer before leaving it. */
function spend() {
  const seconds = attention.take();
  if (page?.isAnswer && seconds >= 0.5) {
    clicks.add({ place, kind: 'time', seconds });
  }
}

// Pages.

function show() {
  if (session.state === 'submitted') {
    message('Thank you', 'You have submitted your ratings, and they can no longer be changed. You can close this page.');
  } else if (session.state === 'stopped' || session.state === 'withdrawn') {
    message('You have stopped taking part', session.state === 'withdrawn' ? 'Your ratings were deleted. You can close this page.' : 'Your ratings are kept. You can close this page.');
  } else if (session.state === 'invited') {
    consent();
  } else if (place >= answers.length) {
    overview();
  } else {
    rate();
  }
}

/**
 * @param {string} title
 * @param {string} text
 * @param {...Child} actions
 */
function message(title, text, ...actions) {
  page = null;
  saved.textContent = '';
  fill(tools);
  fill(bar);
  fill(main, h('div', { class: 'card rating-message' }, h('h1', { tabindex: '-1' }, title), h('p', null, text), actions.length ? h('p', { class: 'actions' }, ...actions) : null));
}

/** @param {Refusal} refusal */
function ended(refusal) {
  if (refusal.status === 401) {
    message('This link is no longer valid', 'It may have been replaced by a new one. Ask the person who invited you.');
  } else {
    ask(token, '/api/rating').then(read => { session = read; show(); }, () => message(refusal.title, refusal.message));
  }
}

function consent() {
  page = {};
  fill(tools);
  fill(bar);
  const begin = h('button', { type: 'button', class: 'primary big-button', on: { click: () => act('consent', open) } }, 'I agree, begin');
  fill(main, h('div', { class: 'card rating-message' },
    h('h1', { tabindex: '-1' }, session.title),
    paragraphs(session.instructions),
    h('p', null, `You will see ${session.count} ${session.rubric.answers === 2 ? 'pairs of answers' : 'answers'}, one at a time, with ${session.rubric.axes.length} ratings for each. Take your time; you can stop at any point and come back with the same link, because every click is saved.`),
    h('h2', null, 'Before you begin'),
    paragraphs(session.consent),
    h('p', { class: 'actions' }, begin)));
}

/** @param {string} text */
const paragraphs = text => text.split(/\n{2,}/).filter(part => part.trim()).map(part => h('p', { class: 'prose' }, part.trim()));

/** One question and the form for rating its answer. */
function rate() {
  const { rubric } = session;
  const answer = answers[place];
  const axes = rubric.axes.map(axis => axisField(axis));
  const comment = h('textarea', { id: 'comment', rows: '2', maxlength: longest, 'aria-describedby': 'comment-note' });
  const skipped = h('p', { class: 'notice skipped', hidden: true }, 'You skipped this one. Rate it to undo the skip.');
  const skip = h('button', { type: 'button', on: { click: () => toggleSkip() } });
  const before = h('button', { type: 'button', on: { click: () => go(place - 1) } }, sign('←'), ' Back');
  const next = h('button', { type: 'button', class: 'primary', on: { click: () => goOn() } });
  let typed = 0;
  let isAsked = false;
  comment.value = commentOf(answer);
  comment.addEventListener('input', () => {
    clearTimeout(typed);
    typed = setTimeout(keepComment, pause);
  });
  comment.addEventListener('blur', keepComment);
  page = { isAnswer: true, update, leave: keepComment, axes, next: goOn, back: () => go(place - 1), skip: toggleSkip, comment };
  drawTools();
  fill(main, h('div', { class: 'rating' },
    h('section', { class: 'rating-text', 'aria-label': 'Question and answer', tabindex: '0' },
      h('h1', { class: 'spoken', tabindex: '-1' }, `Answer ${place + 1} of ${answers.length}`),
      h('article', { class: 'card asked' }, h('h2', null, 'Question'), answer.context ? h('p', { class: 'prose minor' }, answer.context) : null, h('p', { class: 'prose stem' }, answer.question)),
      h('div', { class: answer.answers.length > 1 ? 'pair' : null }, answer.answers.map((text, index) => h('article', { class: 'card answered' },
        h('h2', null, answer.answers.length > 1 ? `Answer ${'AB'[index]}` : 'Answer'), h('p', { class: 'prose' }, text))))),
    h('form', { class: 'card axes', 'aria-label': 'Your rating', on: { submit: event => event.preventDefault() } },
      skipped, axes.map(axis => axis.element),
      h('div', { class: 'comment' }, h('label', { for: 'comment' }, 'Comment ', h('span', { class: 'minor', id: 'comment-note' }, 'optional')), comment))),
    h('div', { class: 'rating-bar' }, h('div', { class: 'rating-bar-inner' }, before, skip, h('span', { class: 'minor rated', role: 'status', id: 'rated' }), next)));
  before.disabled = place === 0;
  update();
  main.querySelector('h1')?.focus({ preventScroll: true });
  window.scrollTo(0, 0);

  function update() {
    const isSkip = isSkipped(answer);
    for (const axis of axes) {
      axis.update(answer);
    }
    if (document.activeElement !== comment) {
      comment.value = commentOf(answer);
    }
    skipped.hidden = !isSkip;
    skip.textContent = isSkip ? 'Undo skip' : 'Skip';
    skip.setAttribute('aria-pressed', String(isSkip));
    next.replaceChildren(place === answers.length - 1 ? 'Finish ' : 'Next ', sign('→'));
    byId('rated').textContent = `${ratedAxes(answer)} of ${rubric.axes.length} rated`;
    drawProgress();
  }

  /** Goes on; where lines are open, says so once and stays. */
  function goOn() {
    const open = rubric.axes.length - ratedAxes(answer);
    if (open > 0 && !isSkipped(answer) && !isAsked) {
      isAsked = true;
      byId('rated').textContent = `${open} of ${rubric.axes.length} not rated. Press Next again to leave ${open === 1 ? 'it' : 'them'} open.`;
      axes.find(axis => !axis.inputs.some(input => input.checked))?.inputs[0].focus();
      return;
    }
    go(place + 1);
  }

  function toggleSkip() {
    const skips = !isSkipped(answer);
    click({ kind: 'skip', skipped: skips });
    if (skips) {
      go(place + 1);
    }
  }

  function keepComment() {
    clearTimeout(typed);
    if (comment.value !== commentOf(answer)) {
      click({ kind: 'comment', comment: comment.value });
    }
  }

  /**
   * @param {Axis} axis
   * @returns {Field}
   */
  function axisField(axis) {
    const id = `axis-${axis.id}`;
    const inputs = axis.choices.map(choice => h('input', { type: 'radio', name: id, value: choice.id, id: `${id}-${choice.id}`, on: { change: () => click({ kind: 'choice', axis: axis.id, choice: choice.id }) } }));
    const meaning = h('div', { class: 'meaning', id: `${id}-meaning`, hidden: !defined },
      h('p', null, axis.definition),
      axis.choices.some(choice => choice.definition) ? h('ul', null, axis.choices.filter(choice => choice.definition).map(choice => h('li', null, h('strong', null, choice.label), `: ${choice.definition}`))) : null);
    const more = h('button', { type: 'button', class: 'quiet more-about', 'aria-expanded': String(defined), 'aria-controls': meaning.id, 'aria-label': `What “${axis.title}” means`, on: { click: () => reveal(meaning.hidden) } }, '?');
    /** @param {boolean} wanted */
    const reveal = wanted => {
      meaning.hidden = !wanted;
      more.setAttribute('aria-expanded', String(wanted));
    };
    const element = h('fieldset', { class: 'axis', id },
      h('legend', { class: 'spoken' }, axis.title),
      h('div', { class: 'axis-title', 'aria-hidden': 'true' }, h('span', null, axis.title)), more,
      h('div', { class: 'choices' }, axis.choices.map((choice, index) => h('label', { class: 'choice' }, inputs[index], h('span', null, choice.label)))),
      meaning);
    return {
      element, inputs, reveal,
      update: current => {
        const value = chosen(current, axis);
        for (const input of inputs) {
          input.checked = input.value === value;
        }
        element.classList.toggle('said', value !== null);
      },
    };
  }
}

/** @param {number} wanted */
function go(wanted) {
  page?.leave?.();
  spend();
  place = Math.min(Math.max(0, wanted), answers.length);
  show();
}

/** An overview before submitting. */
function overview() {
  page = { update: overview, back: () => go(answers.length - 1) };
  drawTools();
  drawProgress();
  const open = answers.filter(answer => !isDone(answer));
  const submit = h('button', { type: 'button', class: 'primary big-button', disabled: open.length > 0, on: { click: hand } }, 'Submit');
  fill(main, h('div', { class: 'card rating-overview' },
    h('h1', { tabindex: '-1' }, open.length ? `${open.length} of ${answers.length} are not finished` : 'Everything is rated'),
    h('p', null, open.length ? 'Finish or skip them; then you can submit.' : 'You can still go back and change ratings. After you submit, they can no longer be changed.'),
    h('p', { class: 'actions' }, open.length ? h('button', { type: 'button', class: 'primary', on: { click: () => go(answers.indexOf(open[0])) } }, 'Go to the first') : null, submit),
    h('ol', { class: 'plain overview' }, answers.map((answer, index) => h('li', null, h('button', { type: 'button', class: `overview-row ${isComplete(answer) ? 'complete' : isSkipped(answer) ? 'skipped' : 'open'}`, on: { click: () => go(index) } },
      h('span', { class: 'overview-number' }, String(index + 1)), h('span', { class: 'overview-text' }, answer.question),
      h('span', { class: 'overview-state' }, isComplete(answer) ? 'rated' : isSkipped(answer) ? 'skipped' : `${ratedAxes(answer)} of ${session.rubric.axes.length}`)))))));
  main.querySelector('h1')?.focus({ preventScroll: true });

  async function hand() {
    await clicks.flush();
    if (clicks.unsent.length > 0) {
      notice('Some clicks have not been saved yet. Try again when you are connected.');
      return;
    }
    act('submit', show);
  }
}

/**
 * Sends a request to the service, whose answer decides the state.
 * @param {'consent' | 'submit' | 'stop?remove=false' | 'stop?remove=true'} what
 * @param {() => unknown} then
 */
async function act(what, then) {
  try {
    session = { ...session, ...await ask(token, `/api/rating/${what}`, { method: 'POST' }) };
    clicks.tellOthers();
    await then();
  } catch (error) {
    error.status === 401 ? ended(error) : notice(error.status ? error.message : 'No connection. Try again in a moment.');
  }
}

/** @param {string} text */
function notice(text) {
  main.querySelector('.act-problem')?.remove();
  main.prepend(h('div', { class: 'problem act-problem', role: 'alert' }, text));
}

function drawTools() {
  fill(tools,
    place < answers.length ? h('button', { type: 'button', class: 'quiet', on: { click: () => go(answers.length) } }, 'Overview') : null,
    h('button', { type: 'button', class: 'quiet icon-only help', 'aria-label': 'Help and shortcuts', title: 'Help and shortcuts', on: { click: help } }, '?'),
    h('button', { type: 'button', class: 'quiet', on: { click: stop } }, 'Stop'));
}

function drawProgress() {
  const done = answers.filter(isDone).length;
  fill(bar, h('span', { class: 'bar', role: 'progressbar', 'aria-valuemin': 0, 'aria-valuemax': answers.length, 'aria-valuenow': done, 'aria-label': `${done} of ${answers.length} done` },
    h('span', { class: 'bar-fill', style: { width: `${100 * done / Math.max(1, answers.length)}%` } })),
  h('span', { class: 'minor' }, place < answers.length ? `${place + 1} of ${answers.length}` : `${done} of ${answers.length} done`));
}

/** @param {Saved} how */
function showSaved({ unsent, offline, kept }) {
  saved.className = `save-state ${offline ? 'offline' : unsent ? 'saving' : 'all-saved'}`;
  saved.textContent = unsent === 0 ? 'Saved'
    : !offline ? 'Saving…'
      : kept ? `No connection: ${unsent} kept on this device` : `No connection: keep this page open, ${unsent} not saved`;
}

// Dialogs and keys.

/**
 * @param {string} title
 * @param {Child} content
 * @param {(close: () => void) => Child} actions
 */
function dialog(title, content, actions) {
  if (document.querySelector('dialog[open]')) {
    return;
  }
  /** @type {HTMLDialogElement} */
  const box = h('dialog', { class: 'dialog', 'aria-labelledby': 'dialog-title', on: { close: () => box.remove() } }, h('h2', { id: 'dialog-title' }, title), content,
    h('div', { class: 'actions wrap' }, actions(() => box.close())));
  document.body.append(box);
  box.showModal();
}

function stop() {
  dialog('Stop taking part?', [h('p', null, 'You can close the page and continue later with the same link. If you want to stop for good, choose what happens to your ratings.')], close => [
    h('button', { type: 'button', class: 'primary', on: { click: close } }, 'Continue rating'),
    h('button', { type: 'button', on: { click: () => { close(); act('stop?remove=false', show); } } }, 'Stop and keep my ratings'),
    h('button', { type: 'button', class: 'danger', on: { click: () => { close(); act('stop?remove=true', show); } } }, 'Stop and delete my ratings')]);
}

function help() {
  /** @type {[string[], string][]} */
  const rows = [[['1', '…', '9'], 'select that choice and go to the next line'], [['j', 'k'], 'next or previous line'], [['n', 'b'], 'next or previous answer'], [['s'], 'skip'], [['c'], 'comment'], [['d'], 'show or hide all definitions'], [['o'], 'overview']];
  dialog('Help and shortcuts', [
    h('p', null, 'Every click is saved at once. You can change your ratings until you submit, and continue later with the same link.'),
    h('dl', { class: 'keys' }, rows.map(([names, what]) => h('div', null, h('dt', null, names.map(name => h('kbd', null, name))), h('dd', null, what))))],
  close => [h('button', { type: 'button', class: 'primary', on: { click: close } }, 'Close')]);
}

/** @param {KeyboardEvent} event */
function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !page || document.querySelector('dialog[open]')) {
    return;
  }
  if (event.target instanceof HTMLTextAreaElement) {
    if (event.key === 'Escape') {
      event.target.blur();
    }
    return;
  }
  const { axes, comment } = page;
  const current = axes?.findIndex(axis => axis.element.contains(document.activeElement)) ?? -1;
  /** @param {number} index */
  const focus = index => (axes?.[index]?.inputs.find(input => input.checked) ?? axes?.[index]?.inputs[0])?.focus();
  const at = current >= 0 ? current : Math.max(0, axes?.findIndex(axis => !axis.inputs.some(input => input.checked)) ?? 0);
  /** @type {Record<string, (() => void) | undefined>} */
  const actions = {
    n: page.next, b: page.back, s: page.skip, o: page.isAnswer ? () => go(answers.length) : undefined, '?': help,
    c: comment && (() => comment.focus()),
    d: axes && (() => {
      defined = !defined;
      axes.forEach(axis => axis.reveal(defined));
    }),
    j: axes && (() => focus(current < 0 ? at : Math.min(current + 1, axes.length - 1))),
    k: axes && (() => focus(Math.max(0, at - 1))),
  };
  const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
  const number = axes && /^[1-9]$/.test(event.key) ? axes[at].inputs[Number(event.key) - 1] : undefined;
  if (axes && number) {
    event.preventDefault();
    number.click();
    at + 1 < axes.length ? focus(at + 1) : number.focus();
  } else if (action) {
    event.preventDefault();
    action();
  }
}
