// The report of a study of human ratings: what was said, how sure that is, how sources differ, how far raters agree.

import { h, sign, spoken } from './dom.js';
import { count, duration, fraction, interval, none, of, pValue, percent, points } from './format.js';
import { facts, intervalBar, table } from './parts.js';

/** Every part of a report. */
export const studyReport = report => [
  report.warnings.length ? h('div', { class: 'notice', role: 'note' }, report.warnings.map(text => h('p', null, sign('⚠ '), text))) : null,
  overview(report),
  report.rubric.compares ? null : glance(report),
  h('h3', null, 'Every choice'),
  report.rubric.axes.map((axis, index) => shares(axis, report.axes[index])),
  published(report),
  differences(report),
  agreement(report),
];

function overview({ completeness: done, units, rubric }) {
  return facts([
    [rubric.compares ? 'Pairs of answers' : 'Answers', `${of(done.unitsRated, units)} rated`],
    ['Ratings', `${of(done.rated, done.assigned)} whole`, h('span', { class: 'minor' }, ` ${count(done.begun)} begun, ${count(done.skipped)} skipped`)],
    ['Time of a whole rating', done.medianSeconds === undefined ? none : duration(done.medianSeconds), h('span', { class: 'minor' }, done.meanSeconds === undefined ? '' : ` median; mean ${duration(done.meanSeconds)}`)],
  ]);
}

/** Favourable shares of all axes, sources beneath each other. */
/** What a favourable share is a share of: without it "Incorrect reasoning 75 %" could be read as its opposite. */
const favourable = axis => `${axis.title}: ${axis.choices.filter(choice => axis.favourable.includes(choice.id)).map(choice => choice.label).join(' or ')}`;

function glance(report) {
  const rows = report.rubric.axes.flatMap((axis, index) => report.axes[index].sources.map((source, place) => [
    place === 0 ? favourable(axis) : h('span', { class: 'spoken' }, favourable(axis)), source.source, percent(source.favourable), intervalBar(source.favourable, source.favourableInterval), interval(source.favourableInterval)]));
  return h('div', null, h('h3', null, 'At a glance'), h('p', { class: 'minor' }, 'The share of choices that speak for the answer.'),
    table('Favourable shares', [{ name: 'Axis' }, { name: 'Source' }, { name: 'Share', number: true }, { name: '0 to 100 %' }, { name: '95 % interval', number: true }], rows, { className: 'wide' }));
}

/** Stacked bars, one for each source, as the papers draw them. */
function shares(axis, said) {
  const shade = place => `${100 - Math.round(85 * place / (axis.choices.length - 1))}%`;
  return h('div', { class: 'axis-shares' }, h('h4', null, axis.title),
    h('ul', { class: 'legend' }, axis.choices.map((choice, place) => h('li', null, h('span', { class: 'swatch shade', style: { '--shade': shade(place) } }), choice.label))),
    h('dl', { class: 'stacked' }, said.sources.map(source => h('div', null, h('dt', null, source.source, h('span', { class: 'minor' }, ` ${count(source.ratings)}`)),
      h('dd', null,
        h('span', { class: 'stack-bar', 'aria-hidden': 'true' }, source.shares.map((share, place) => h('span', { class: 'shade', style: { '--shade': shade(place), width: `${100 * (share.share ?? 0)}%` }, title: `${axis.choices[place].label}: ${percent(share.share)} (${interval(share.interval)})` }))),
        spoken(source.shares.map((share, place) => `${axis.choices[place].label} ${percent(share.share)}`).join(', ')))))));
}

/** What the authors of Med-PaLM found on the same axes; other rubrics have none. */
function published(report) {
  if (report.published.length === 0) return null;
  const names = [...new Set(report.published.map(rating => rating.source))];
  const rows = report.rubric.axes.map((axis, index) => [axis, report.axes[index], report.published.filter(rating => rating.axis === axis.id)]).filter(([, , known]) => known.length > 0).map(([axis, said, known]) => [
    favourable(axis), ...said.sources.map(source => percent(source.favourable)), ...names.map(name => percent(known.find(rating => rating.source === name)?.favourable))]);
  return h('details', null, h('summary', null, 'Beside what was published'),
    table('Beside what was published', [{ name: 'Axis' }, ...report.sources.map(name => ({ name, number: true })), ...names.map(name => ({ name: `${name} (published)`, number: true }))], rows, { className: 'wide' }),
    h('p', { class: 'minor' }, 'Nature 620, 172–180 (2023): other questions, other raters, another wording of the axes. The columns cannot be subtracted.'));
}

function differences(report) {
  const rows = report.rubric.axes.flatMap((axis, index) => report.axes[index].differences.map(difference => ({
    className: difference.holmP < 0.05 ? 'marked' : null,
    cells: [report.rubric.compares ? axis.title : favourable(axis), `${difference.second} less ${difference.first}`, points(difference.difference), count(difference.questions), pValue(difference.p), pValue(difference.holmP)] })));
  return rows.length === 0 ? null : h('details', null, h('summary', null, 'Differences between sources'),
    table('Differences between sources', [{ name: 'Axis' }, { name: 'Sources' }, { name: 'Difference', number: true }, { name: 'Questions', number: true }, { name: 'p', number: true }, { name: 'p after Holm', number: true }], rows, { className: 'wide' }),
    h('p', { class: 'minor' }, `${report.rubric.compares ? 'The share that prefers the second less the share that prefers the first' : 'Of favourable shares'}, from ${count(report.permutations)} permutations; Holm’s correction is for ${count(report.familySize)} tests.`));
}

/** An agreement with its 95 % interval. */
function kappa(value, range) {
  return range ? `${fraction(value)} (${fraction(range.lower)} to ${fraction(range.upper)})` : fraction(value);
}

function agreement(report) {
  const rows = report.rubric.axes.map((axis, index) => [axis, report.axes[index].agreement]).filter(([, known]) => known).map(([axis, known]) => [
    axis.title, count(known.units), kappa(known.randolphKappa, known.randolphInterval), kappa(known.fleissKappa, known.fleissInterval), kappa(known.weightedCohenKappa, known.weightedCohenInterval), kappa(known.krippendorffAlpha, known.krippendorffInterval)]);
  return rows.length === 0 ? null : h('details', null, h('summary', null, 'Agreement of raters'),
    table('Agreement of raters', [{ name: 'Axis' }, { name: 'Rated twice or more', number: true }, { name: 'Randolph’s κ', number: true }, { name: 'Fleiss’ κ', number: true }, { name: 'Weighted Cohen’s κ', number: true }, { name: 'Krippendorff’s α', number: true }], rows, { className: 'wide' }));
}
