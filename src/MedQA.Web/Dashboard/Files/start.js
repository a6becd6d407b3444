// A new run: the file, the profile, the estimate, then the start.

import { call } from './api.js';
import { columnMap, columnsIn, columnsOf } from './columns.js';
import { confirm } from './dialogs.js';
import { fill, h } from './dom.js';
import { count, duration, money, plural } from './format.js';
import { facts, heading, loading, problemBox } from './parts.js';

/**
 * @import { Context } from './app.js'
 * @import { Schemas } from './types'
 * @typedef {Schemas['Profile']} Profile
 */

const usual = 'self-consistency';
const notations = { detect: 'Detect from the file', letter: 'Letters: A is the first', fromZero: 'Numbers: 0 is the first', fromOne: 'Numbers: 1 is the first', text: 'The option’s text' };
const parts = { all: 'All questions', limit: 'Only the first …', sample: 'A random sample of …' };
const mostSamples = 1000;
/** @param {number} bytes */
const sizes = bytes => bytes < 1024 ? `${bytes} bytes` : bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;

/**
 * @param {HTMLElement} main
 * @param {Pick<Context, 'signal' | 'title'>} context
 */
export async function show(main, { signal, title }) {
  title('New run');
  /** @type {File | null} */
  let file = null;
  /** @type {Profile[]} */
  let profiles = [];
  let chosen = usual;
  // The person's own choice is never changed; a proposal keeps what it took the place of.
  let chosenByPerson = false;
  /** @type {string | null} */
  let before = null;
  /** @type {Schemas['RunEstimate'] | null} */
  let known = null;
  /** @type {AbortController | null} */
  let measuring = null;
  /** @type {HTMLInputElement} */
  const picker = h('input', { type: 'file', id: 'file', class: 'spoken', accept: '.csv,.tsv,.json,.jsonl,.parquet,.xlsx,.zip,.gz,.txt', on: { change: () => picker.files?.[0] && take(picker.files[0]) } });
  const named = h('p', { class: 'file-name', role: 'status' });
  const drop = h('div', { class: 'drop' }, picker,
    h('p', null, h('strong', null, 'Drop a question set here')), h('p', null, h('label', { for: 'file', class: 'button' }, 'Choose a file')), named,
    h('p', { class: 'minor' }, 'CSV with a header: question, option_a, option_b … and answer. TSV, JSON lines, Parquet, Excel and the benchmarks’ own formats are supported too.'));
  const model = h('select', { id: 'model', on: { change: () => changeModel() } });
  const second = h('h2', { id: 'step-2' }, '2. Profile');
  // Shown only where there is a choice.
  const models = h('div', { class: 'field-block', hidden: true }, h('label', { class: 'field', for: 'model' }, 'Model'), model);
  const proposed = h('div', { class: 'said', role: 'status' });
  const list = h('fieldset', { class: 'plain-set profiles' }, h('legend', null, 'Reading the profiles…'));
  /** @type {HTMLInputElement} */
  const ownFile = h('input', { type: 'file', id: 'profile-file', class: 'spoken', accept: '.json,application/json', on: { change: () => ownFile.files?.[0] && store(ownFile.files[0]) } });
  const stored = h('div', { class: 'said', role: 'status' });
  const remove = h('button', { type: 'button', hidden: true, on: { click: discard } });
  /** @type {HTMLInputElement} */
  const samples = h('input', { type: 'text', inputmode: 'numeric', id: 'samples', autocomplete: 'off', 'aria-describedby': 'samples-help', on: { input: describe, change: vary } });
  const samplesHelp = h('p', { class: 'minor', id: 'samples-help' });
  /** @type {HTMLInputElement} */
  const seed = h('input', { type: 'text', inputmode: 'numeric', id: 'seed', autocomplete: 'off', 'aria-describedby': 'seed-help', on: { input: describe, change: () => estimate() } });
  const seedHelp = h('p', { class: 'minor', id: 'seed-help' });
  const notation = h('select', { id: 'notation', on: { change: () => estimate() } }, Object.entries(notations).map(([name, text]) => h('option', { value: name }, text)));
  const several = h('input', { type: 'checkbox', id: 'several', on: { change: () => estimate() } });
  /** @type {HTMLDetailsElement} */
  const naming = h('details', null, h('summary', null, 'How the file names right options'), h('label', { class: 'field', for: 'notation' }, 'Notation'), notation,
    h('label', { class: 'check' }, several, ' Several options of a question can be right: every question asks for all of them'));
  const part = h('select', { id: 'part', on: { change: () => { size.hidden = part.value === 'all'; estimate(); } } }, Object.entries(parts).map(([name, text]) => h('option', { value: name }, text)));
  /** @type {HTMLInputElement} */
  const size = h('input', { type: 'number', id: 'part-size', min: '1', max: '1000000', step: '1', value: '20', hidden: true, 'aria-label': 'How many questions', on: { change: () => estimate() } });
  /** @type {HTMLInputElement} */
  const until = h('input', { type: 'text', inputmode: 'decimal', id: 'until', autocomplete: 'off', 'aria-describedby': 'until-help', on: { input: describe } });
  const untilHelp = h('p', { class: 'minor', id: 'until-help' });
  const columns = columnMap(() => estimate());
  const again = h('input', { type: 'checkbox', id: 'again' });
  const estimated = h('div', { class: 'estimate', 'aria-live': 'polite' });
  const start = h('button', { type: 'button', class: 'primary big-button', disabled: true, on: { click: go } }, 'Start the run');
  const failed = h('div');
  fill(main,
    h('div', { class: 'page-head' }, heading('New run')),
    h('div', { class: 'start' },
      h('section', { class: 'card', 'aria-labelledby': 'step-1' }, h('h2', { id: 'step-1' }, '1. Questions'), drop,
        h('label', { class: 'field', for: 'part' }, 'Ask'), h('div', { class: 'part' }, part, size),
        h('div', { class: 'field-block' }, h('label', { class: 'field', for: 'until' }, 'Stop once the accuracy is known to ± points'), until, untilHelp),
        naming, columns.element),
      h('section', { class: 'card', 'aria-labelledby': 'step-2' }, second, models, proposed, list,
        h('div', { class: 'own-profile' }, ownFile, h('label', { for: 'profile-file', class: 'button' }, 'Use a profile file…'), remove, h('span', { class: 'minor' }, 'JSON. It is stored for everybody who uses this service.')), stored,
        h('div', { class: 'varied' },
          h('div', { class: 'field-block' }, h('label', { class: 'field', for: 'samples' }, 'Samples per question'), samples, samplesHelp),
          h('div', { class: 'field-block' }, h('label', { class: 'field', for: 'seed' }, 'Seed'), seed, seedHelp)),
        h('label', { class: 'check' }, again, ' Start a new run even if this file was run with this profile and model before')),
      h('section', { class: 'card takes', 'aria-labelledby': 'step-3' }, h('h2', { id: 'step-3' }, '3. Estimate'), estimated, failed, h('p', { class: 'actions' }, start))));
  fill(estimated, h('p', { class: 'minor' }, 'Choose a file to check it and see an estimate. Nothing is stored or asked yet.'));
  for (const event of ['dragenter', 'dragover']) {
    document.addEventListener(event, over, { signal });
  }
  document.addEventListener('dragleave', event => event.relatedTarget === null && drop.classList.remove('over'), { signal });
  document.addEventListener('drop', event => {
    event.preventDefault();
    drop.classList.remove('over');
    event.dataTransfer?.files[0] && take(event.dataTransfer.files[0]);
  }, { signal });
  try {
    const [listed, offered] = await Promise.all([call('/api/profiles', { signal }), call('/api/models', { signal })]);
    profiles = listed;
    fill(model, offered.map(one => h('option', { value: one.name }, one.endpoint ? `${one.name}, asked at ${one.endpoint.host}` : one.name)));
    models.hidden = offered.length < 2;
    fill(second, models.hidden ? '2. Profile' : '2. Model and profile');
    chosen = usualOf(profiles);
    describe();
    showProfiles();
    estimate();
  } catch (problem) {
    signal.aborted || fill(list, h('legend', { class: 'spoken' }, 'Profile'), problemBox(problem, () => show(main, { signal, title })));
  }

  /** @param {Event} event */
  function over(event) {
    event.preventDefault();
    drop.classList.add('over');
  }

  /** @param {File} taken */
  function take(taken) {
    file = taken;
    columns.forget();
    fill(named, h('strong', null, file.name), ` · ${sizes(file.size)}`);
    fill(failed);
    estimate();
  }

  function showProfiles() {
    fill(list, h('legend', { class: 'spoken' }, 'Profile'), profiles.map(profile => {
      const takes = known?.alternatives.find(one => one.profile === profile.name);
      const id = `profile-${profile.name}`;
      // Said in two words where it is the same for most of them, and in the service's own words elsewhere.
      const needsOptions = takes?.rejection !== undefined && isFree(known) && !profile.writesFreeAnswers;
      return h('div', { class: takes?.rejection ? 'profile unsuited' : 'profile' },
        h('input', { type: 'radio', name: 'profile', id, value: profile.name, checked: profile.name === chosen, disabled: takes?.rejection !== undefined && profile.name !== chosen, 'aria-describedby': `${id}-says ${id}-takes`, on: { change: () => choose(profile.name) } }),
        h('label', { for: id }, profile.name),
        h('p', { class: 'profile-takes', id: `${id}-takes` }, needsOptions ? 'needs options' : takes && !takes.rejection ? figures(takes, known?.currency) : null),
        h('p', { class: 'minor', id: `${id}-says` }, needsOptions ? null : takes?.rejection ? sentence(takes.rejection) : `${profile.description} ${asks(profile, givenSamples())}`));
    }));
  }

  /** @param {string} name */
  function choose(name) {
    [chosen, chosenByPerson, before] = [name, true, null];
    fill(proposed);
    fill(stored);
    fill(failed);
    describe();
    estimate();
  }

  /** Proposes a profile for free answers where the set has no others, and takes that back for another set. Whether the profile is another now. */
  function propose() {
    const free = isFree(known);
    if (chosenByPerson || known === null) {
      return false;
    }
    const current = profiles.find(profile => profile.name === chosen);
    const freely = profiles.find(profile => profile.writesFreeAnswers && !known?.alternatives.find(one => one.profile === profile.name)?.rejection);
    if (free && freely && !current?.writesFreeAnswers) {
      before = chosen;
      chosen = freely.name;
      fill(proposed, h('div', { class: 'notice' },
        h('p', null, 'The questions have no options to choose among, so ', h('strong', null, chosen), ' is selected, which writes free answers.'),
        h('button', { type: 'button', on: { click: () => { const back = before ?? usual; choose(back); showProfiles(); focusOn(back); } } }, `Go back to ${before}`)));
      return true;
    }
    if (!free && before !== null) {
      [chosen, before] = [before, null];
      fill(proposed);
      return true;
    }
    return false;
  }

  /** Says what samples and seed are, or what is wrong with them, and whether the run can be started. */
  function describe() {
    const profile = profiles.find(one => one.name === chosen);
    const single = profile !== undefined && !profile.takesSamples;
    samples.disabled = single;
    if (single) {
      samples.value = '';
    }
    remove.hidden = profile?.stored !== true;
    fill(remove, `Delete ${chosen}…`);
    const wrong = { samples: wrongSamples(samples.value.trim()), seed: wrongSeed(seed.value.trim()), until: wrongUntil(until.value.trim()) };
    tell(until, untilHelp, wrong.until, until.value.trim() ? 'Asked in a random order until the 95 % interval is that narrow. It holds although the run stops by what it sees. The estimate is for all questions.' : 'Blank: all questions are asked.');
    tell(samples, samplesHelp, wrong.samples, single ? `${chosen} takes one.` : profile ? `Blank: the profile’s, ${profile.samples}.` : '');
    tell(seed, seedHelp, wrong.seed, profile ? `Blank: the profile’s, ${profile.seed}.` : '');
    start.disabled = file === null || profiles.length === 0 || wrong.samples !== null || wrong.seed !== null || wrong.until !== null;
    return wrong.samples === null && wrong.seed === null;
  }

  /** The samples that are asked for in place of the profiles' own, or null. */
  function givenSamples() {
    const text = samples.value.trim();
    return text === '' || wrongSamples(text) !== null ? null : Number(text);
  }

  /** Shows what the profiles ask with other samples. */
  function vary() {
    describe();
    showProfiles();
    estimate();
  }

  /** Deletes the selected profile, which somebody has stored. */
  async function discard() {
    const name = chosen;
    if (!await confirm({ title: `Delete profile ${name}?`, text: 'It is deleted for everybody who uses this service. Runs keep their profiles. This cannot be undone.', action: 'Delete the profile', danger: true })) {
      return;
    }
    try {
      await call(/** @type {const} */ (`/api/profiles/${encodeURIComponent(name)}`), { method: 'DELETE', signal });
      profiles = await listed();
      choose(usualOf(profiles));
      showProfiles();
      fill(stored, h('p', null, h('strong', null, name), ' is deleted.'));
      focusOn(chosen);
    } catch (problem) {
      signal.aborted || fill(stored, problemBox(problem));
    }
  }

  /** The profiles for the chosen model: its folder can have some of its own. */
  function listed() {
    return call(/** @type {const} */ (`/api/profiles?${new URLSearchParams(models.hidden ? {} : { model: model.value })}`), { signal });
  }

  async function changeModel() {
    measuring?.abort();
    fill(failed);
    try {
      profiles = await listed();
      chosen = profiles.some(profile => profile.name === chosen) ? chosen : usualOf(profiles);
      known = null;
      describe();
      showProfiles();
      await estimate();
    } catch (fault) {
      signal.aborted || fill(failed, problemBox(fault, changeModel));
    }
  }

  /** Reads the profiles again where the selected one is another now than the page shows. @param {any} problem */
  async function refresh(problem) {
    if (problem.details?.type !== 'urn:medqa:other-profile') {
      return;
    }
    try {
      profiles = await listed();
      chosen = profiles.some(profile => profile.name === chosen) ? chosen : usualOf(profiles);
      describe();
      showProfiles();
    } catch (fault) {
      signal.aborted || fill(stored, problemBox(fault));
    }
  }

  /** Stores the profile of a file, then selects it. @param {File} given */
  async function store(given) {
    ownFile.value = '';
    fill(stored, loading('Checking the profile…'));
    const text = await given.text();
    // The service checks the file; only the name is needed for its address, and a file may have comments.
    const name = nameIn(text) ?? given.name.replace(/\.json$/i, '');
    try {
      const path = /** @type {const} */ (`/api/profiles/${encodeURIComponent(name)}`);
      const profile = await call(path, { method: 'PUT', body: new Blob([text], { type: 'application/json' }), signal });
      const replaced = profiles.some(one => one.name === profile.name);
      profiles = await listed();
      choose(profile.name);
      showProfiles();
      fill(stored, h('p', null, h('strong', null, profile.name), replaced ? ' is stored in place of the one before, and selected.' : ' is stored and selected.'));
      focusOn(profile.name);
    } catch (problem) {
      signal.aborted || fill(stored, problemBox({ title: 'The profile cannot be used', message: problem.message, details: problem.details }));
    }
  }

  /** @param {string} name */
  function focusOn(name) {
    document.getElementById(`profile-${name}`)?.focus();
  }

  /** @param {File} file */
  function parameters(file) {
    const hash = profiles.find(profile => profile.name === chosen)?.hash;
    return {
      profile: chosen, name: file.name,
      ...!models.hidden && { model: model.value },
      // What is asked is what the page shows, whatever is stored under the name meanwhile.
      ...hash && { profileHash: hash },
      ...samples.value.trim() && { samples: samples.value.trim() },
      ...seed.value.trim() && { seed: seed.value.trim() },
      ...notation.value !== 'detect' && { answerNotation: notation.value },
      ...several.checked && { rightAnswers: 'several' },
      ...part.value !== 'all' && { [part.value]: size.value },
      ...columns.text() && { map: columns.text() ?? '' },
    };
  }

  async function estimate() {
    if (!describe() || file === null || profiles.length === 0) {
      return;
    }
    measuring?.abort();
    const mine = measuring = new AbortController();
    fill(estimated, loading('Reading the file…'));
    try {
      const path = /** @type {const} */ (`/api/estimates?${new URLSearchParams({ ...parameters(file), alternatives: 'true' })}`);
      const read = await call(path, { method: 'POST', body: file, signal: AbortSignal.any([mine.signal, signal]) });
      if (measuring !== mine) {
        return;
      }
      known = read;
      // A column that its own name calls metadata is found by that name.
      const own = await columnsOf(file);
      naming.open ||= read.firstRejected.some(row => row.reason.includes('rightAnswers=several'));
      columns.show([...(read.metadata ?? []).map(name => own.includes(`meta:${name}`) ? `meta:${name}` : name), ...columnsIn([...read.warnings, ...read.firstRejected.map(row => row.reason)])], false);
      const other = propose();
      const focused = list.contains(document.activeElement);
      showProfiles();
      focused && focusOn(chosen);
      if (other) {
        await estimate();
      } else {
        fill(estimated, estimateView(read));
      }
    } catch (problem) {
      if (measuring === mine && !signal.aborted) {
        // What the last file took says nothing of this one.
        known = null;
        if (before !== null) {
          [chosen, before] = [before, null];
          fill(proposed);
          describe();
        }
        const focused = list.contains(document.activeElement);
        showProfiles();
        focused && focusOn(chosen);
        fill(estimated, problemBox(problem, estimate));
        naming.open ||= String(problem.message).includes('rightAnswers=several');
        await refresh(problem);
        problem.status === 400 && columns.show([...await columnsOf(file), ...columnsIn([problem.message])], true);
      }
    }
  }

  async function go() {
    if (file === null || !describe()) {
      return;
    }
    measuring?.abort();
    measuring = null;
    start.disabled = true;
    fill(failed, loading('Checking the file…'));
    try {
      const path = /** @type {const} */ (`/api/runs?${new URLSearchParams({ ...parameters(file), ...until.value.trim() && { until: until.value.trim() }, ...again.checked && { again: 'true' } })}`);
      const run = await call(path, { method: 'POST', body: file, signal });
      location.hash = `#/runs/${run.run}`;
    } catch (problem) {
      if (!signal.aborted) {
        start.disabled = false;
        fill(failed, problemBox(problem));
        await refresh(problem);
      }
    }
  }
}

/** The profile that is selected first. @param {Profile[]} profiles */
const usualOf = profiles => profiles.some(profile => profile.name === usual) ? usual : profiles[0]?.name ?? usual;

/** What a profile asks per question. @param {Profile} profile @param {number | null} given Samples in place of its own. */
function asks(profile, given) {
  if (profile.scoresOptions) {
    return 'Generates nothing.';
  }
  const samples = given !== null && profile.takesSamples ? given : profile.samples;
  const drawn = samples === 1 ? '1 sample' : `${count(samples)} samples`;
  return `${drawn}${profile.refinements > 0 ? ` and ${plural(profile.refinements, 'refinement')}` : ''}, temperature ${profile.temperature}, at most ${plural(profile.maxTokens, 'token')} each${'thinkingTokens' in profile ? `, ${plural(Number(profile.thinkingTokens), 'token')} of them thought` : ''}.`;
}

/** What a run with a profile takes, in a few words. @param {Schemas['ProfileEstimate']} takes @param {string} [currency] */
function figures(takes, currency) {
  const texts = [
    takes.expectedSeconds === undefined ? null : `about ${duration(takes.expectedSeconds)}`,
    currency === undefined ? null : takes.expectedCost !== undefined ? `about ${money(takes.expectedCost, currency)}` : takes.maxCost !== undefined ? `at most ${money(takes.maxCost, currency)}` : null,
  ].filter(text => text !== null);
  return texts.length ? texts.join(' · ') : takes.expectedGeneratedTokens !== undefined ? `about ${plural(takes.expectedGeneratedTokens, 'token')}`
    : takes.maxGeneratedTokens === 0 ? 'no tokens' : `at most ${plural(takes.maxGeneratedTokens, 'token')}`;
}

/** Whether no question of a set has options. @param {Schemas['RunEstimate'] | null} known */
const isFree = known => known !== null && known.questions > 0 && known.freeAnswers === known.questions;

/** @param {string} text */
const sentence = text => text.charAt(0).toUpperCase() + text.slice(1);

/** What is wrong with a number of samples, or null. @param {string} text */
function wrongSamples(text) {
  return text === '' || /^[0-9]{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= mostSamples ? null : `Must be a whole number from 1 to ${count(mostSamples)}.`;
}

/** What is wrong with a half-width in percentage points, or null. @param {string} text */
function wrongUntil(text) {
  const points = text.match(/^(?:±|\+-)?\s*([0-9]{1,2}(?:\.[0-9]{1,4})?)\s*%?$/)?.[1];
  return text === '' || points !== undefined && Number(points) >= 0.1 && Number(points) <= 25 ? null : 'Must be percentage points from 0.1 to 25, such as 2 or 2.5 (with a point).';
}

/** What is wrong with a seed, or null. @param {string} text */
function wrongSeed(text) {
  if (text === '') {
    return null;
  }
  return /^-?[0-9]{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text) ? null : 'Must be a whole number.';
}

/** Shows a field's fault, or what it is for. @param {HTMLInputElement} field @param {HTMLElement} help @param {string | null} wrong @param {string} otherwise */
function tell(field, help, wrong, otherwise) {
  wrong === null ? field.removeAttribute('aria-invalid') : field.setAttribute('aria-invalid', 'true');
  help.className = wrong === null ? 'minor' : 'minor wrong-value';
  const text = wrong ?? otherwise;
  if (help.textContent !== text) {
    help.textContent = text;
  }
}

/** The estimate and its sources. @param {Schemas['RunEstimate']} known */
function estimateView(known) {
  return [
    known.warnings.length ? h('div', { class: 'notice' }, known.warnings.map(text => h('p', null, text))) : null,
    facts([
      ['Questions', count(known.questions), h('span', { class: 'minor' }, known.graded === known.questions || isFree(known) ? '' : ` ${count(known.graded)} of them with a known right option`)],
      known.freeAnswers ? ['Without options', count(known.freeAnswers), h('span', { class: 'minor' }, ' for free answers')] : null,
      known.rejectedRows ? ['Unusable rows', count(known.rejectedRows)] : null,
      ['Time', known.expectedSeconds === undefined ? 'not known yet' : `about ${duration(known.expectedSeconds)}`, h('span', { class: 'minor' }, known.expectedSeconds === undefined ? '' : ' of work for one worker')],
      ['Tokens to generate', known.expectedGeneratedTokens === undefined ? `at most ${count(known.maxGeneratedTokens)}` : `about ${count(known.expectedGeneratedTokens)}`,
        known.expectedGeneratedTokens === undefined ? null : h('span', { class: 'minor' }, ` at most ${count(known.maxGeneratedTokens)}`)],
      known.host ? ['Questions sent to', known.host] : null,
      known.maxCost !== undefined && known.currency ? ['Cost', known.expectedCost === undefined ? `at most ${money(known.maxCost, known.currency)}` : `about ${money(known.expectedCost, known.currency)}`,
        known.expectedCost === undefined ? null : h('span', { class: 'minor' }, ` at most ${money(known.maxCost, known.currency)}`)] : null,
      ['Profile', known.profile],
      ['Model calls per question', plural(known.callsPerQuestion, 'time'), h('span', { class: 'minor' }, ` to ${known.model}`)],
    ]),
    known.unknown.map(text => h('p', { class: 'minor' }, text)),
    known.basedOn.length ? h('p', { class: 'minor' }, `From ${plural(known.basedOn.length, 'earlier run')} of this profile and model.`) : null,
    known.firstRejected.length ? h('details', null, h('summary', null, `Why ${plural(known.rejectedRows, 'row')} cannot be used`),
      h('ul', null, known.firstRejected.map(row => h('li', null, `Line ${row.line}${row.id ? ` (${row.id})` : ''}: ${row.reason}`)))) : null,
  ];
}

/** The name that a profile's file states, or undefined. @param {string} text */
function nameIn(text) {
  try {
    const name = JSON.parse(text).name;
    return typeof name === 'string' ? name : undefined;
  } catch {
    // Profiles may have comments, which JSON has not.
    return /"name"\s*:\s*"([^"\\/]+)"/.exec(text)?.[1];
  }
}
