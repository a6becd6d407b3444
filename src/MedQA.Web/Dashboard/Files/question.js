// One question with its options, votes and every reasoning.

import { fill, h, sign, spoken } from './dom.js';
import { count, duration, fraction, of, percent, plural } from './format.js';
import { facts, loading, mark, problemBox } from './parts.js';

/**
 * @import { Child } from './dom.js'
 * @import { Schemas } from './types'
 * @typedef {Schemas['Question']} Question
 * @typedef {Schemas['AnsweredQuestion']} Answered
 */

/** @type {Record<Schemas['SampleEnd'], string>} */
const ends = { endToken: 'ended by the model', stopText: 'ended by a stop text', maxTokens: 'cut at maxTokens', contentFilter: 'withheld by a content filter' };
/** @param {number} index */
const letterOf = index => String.fromCharCode(65 + index);
/** The right option, or all right ones, as letters. @param {Question} question @returns {string | null} */
const goldOf = question => question.goldSet ?? (question.gold === undefined || question.gold === null ? null : letterOf(question.gold));
/** The chosen option, or all chosen ones, as letters. @param {{ answer?: number | null, answerSet?: string | null }} answer @returns {string | null} */
const chosenOf = answer => answer.answerSet ?? (answer.answer === undefined || answer.answer === null ? null : letterOf(answer.answer));

/**
 * An answer in full.
 * @param {Schemas['AnswerDetail']} detail
 * @param {() => Promise<string | undefined>} readPrompt Reads the exact prompt.
 * @param {boolean} isFinal Whether the run has ended.
 * @param {string} run The run.
 */
export function questionView({ question, answer }, readPrompt, isFinal, run) {
  const free = question.options.length === 0;
  return h('article', { class: 'question' },
    h('header', null,
      h('h2', null, question.id),
      h('p', { class: 'minor' }, `${question.dataset}${question.topic ? ` · ${question.topic}` : ''} · question ${count(answer.ordinal + 1)} of the run`)),
    verdict(question, answer, free, isFinal),
    question.context ? h('details', { class: 'context', open: question.context.length < 600 }, h('summary', null, 'Context'), h('p', { class: 'prose' }, question.context)) : null,
    h('p', { class: 'prose stem' }, question.text),
    free ? [reasonings(question, answer, 'Answer'), references(question)] : [options(question, answer), setVotes(question, answer), reasonings(question, answer)],
    exactPrompt(readPrompt),
    metadata(question, run),
    facts([
      ['Prompt', `${answer.usage ? 'about ' : ''}${plural(answer.promptTokens, 'token')}`, answer.exemplars ? h('span', { class: 'minor' }, ` ${plural(answer.exemplars, 'worked example')}`) : null],
      ['Generated', plural(answer.reasonings.reduce((sum, reasoning) => sum + reasoning.drawnTokens, 0), 'token')],
      answer.usage ? ['Counted by the service', `${plural(answer.usage.requests, 'request')}, ${count(answer.usage.promptTokens)} + ${plural(answer.usage.completionTokens, 'token')}`,
        h('span', { class: 'minor' }, answer.usage.versions.length ? ` answered by ${answer.usage.versions.join(', ')}` : '')] : null,
      ['Time', duration(answer.seconds)],
      answer.stoppingPosterior === undefined ? null : ['Stopping posterior', fraction(answer.stoppingPosterior)],
      answer.fixedOptions ? ['Options kept in place', String(answer.fixedOptions)] : null,
    ]));
}

/** What the question set says of the question besides; each value leads to the questions that have it. @param {Question} question @param {string} run */
function metadata(question, run) {
  const known = Object.entries(question.metadata ?? {});
  return known.length === 0 ? null : h('section', { class: 'metadata', 'aria-label': 'Metadata' }, facts(known.map(([name, value]) =>
    [name, h('a', { href: `#/runs/${run}/questions?${new URLSearchParams({ meta: JSON.stringify({ [name]: value }) })}`, title: 'Show the questions with this value', dir: 'auto' }, value)])));
}

/** The prompt that the model got, read when it is asked for. @param {() => Promise<string | undefined>} read */
function exactPrompt(read) {
  const box = h('div');
  /** @type {HTMLDetailsElement} */
  const details = h('details', { on: { toggle: () => details.open && !box.hasChildNodes() && show() } }, h('summary', null, 'Exact prompt'), box);
  return details;

  async function show() {
    fill(box, loading('Reading the prompt…'));
    try {
      const text = await read();
      fill(box, text === undefined ? h('p', { class: 'minor' }, 'The question could not be asked, so there is no prompt.') : h('pre', { tabindex: '0' }, text));
    } catch (problem) {
      fill(box, problem.name === 'AbortError' ? null : problemBox(problem, show));
    }
  }
}

/**
 * @param {Question} question
 * @param {Answered} answer
 * @param {boolean} free
 * @param {boolean} isFinal
 */
function verdict(question, answer, free, isFinal) {
  if (answer.failure) {
    return h('div', { class: 'problem' }, h('strong', null, `Failed: ${answer.failure.code}`), h('p', null, answer.failure.message), h('p', { class: 'minor' }, `Counted neither as right nor as wrong. ${isFinal ? 'To try it again, choose “Retry failed questions” on the run’s page.' : 'It can be tried again once the run has ended.'}`));
  }
  if (free) {
    return h('p', { class: 'verdict' }, 'Free answer, to be rated by people.');
  }
  const gold = goldOf(question);
  const chosen = chosenOf(answer);
  const right = gold === null ? null : chosen === gold;
  const votes = chosen === null ? 0 : answer.setVotes ? votesOf(answer, chosen) : answer.votes[answer.answer ?? 0] ?? 0;
  const forced = answer.reasonings.filter(reasoning => reasoning.forced).length;
  return h('p', { class: `verdict ${right === true ? 'is-right' : right === false ? 'is-wrong' : ''}` },
    mark(right), ' ',
    h('strong', null, chosen === null ? 'No answer' : gold === null ? `Answered ${chosen}` : right ? `Right: ${chosen}` : `Answered ${chosen}, right is ${gold}`),
    chosen !== null && answer.samplesAsked > 1 ? ` · ${of(votes, answer.samplesAsked)} samples agree` : '',
    answer.tie ? h('span', { class: 'tag' }, `tie of ${answer.tiedOptions}`) : null,
    forced ? h('span', { class: 'tag' }, `${forced} forced`) : null);
}

/**
 * An option is wrong only where the right one is known.
 * @param {string | null} known What is right, as letters.
 * @param {boolean} gold
 * @param {boolean} chosen
 */
function optionClass(known, gold, chosen) {
  return `option${gold ? ' gold' : ''}${chosen ? ' chosen' : ''}${known === null ? ' unjudged' : ''}`;
}

/** @param {string | null} known @param {boolean} gold */
function answeredTag(known, gold) {
  return h('span', { class: `tag${known === null ? '' : gold ? ' good' : ' bad'}` }, 'answered');
}

/**
 * @param {Question} question
 * @param {Answered} answer
 */
function options(question, answer) {
  const most = Math.max(1, answer.samplesAsked, ...answer.votes);
  const scored = answer.optionProbabilities.length > 0 ? answer.optionProbabilities : null;
  return h('ol', { class: 'plain options' }, question.options.map((text, index) => {
    const votes = answer.votes[index] ?? 0;
    const forced = answer.forcedVotesPerOption[index] ?? 0;
    const known = goldOf(question);
    const gold = known?.includes(letterOf(index)) ?? false;
    const chosen = chosenOf(answer)?.includes(letterOf(index)) ?? false;
    // Null where the model gives no number.
    const likelihood = answer.optionLogLikelihoods[index];
    return h('li', { class: optionClass(known, gold, chosen) },
      h('span', { class: 'letter' }, letterOf(index)),
      h('span', { class: 'option-text prose' }, text),
      h('span', { class: 'option-marks' }, gold ? h('span', { class: 'tag good' }, 'right option') : null, chosen ? answeredTag(known, gold) : null),
      question.severalRight ? null : h('span', { class: 'option-votes' },
        h('span', { class: 'vote-bar', 'aria-hidden': 'true' },
          h('span', { class: 'vote-fill', style: { width: `${100 * (votes - forced) / most}%` } }), h('span', { class: 'vote-fill forced', style: { width: `${100 * forced / most}%` } })),
        h('span', { class: 'minor' }, scored ? percent(scored[index]) : plural(votes, 'vote'), forced ? ` (${forced} forced)` : '',
          likelihood === undefined ? '' : ` · log-likelihood ${fraction(likelihood, 2)}`)));
  }));
}

/** @param {Answered} answer @param {string} set */
function votesOf(answer, set) {
  return answer.setVotes?.find(vote => vote.options === set)?.votes ?? 0;
}

/** Where several options can be right, a vote is for a whole set of them. @param {Question} question @param {Answered} answer */
function setVotes(question, answer) {
  if (!question.severalRight || !answer.setVotes?.length) {
    return null;
  }
  const most = Math.max(1, answer.samplesAsked);
  const unread = answer.samplesAsked - answer.setVotes.reduce((sum, vote) => sum + vote.votes, 0);
  return h('section', { 'aria-label': 'Votes for sets of options' },
    h('h3', null, 'Votes for sets of options'),
    h('ol', { class: 'plain options' }, [...answer.setVotes].sort((one, other) => other.votes - one.votes).map(vote => {
      const known = goldOf(question);
      const [gold, chosen] = [vote.options === known, vote.options === answer.answerSet];
      return h('li', { class: `${optionClass(known, gold, chosen)} set` },
        h('span', { class: 'option-text' }, vote.options),
        h('span', { class: 'option-marks' }, gold ? h('span', { class: 'tag good' }, 'right set') : null, chosen ? answeredTag(known, gold) : null),
        h('span', { class: 'option-votes' },
          h('span', { class: 'vote-bar', 'aria-hidden': 'true' }, h('span', { class: 'vote-fill', style: { width: `${100 * vote.votes / most}%` } })),
          h('span', { class: 'minor' }, plural(vote.votes, 'vote'))));
    })),
    unread > 0 ? h('p', { class: 'minor' }, `${plural(unread, 'reasoning')} named no set and gave no vote; nothing is forced.`) : null);
}

/** @param {Question} question */
function references(question) {
  return question.referenceAnswers.length === 0 ? null : h('div', null, h('h3', null, 'Reference answers'), h('ul', null, question.referenceAnswers.map(text => h('li', { class: 'prose' }, text))));
}

/**
 * @param {Question} question
 * @param {Answered} answer
 * @param {string} [title]
 */
function reasonings(question, answer, title) {
  if (answer.reasonings.length === 0) {
    return null;
  }
  const stages = [...new Set(answer.reasonings.map(reasoning => reasoning.stage))];
  return stages.map(stage => {
    const all = answer.reasonings.filter(reasoning => reasoning.stage === stage);
    return h('section', { class: 'reasonings' },
      h('h3', null, title ?? `${stages.length > 1 ? `Stage ${stage + 1}: ` : ''}${plural(all.length, 'reasoning')}`),
      h('ol', { class: 'plain' }, all.map(reasoning => view(reasoning, question))));
  });
}

/**
 * @param {Schemas['Reasoning']} reasoning
 * @param {Question} question
 */
function view(reasoning, question) {
  const answered = chosenOf(reasoning);
  const gold = goldOf(question);
  const right = answered === null || gold === null ? null : answered === gold;
  return h('li', { class: 'reasoning' },
    h('div', { class: 'reasoning-head' },
      h('span', { class: 'minor' }, `${reasoning.index + 1}`),
      h('span', { class: `vote ${right === true ? 'is-right' : right === false ? 'is-wrong' : ''}` }, answered === null ? 'no answer' : answered, right === null ? null : [sign(right ? ' ✓' : ' ✗'), spoken(right ? ' right' : ' wrong')]),
      reasoning.forced ? h('span', { class: 'tag' }, reasoning.followUp ? 'forced by asking again' : 'forced by the cue') : null,
      h('span', { class: 'minor reasoning-end' }, `${plural(reasoning.drawnTokens, 'token')}, ${ends[reasoning.end] ?? reasoning.end}`),
      reasoning.thinking ? h('span', { class: reasoning.thinking.closed.length ? 'tag' : 'minor' }, `${reasoning.thinking.closed.length ? 'thought closed after' : 'thought'} ${plural(reasoning.thinking.tokens, 'token')}`) : null,
      reasoning.optionOrder.length ? h('span', { class: 'minor' }, `shown as ${reasoning.optionOrder.map(letterOf).join(' ')}`) : null),
    reasoning.thought ? h('details', null, h('summary', null, 'Thought before the answer; no answer is read from it'), h('p', { class: 'prose' }, reasoning.thought)) : null,
    h('p', { class: 'prose' }, marked(reasoning.text, reasoning.answerSpan)),
    reasoning.followUp ? h('p', { class: 'prose' }, h('span', { class: 'minor' }, 'Asked once more for its answer: '), reasoning.followUp) : null);
}

/**
 * The text, with the part highlighted that the answer was read from.
 * @param {string} text
 * @param {Schemas['TextSpan']} [span]
 * @returns {Child}
 */
function marked(text, span) {
  if (!span) {
    return text === '' ? h('span', { class: 'minor' }, '(no text)') : text;
  }
  const end = span.start + span.length;
  return [text.slice(0, span.start), h('mark', { title: 'the answer was read from here' }, text.slice(span.start, end)), text.slice(end)];
}
