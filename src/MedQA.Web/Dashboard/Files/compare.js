// Compares runs with the first of them, on the questions that both answered, and lists the questions on which two differ.

import { called } from './annotate.js';
import { call } from './api.js';
import { documentCards, documentParts, readDocument } from './document.js';
import { fill, h, sign, spoken } from './dom.js';
import { ago, nameOf, none, of, percent } from './format.js';
import { empty, heading, loading, mark, problemBox, section, table } from './parts.js';

/**
 * @import { Context } from './app.js'
 * @import { Schemas } from './types'
 * @typedef {Schemas['RunResource']} Run
 * @typedef {Schemas['PairedComparison']} Pair
 */

const page = 100;
const most = 6;
/** Above this p, after Holm's correction, a difference can well be chance. */
const chance = 0.05;

/**
 * @param {HTMLElement} main
 * @param {Pick<Context, 'query' | 'signal' | 'title'>} context
 */
export async function show(main, { query, signal, title }) {
  title('Compare');
  /** The runs in their order, the baseline first; an empty text where none is chosen yet. */
  let chosen = [...new Set((query.get('runs') ?? '').split(',').filter(run => /^[a-z2-7]{16}$/.test(run)))].slice(0, most);
  const choice = h('div', { class: 'compare-choice' });
  const result = h('div', { class: 'stack' });
  fill(main, h('div', { class: 'page-head' }, h('div', null, heading('Compare runs'), h('p', { class: 'minor' }, 'Each with the first, on the questions that both answered.'))), choice, result);
  fill(choice, loading('Reading the runs…'));
  /** @type {Run[]} */
  let runs;
  try {
    runs = (await call('/api/runs?state=accepted&take=500', { signal })).runs.filter(run => run.graded > 0);
    // A run in the address may be older than the listed ones.
    for (const run of chosen.filter(name => !runs.some(known => known.run === name))) {
      runs.push(await call(`/api/runs/${run}`, { signal }));
    }
  } catch (problem) {
    if (!signal.aborted) {
      fill(choice, problemBox(problem, () => show(main, { query, signal, title })));
    }
    return;
  }
  if (runs.length < 2) {
    fill(choice, empty('At least two runs are needed', 'Run the same questions with two profiles or models, then compare the runs here.', h('a', { class: 'button primary', href: '#/new' }, 'New run')));
    return;
  }
  while (chosen.length < 2) {
    chosen.push('');
  }
  draw();
  read();

  function draw() {
    fill(choice,
      h('ol', { class: 'plain compare-runs' }, chosen.map((run, place) => {
        const box = h('select', { on: { change: () => { chosen[place] = box.value; read(); } } },
          h('option', { value: '' }, 'Choose a run…'),
          runs.map(known => h('option', { value: known.run }, `${called(known)} · ${ago(known.created)} · ${known.run.slice(0, 6)}`)));
        box.value = run;
        return h('li', null,
          h('label', null, h('span', null, placeName(place)), box),
          h('span', { class: 'compare-act' },
            place === 0 ? null : h('button', { type: 'button', class: 'small', 'aria-label': `Make first: ${placeName(place)}`, on: { click: () => { chosen = [run, ...chosen.filter((_, other) => other !== place)]; draw(); read(); } } }, 'Make first'),
            chosen.length > 2 ? h('button', { type: 'button', class: 'small', 'aria-label': `Remove: ${placeName(place)}`, on: { click: () => { chosen.splice(place, 1); draw(); read(); } } }, 'Remove') : null));
      })),
      chosen.length < most ? h('button', { type: 'button', class: 'add', on: { click: () => { chosen.push(''); draw(); choice.querySelectorAll('select')[chosen.length - 1].focus(); } } }, 'Add a run') : h('p', { class: 'minor' }, `At most ${most} runs can be compared here; medqa compare takes 20.`));
  }

  async function read() {
    const compared = chosen.filter(run => run);
    history.replaceState(null, '', `#/compare${compared.length ? `?runs=${compared.join(',')}` : ''}`);
    if (compared.length < 2 || !chosen[0]) {
      fill(result, empty('Choose two runs', 'The first is usually the baseline.'));
      return;
    }
    if (new Set(compared).size < compared.length) {
      fill(result, empty('A run is chosen twice', 'Choose different runs.'));
      return;
    }
    const asked = compared.join(',');
    const isAsked = () => !signal.aborted && asked === chosen.filter(run => run).join(',');
    const parameters = /** @type {const} */ (`runs=${asked}&pairs=first`);
    fill(result, loading('Comparing question by question…'));
    try {
      const [comparison, details] = await Promise.all([call(`/api/compare?${parameters}`, { signal }), readDocument(`/api/compare?${parameters}`, signal)]);
      if (isAsked()) {
        fill(result, differences(comparison, compared), sizes(details), h('details', { class: 'card' }, h('summary', null, 'Every figure of the comparison'), h('div', { class: 'stack' }, documentCards(details))), flips(compared));
      }
    } catch (problem) {
      if (isAsked()) {
        fill(result, problemBox(problem, problem.status === 409 ? null : read));
      }
    }
  }

  /** The plots of accuracy against size. @param {Schemas['DocumentSections']} details */
  function sizes({ blocks }) {
    const start = blocks.findIndex(block => block.kind === 'heading' && block.text === 'Accuracy and size');
    const end = blocks.findIndex((block, index) => index > start && block.kind === 'heading' && (block.level ?? 0) < 3);
    return start < 0 ? null : section('Accuracy and size', documentParts(blocks.slice(start + 1, end < 0 ? undefined : end), 'Accuracy and size', { fewRows: 0 }));
  }

  /** @param {string} run */
  const known = run => runs.find(one => one.run === run);

  /** @param {string} run */
  const nameIn = run => {
    const found = known(run);
    return found ? nameOf(found) : run;
  };

  /**
   * What differs, in words and figures.
   * @param {Schemas['RunComparison']} comparison
   * @param {string[]} compared
   */
  function differences({ pairs, familySize, warnings }, compared) {
    const isSeveral = new Set(pairs.map(pair => pair.dataset)).size > 1;
    /** @param {string} name */
    const place = name => compared.findIndex(run => name.endsWith(`(${run})`));
    // This page asks for no interval of many looks: a pair has one only since a run stopped early, and none before the first common answer.
    /** @param {Pair} pair */
    const isStopped = pair => Boolean(pair.anytime) || [compared[0], compared[place(pair.second)]].some(run => known(run)?.stoppedAfter !== undefined);
    return section(`Against ${nameIn(compared[0])}`,
      warnings.map(text => h('p', { class: 'notice', role: 'note' }, h('span', null, sign('⚠ '), text))),
      h('ul', { class: 'plain said' }, pairs.filter(pair => !isSeveral || !pair.dataset).map(pair => h('li', null, change(pair), h('span', null, h('strong', null, ordinal(chosen.indexOf(compared[place(pair.second)]))), ` (${described(compared[place(pair.second)])}) `, sentence(pair, isStopped(pair)))))),
      table('Differences from the first run', [
        { name: 'Run' }, ...isSeveral ? [{ name: 'Data set' }] : [], { name: 'Questions', number: true }, { name: 'First run', number: true }, { name: 'This run', number: true },
        { name: 'Difference', number: true }, { name: '95 % interval, points', number: true }, { name: 'p after Holm', number: true },
      ], pairs.map(pair => [
        ordinal(chosen.indexOf(compared[place(pair.second)])), ...isSeveral ? [pair.dataset ?? 'all'] : [], pair.questions.toLocaleString('en-US'), percent(pair.firstAccuracy), percent(pair.secondAccuracy),
        change(pair), ...isStopped(pair) ? [pair.anytime ? range(pair.anytime.interval) : none, none] : [range(pair.interval), pair.holmP < 0.0001 ? '< 0.0001' : pair.holmP.toFixed(4)],
      ]), { className: 'wide' }),
      h('p', { class: 'minor' }, `A difference is the accuracy of this run less that of the first, in percentage points on the questions that both answered: positive where this run is better. Each p is of McNemar’s test and corrected for ${familySize === 1 ? 'one test' : `${familySize} tests`} (Holm); the intervals are not.${pairs.some(isStopped) ? ' Where a run stopped early, the interval is one that is valid in spite of it, and no p is shown: the test supposes a number of questions that was fixed before.' : ''}`));
  }

  /** @param {string} run */
  function described(run) {
    const found = known(run);
    return found ? called(found) : run;
  }

  /**
   * The questions that only one of two runs answered right.
   * @param {string[]} compared
   */
  function flips(compared) {
    const list = h('ul', { class: 'plain flips' });
    const tail = h('div', { class: 'more' });
    const [a, ...others] = compared;
    let b = others[0];
    const box = h('select', { on: { change: () => { b = box.value; list.replaceChildren(); more(0); } } }, others.map(run => h('option', { value: run }, `${placeName(chosen.indexOf(run))}: ${described(run)}`)));
    const card = section('Questions that flipped', others.length > 1 ? h('label', { class: 'tool' }, h('span', null, 'Between the first run and'), box) : null, list, tail);
    more(0);
    return card;

    /** @param {number} from */
    async function more(from) {
      const other = b;
      fill(tail, loading('Finding questions…'));
      try {
        const { flips, next } = await call(`/api/compare/flips?runs=${a},${other}&take=${page}&from=${from}`, { signal });
        if (other !== b) {
          return;
        }
        list.append(...flips.map(flip => item(flip, a, other, ordinal(compared.indexOf(other)))));
        fill(tail, next === undefined ? null : h('button', { type: 'button', on: { click: () => more(next) } }, 'Show more'));
        if (!list.hasChildNodes()) {
          fill(tail, h('p', { class: 'minor' }, 'None: both runs answered the same questions right.'));
        }
      } catch (problem) {
        if (!signal.aborted && other === b) {
          fill(tail, problemBox(problem, () => more(from)));
        }
      }
    }
  }
}

const ordinals = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'];
/** @param {number} place */
const ordinal = place => ordinals[place] ? `${ordinals[place][0].toUpperCase()}${ordinals[place].slice(1)} run` : none;
/** @param {number} place */
const placeName = place => place === 0 ? 'First run (baseline)' : ordinal(place);
/** In percentage points. @param {Pair} pair */
const points = pair => Math.abs(100 * pair.difference).toFixed(1);

/** A difference with its sign, its colour and a word for it. @param {Pair} pair */
function change(pair) {
  const [kind, symbol, word] = pair.difference > 0 ? ['better', '▲', 'better'] : pair.difference < 0 ? ['worse', '▼', 'worse'] : ['same', '=', 'the same'];
  return h('span', { class: `change ${kind}` }, sign(`${symbol} `), `${pair.difference > 0 ? '+' : pair.difference < 0 ? '−' : ''}${points(pair)} points`, spoken(`, ${word}`));
}

/** In percentage points. @param {Schemas['Interval']} interval */
const range = ({ lower, upper }) => `${(100 * lower).toFixed(1)} to ${(100 * upper).toFixed(1)}`;

/**
 * @param {Pair} pair
 * @param {boolean} isStopped Whether one of the runs stopped early: what supposes a fixed number of questions then says nothing.
 */
function sentence(pair, isStopped) {
  const [first, second] = [Math.round(pair.firstAccuracy * pair.questions), Math.round(pair.secondAccuracy * pair.questions)];
  const right = `${of(second, pair.questions)} questions right, the first run ${first.toLocaleString('en-US')}`;
  if (pair.difference === 0) {
    return `is as good as the first: ${right}.${isStopped ? ` ${anytimeText(pair)}` : ''}`;
  }
  return `is ${points(pair)} points ${pair.difference > 0 ? 'better' : 'worse'} than the first: ${right}. ${isStopped ? `${anytimeVerdict(pair)}${anytimeText(pair)}` : pair.holmP < chance ? moreThanChance : canBeChance}`;
}

const moreThanChance = 'More than chance would explain.';
const canBeChance = 'The difference can be chance.';

/** @param {Pair} pair */
const anytimeVerdict = ({ anytime }) => !anytime ? '' : `${anytime.interval.lower > 0 || anytime.interval.upper < 0 ? moreThanChance : canBeChance} `;

/** @param {Pair} pair */
const anytimeText = ({ anytime }) => anytime
  ? `95 % interval ${range(anytime.interval)} points, from ${anytime.questions.toLocaleString('en-US')} questions: valid although a run stopped early.`
  : 'A run stopped early, and the runs have no interval that is valid in spite of it.';

/**
 * @param {Schemas['Flip']} flip
 * @param {string} a
 * @param {string} b
 * @param {string} second
 */
function item(flip, a, b, second) {
  /** @type {(name: string, run: string, answer: Schemas['FlipSide']) => HTMLElement} */
  const side = (name, run, answer) => h('a', { href: `#/runs/${run}/questions?at=${answer.ordinal}`, class: 'flip-side' },
    mark(answer.correct), h('span', null, `${name}: ${answer.answer ?? 'no answer'}`), h('span', { class: 'minor' }, percent(answer.agreement)));
  return h('li', { class: 'flip' },
    h('div', null, h('p', { class: 'question-text' }, flip.text ?? flip.id), h('p', { class: 'minor' }, `${flip.id} · right is ${flip.gold}`)),
    h('div', { class: 'flip-sides' }, side('First run', a, flip.first), side(second, b, flip.second)));
}
