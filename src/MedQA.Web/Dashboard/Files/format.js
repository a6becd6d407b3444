// Formats figures as the reports do: percentages with one decimal and their divisor, a dash for a missing value.

/** @import { Schemas } from './types' */

export const none = '–';

const counts = new Intl.NumberFormat('en-US');
const moments = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** @param {number} value */
export const count = value => counts.format(value);
/** @param {number | null} [value] */
export const percent = value => value === null || value === undefined ? none : `${(100 * value).toFixed(1)}\u00a0%`;
/** @param {number | null} [value] */
export const fraction = (value, digits = 3) => value === null || value === undefined ? none : value.toFixed(digits);
/** @param {Schemas['Interval'] | null} [value] */
export const interval = value => value ? `${(100 * value.lower).toFixed(1)} to ${(100 * value.upper).toFixed(1)}\u00a0%` : none;
/** @type {(part: number, whole: number) => string} */
export const of = (part, whole) => `${count(part)} of ${count(whole)}`;
/** @type {(number: number, one: string, many?: string) => string} */
export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

/** A duration in its two largest units. @param {number} seconds */
export function duration(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) {
    return seconds < 10 ? `${seconds.toFixed(1)} s` : `${whole} s`;
  }
  const [minutes, hours, days] = [Math.floor(whole / 60), Math.floor(whole / 3600), Math.floor(whole / 86400)];
  return days > 0 ? `${days} d ${hours % 24} h` : hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min ${whole % 60} s`;
}

/** An amount with two decimals, or with two digits that say something below 0.10, as the reports write it. @param {number} amount @param {string} currency */
export function money(amount, currency) {
  const decimals = amount > 0 && amount < 0.1 ? Math.min(10, 1 - Math.floor(Math.log10(amount))) : 2;
  const text = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: decimals }).format(amount);
  return `${text}\u00a0${currency}`;
}

/** @param {string} [text] */
export const moment = text => text ? moments.format(new Date(text)) : none;

/** How long ago, for lists. @param {string} text */
export function ago(text, now = Date.now()) {
  const seconds = (new Date(text).getTime() - now) / 1000;
  for (const [unit, length] of /** @type {const} */ ([['day', 86400], ['hour', 3600], ['minute', 60]])) {
    if (Math.abs(seconds) >= length) {
      return unit === 'day' && Math.abs(seconds) >= 7 * length ? moments.format(new Date(text)) : relative.format(Math.round(seconds / length), unit);
    }
  }
  return 'just now';
}

/** The name that people gave a run, or its question set's. @param {Schemas['RunResource']} run */
export const nameOf = run => run.displayName ?? run.name;

/** @type {Record<Schemas['RunState'], string>} */
const states = {
  queued: 'queued', running: 'running', waiting: 'waiting', completed: 'completed', completedWithFailures: 'completed with failures',
  cancelled: 'cancelled', rejected: 'rejected', failed: 'failed', deleting: 'being deleted',
};

/** @param {Schemas['RunState']} state */
export const stateText = state => states[state] ?? state;
/** @param {Schemas['RunState']} state */
export const isFinal = state => ['completed', 'completedWithFailures', 'cancelled', 'rejected', 'failed'].includes(state);

/** A number of parameters: 134.5M, 7B. @param {number} value */
export function parameterCount(value) {
  const [factor, letter] = /** @type {[number, string][]} */ ([[1e12, 'T'], [1e9, 'B'], [1e6, 'M'], [1e3, 'K'], [1, '']]).find(([unit]) => value >= unit * 0.99995) ?? [1, ''];
  return `${Number((value / factor).toFixed(1))}${letter}`;
}
