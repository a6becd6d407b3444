// The sections of a report: what the run scored, and how it was asked.

import { agreementChart, calibrationChart, deferralChart, samplesChart } from './charts.js';
import { h, sign } from './dom.js';
import { count, duration, fraction, fractions, interval, moment, none, of, percent, plural } from './format.js';
import { facts, intervalBar, rangeText, section, table } from './parts.js';

const mostTopics = 60;

/** Every section of a report. */
export const reportSections = (report, run) => [
  warnings(report),
  headline(report),
  slices(report),
  ...confidence(report, run),
  guarantee(report),
  votes(report, run),
  letters(report),
  effort(report),
  asked(report),
];

function warnings(report) {
  return report.warnings.length === 0 ? null : h('div', { class: 'notice', role: 'note' }, report.warnings.map(text => h('p', null, sign('⚠ '), text)));
}

/** Accuracy beside what the literature reports. */
function headline(report) {
  const { accuracy, questions, macroAccuracy: macro, optionScoring: scoring } = report;
  const figure = accuracy.value === null || accuracy.value === undefined
    ? h('p', null, 'No accuracy: no question with a known right option was asked.')
    : h('div', { class: 'headline' },
      h('p', { class: 'big' }, report.provisional ? h('span', { class: 'provisional-tag' }, 'provisional') : null, percent(accuracy.value)),
      h('div', { class: 'headline-text' },
        h('p', null, `${of(accuracy.correct, accuracy.scored)} right · `, rangeText(accuracy), accuracy.clusters ? ` from ${plural(accuracy.clusters, 'cluster')} of questions that belong together` : ''),
        h('p', { class: 'minor' }, `guessing gives ${percent(accuracy.chance)}`, accuracy.standardError ? ` · standard error ${percent(accuracy.standardError)}` : '',
          macro && macro.datasets > 1 ? ` · mean of the ${macro.datasets} data sets ${percent(macro.value)} (${interval(macro.interval)})` : ''),
        scoring ? h('p', { class: 'minor' }, `acc_norm ${percent(scoring.correctByCodePoints / scoring.scored)} · acc_bytes ${percent(scoring.correctByBytes / scoring.scored)}`) : null));
  return section('Accuracy', figure, beside(report),
    facts([
      ['Rows in the file', count(questions.rows)],
      questions.rejected ? ['Rejected rows', count(questions.rejected)] : null,
      ['Asked', count(questions.asked)],
      ['Without an answer', count(questions.unanswered), h('span', { class: 'minor' }, ' wrong')],
      ['Failed', count(questions.failed), h('span', { class: 'minor' }, ` neither right nor wrong${(report.failures ?? []).map(failure => `; ${failure.code}: ${failure.questions}`).join('')}`)],
      questions.unaskable ? ['Cannot be asked', count(questions.unaskable), h('span', { class: 'minor' }, ` in no figure${(report.unaskableReasons ?? []).map(reason => `; ${reason.code}: ${reason.questions}`).join('')}`)] : null,
      questions.waiting ? ['Not asked yet', count(questions.waiting)] : null,
      questions.withoutGold ? ['Without a known answer', count(questions.withoutGold)] : null,
    ]),
    (report.notes ?? []).length === 0 ? null : h('details', null, h('summary', null, `${plural(report.notes.length, 'note')} about the file`), h('ul', null, report.notes.map(note => h('li', null, note)))));
}

/** Published results on one scale with the run's own data set. */
function beside(report) {
  const published = report.published ?? [];
  if (published.length === 0) {
    return h('p', { class: 'minor' }, 'No published results are known for these data sets.');
  }
  const comparable = published.filter(entry => entry.comparable && !entry.result.deferred);
  const own = report.datasets.filter(slice => comparable.some(entry => entry.dataset === slice.dataset) && slice.accuracy.value !== null);
  const rows = own.flatMap(slice => [
    { value: slice.accuracy.value, className: 'own-row', cells: [h('strong', null, 'This run'), h('strong', null, percent(slice.accuracy.value)), intervalBar(slice.accuracy.value, slice.accuracy.interval ?? slice.accuracy.bounds, slice.accuracy.chance), slice.dataset, count(slice.accuracy.scored), ''] },
    ...comparable.filter(entry => entry.dataset === slice.dataset).map(({ result }) => (
      { value: result.accuracy, cells: [result.model, percent(result.accuracy), intervalBar(result.accuracy, result.interval, null, 'published'), h('span', { class: 'minor' }, result.method), count(result.questions), h('span', { class: 'minor', title: `${result.source} (read in ${result.readIn})` }, String(result.year))] })).sort((a, b) => b.value - a.value),
  ]);
  const others = published.filter(entry => !entry.comparable);
  const notes = [...new Set(published.filter(entry => entry.note).map(entry => `${entry.dataset}: ${entry.note}.`))];
  return h('div', null,
    rows.length === 0 ? null : h('h3', null, 'Beside published results'),
    rows.length === 0 ? null : table('This run beside published results', [{ name: 'Model' }, { name: 'Accuracy', number: true }, { name: '0 to 100 %' }, { name: 'Method' }, { name: 'n', number: true }, { name: 'Year', number: true }], rows, { className: 'wide' }),
    notes.map(note => h('p', { class: 'minor' }, note)),
    others.length === 0 ? null : h('details', null, h('summary', null, `${plural(others.length, 'published result')} that cannot be compared`),
      table('Published results that cannot be compared', [{ name: 'Model' }, { name: 'On' }, { name: 'Accuracy', number: true }, { name: 'Why not' }],
        others.map(({ result, note }) => [`${result.model}, ${result.method}`, result.benchmark, percent(result.accuracy), note ?? 'not comparable']))),
    h('details', null, h('summary', null, 'Where the published figures were read'),
      h('ul', null, [...new Set(published.map(({ result }) => `${result.source} (read in ${result.readIn})`))].map(source => h('li', { class: 'minor' }, source)))));
}

function slices(report) {
  const rows = [];
  for (const dataset of report.datasets) {
    const topics = (report.topics ?? []).filter(topic => topic.dataset === dataset.dataset).sort((a, b) => b.questions - a.questions);
    rows.push({ className: 'own-row', cells: row(dataset, dataset.dataset) }, ...topics.slice(0, mostTopics).map(topic => row(topic, topic.topic)));
    if (topics.length > mostTopics) {
      rows.push([`${topics.length - mostTopics} smaller topics, in the JSON report`, '', '', '', '', '']);
    }
  }
  return section('Data sets and topics',
    table('Accuracy by data set and topic', [{ name: 'Slice' }, { name: 'Accuracy', number: true }, { name: '0 to 100 %' }, { name: '95 % interval', number: true }, { name: 'Right', number: true }, { name: 'Agreement', number: true }], rows, { className: 'wide' }),
    h('p', { class: 'minor' }, 'The line is the interval, the upright mark what guessing gives.'));

  function row(slice, name) {
    const { accuracy } = slice;
    return [name, percent(accuracy.value), intervalBar(accuracy.value, accuracy.interval ?? accuracy.bounds, accuracy.chance), accuracy.bounds ? `bounds ${interval(accuracy.bounds)}` : interval(accuracy.interval),
      of(accuracy.correct, accuracy.scored), fraction(slice.meanAgreement, 2)];
  }
}

/** Calibration and deferral, for each kind of confidence that the run has. */
function confidence(report, run) {
  const kinds = [['Calibration and deferral', report.confidence], ['Calibration and deferral by option probability', report.optionConfidence], ['Calibration and deferral by stopping posterior', report.stoppingPosterior]];
  return kinds.filter(([, figures]) => figures).map(([title, figures]) => {
    const at = figures.deferral.find(point => Math.abs(point.deferred - 0.45) < 1e-9);
    return section(title,
      h('p', { class: 'minor' }, `Confidence is the ${figures.confidence}. ${plural(figures.questions, 'question')}${figures.few ? ': fewer than 300, so read these figures with their intervals.' : '.'}`),
      h('div', { class: 'charts' }, calibrationChart(figures), deferralChart(figures, report.published ?? [])),
      table('Calibration figures', [{ name: 'Figure' }, { name: 'Value', number: true }, { name: '95 % interval (bootstrap)', number: true }], [
        ['ECE, 10 bins', 'expectedError'], ['MCE', 'maximumError'], ['Brier score', 'brier'], ['AUROC of right against wrong', 'auroc'], ['AURC', 'aurc'], ['E-AURC', 'excessAurc'],
      ].map(([name, key]) => [name, fraction(figures.figures[key]), fractions(figures.intervals?.[key])])),
      h('p', { class: 'minor' }, 'Thresholds are chosen on the same answers; on new questions the same threshold can keep more or fewer, and be right less often.',
        figures === report.confidence && at ? [' ', h('a', { href: `#/runs/${run.run}/questions?filter=deferred` }, 'The questions that 45 % deferral leaves to a person')] : null));
  });
}

/** Deferral whose threshold was found on a development run. */
function guarantee(report) {
  const { guarantee: known } = report;
  if (!known) {
    return null;
  }
  const goal = `at least ${percent(known.targetAccuracy)} right among the answered, with ${percent(known.confidence)} confidence (Learn then Test)`;
  return section('Deferral with a guarantee', known.threshold
    ? h('p', null, `Threshold ${fraction(known.threshold.threshold)} guarantees ${goal}, for questions like those of the development run on ${known.development}. On this run it keeps ${percent(known.coverage)} of the answers, ${of(known.right, known.kept)} of them right (${interval(known.interval)}).`)
    : h('p', null, `From the development run on ${known.development} no threshold guarantees ${goal}: it has too few answers, or too many wrong ones.`));
}

function votes(report, run) {
  const { forcedVotes: forced, ties, reasonings: ends, agreement } = report;
  const link = (filter, text) => h('a', { href: `#/runs/${run.run}/questions?filter=${filter}` }, text);
  const rows = [['forced votes counted', forced.counted], ['forced votes as abstentions', forced.asAbstentions]].map(([name, figures]) => [name, percent(figures.accuracy), fraction(figures.meanAgreement), fraction(figures.calibrationError)]);
  return section('Votes',
    h('div', { class: 'charts' },
      agreement.histogram.length > 1 ? agreementChart(agreement.histogram) : null,
      report.samples?.subsets?.length > 1 ? samplesChart(report.samples) : null),
    table('Ways of counting votes', [{ name: '' }, { name: 'Accuracy', number: true }, { name: 'Mean agreement', number: true }, { name: 'ECE', number: true }], [...rows, ['ties among m options at 1/m', percent(ties.accuracyAtChance), '', '']]),
    h('ul', null,
      h('li', null, `${of(forced.forced, forced.votes)} votes were `, link('forced', 'forced by the answer cue'), `; ${plural(forced.answers, 'answer')} rest on forced votes alone.`),
      h('li', null, `${plural(ties.questions, 'question')} `, link('tie', ties.questions === 1 ? 'was a tie' : 'were ties'), `; the tie-break answered ${of(ties.correct, ties.scored)} right.`),
      h('li', null, `${plural(ends.total, 'reasoning')}: ${count(ends.endToken)} ended by the model, ${count(ends.stopText)} by a stop text, ${count(ends.cut)} cut at maxTokens (${percent(ends.shareCut)}).`)));
}

function letters(report) {
  return (report.letters ?? []).length === 0 ? null : section('Positions of the right option',
    table('Accuracy by position of the right option', [{ name: 'Letter' }, { name: 'Right there', number: true }, { name: 'Chosen', number: true }, { name: 'Both', number: true }, { name: 'Accuracy', number: true }, { name: '95 % interval', number: true }],
      report.letters.map(letter => [letter.letter, count(letter.gold), count(letter.chosen), count(letter.correct), percent(letter.accuracy), interval(letter.interval)])));
}

function effort(report) {
  const { tokens, circumstances: run } = report;
  const passed = run.created && run.finished ? (new Date(run.finished) - new Date(run.created)) / 1000 : null;
  return section('Tokens and time', facts([
    ['Prompt tokens', count(tokens.prompt), h('span', { class: 'minor' }, ' each question’s once')],
    ['Generated tokens', count(tokens.generated), run.tokensPerSecond ? h('span', { class: 'minor' }, ` ${count(Math.round(run.tokensPerSecond))} a second of work`) : null],
    ['Work', duration(run.seconds), h('span', { class: 'minor' }, ' summed over the questions')],
    passed === null ? null : ['Passed', duration(passed)],
    ['Created', moment(run.created)],
    ['Finished', moment(run.finished)],
    ['Engine', (run.engineFingerprints ?? []).join(', ') || none],
  ]), (run.engineFingerprints ?? []).length > 1 ? h('p', { class: 'notice' }, `${run.engineFingerprints.length} different engines answered: the samples follow the same distribution, but not the same bits.`) : null);
}

/** What was asked of which model with which prompt. */
function asked(report) {
  const { protocol: { profile, exemplars, datasetExemplars = [] } } = report;
  return section('How it was asked',
    facts([
      ['Model', report.model, ' ', h('code', { class: 'hash' }, report.modelFingerprint)],
      ['Question set', report.questionSet, ' ', report.questionSetHash ? h('code', { class: 'hash' }, report.questionSetHash) : null],
      ['Profile', `${profile.name}: strategy ${profile.strategy}, format ${profile.format}`],
      ['Sampling', `${plural(profile.samples, 'sample')} at temperature ${profile.temperature}, at most ${profile.maxTokens} tokens, seed ${profile.seed}`],
      ['Worked examples', `${exemplars.length}${profile.exemplarSet ? ` of set ${profile.exemplarSet}` : ''}${datasetExemplars.map(set => `; ${set.exemplars.length} for ${set.dataset}`).join('')}`],
      ['No answer found', profile.onUnparsed === 'force' ? 'the answer cue forces one' : 'the reasoning abstains'],
      ['Evaluation rules', report.evaluationRules],
    ]),
    profile.instruction ? h('div', null, h('h3', null, 'Instruction'), h('pre', null, profile.instruction)) : null,
    (report.prompts ?? []).map(prompt => h('details', null, h('summary', null, `Exact prompt of ${prompt.question}`), h('pre', { tabindex: '0' }, prompt.text))),
    h('details', null, h('summary', null, 'The whole profile as JSON'), h('pre', { tabindex: '0' }, JSON.stringify(profile, null, 2))));
}
