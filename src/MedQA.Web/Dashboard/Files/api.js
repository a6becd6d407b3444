// Calls the HTTP API. Every error becomes a Problem that says what is wrong and what to do.

import { askKey } from './dialogs.js';
import { isFinal } from './format.js';

/**
 * @import { Answer, Known, Method, Schemas } from './types'
 * @typedef {{ method?: Method, body?: BodyInit, accept: string, match?: string | null, signal?: AbortSignal }} Options
 */

// If the service requires a key, only this tab keeps it, until it is closed.
const keyItem = 'medqa-key';
/** @type {Promise<string | null> | null} */
let asking = null;

/** The key that was given in this tab, or null. */
export const heldKey = () => sessionStorage.getItem(keyItem);

/** An API error with its problem details (RFC 9457). */
export class Problem extends Error {
  /**
   * @param {string} title
   * @param {string} detail
   * @param {Partial<Schemas['ProblemDetails']>} details
   */
  constructor(title, detail, details = {}) {
    super(detail);
    this.title = title;
    this.details = details;
    this.status = details.status ?? 0;
  }
}

/**
 * Calls an address and reads its JSON, whose type the document has.
 * @template {string} Address
 * @template {Method} [Verb='GET']
 * @template {string} [Accept='application/json']
 * @param {Known<Address, Verb>} path
 * @param {{ method?: Verb, body?: BodyInit, accept?: Accept, signal?: AbortSignal }} [options]
 * @returns {Promise<Answer<Address, Verb, Accept>>}
 */
export async function call(path, { method, body, accept, signal } = {}) {
  const response = await request(path, { method, body, accept: accept ?? 'application/json', signal });
  const content = response.status === 204 ? null : await response.json();
  return content;
}

/**
 * Calls an address that several people can edit, and returns its JSON with the tag that says which version it is.
 * @template {string} Address
 * @template {Method} [Verb='GET']
 * @param {Known<Address, Verb>} path
 * @param {{ method?: Verb, body?: BodyInit, match?: string | null, signal?: AbortSignal }} [options] `match` is the tag of the version to replace.
 * @returns {Promise<{ content: Answer<Address, Verb>, tag: string | null }>}
 */
export async function callTagged(path, options = {}) {
  const response = await request(path, { ...options, accept: 'application/json' });
  return { content: await response.json(), tag: response.headers.get('ETag') };
}

/**
 * Downloads a path in one of its formats.
 * @template {string} Address
 * @param {Known<Address>} path
 * @param {string} accept
 */
export async function download(path, accept) {
  return (await request(path, { accept })).blob();
}

/**
 * Watches a run until it ends, by server-sent events or, without them, by polling. Calls `seen` with null when the run is deleted.
 * @param {string} run
 * @param {(resource: Schemas['RunResource'] | null) => void} seen
 * @param {AbortSignal} signal
 * @param {() => void} [answered] Called when answers may have appeared in the run's lists.
 */
export function follow(run, seen, signal, answered = () => {}) {
  const path = /** @type {const} */ (`/api/runs/${run}`);
  let timer = 0;
  const stop = () => {
    events?.close();
    clearTimeout(timer);
  };
  /** @param {Schemas['RunResource']} resource */
  const take = resource => {
    if (!signal.aborted) {
      seen(resource);
    }
    if (isFinal(resource.state) && !resource.requested) {
      stop();
      return true;
    }
    return false;
  };
  const ask = async () => {
    try {
      if (!take(await call(path, { signal })) && !signal.aborted) {
        answered();
        timer = setTimeout(ask, 1500);
      }
    } catch (problem) {
      if (!signal.aborted) {
        problem.status === 404 ? seen(null) : timer = setTimeout(ask, 5000);
      }
    }
  };
  signal.addEventListener('abort', stop);
  // An EventSource sends no headers, so with a key the run is polled.
  const events = heldKey() ? null : new EventSource(`${path}/events`);
  if (!events) {
    ask();
    return;
  }
  events.addEventListener('run', event => take(JSON.parse(event.data)));
  events.addEventListener('answers', () => signal.aborted || answered());
  events.addEventListener('end', event => {
    stop();
    if (event.data === 'deleted' && !signal.aborted) {
      seen(null);
    }
  });
  events.addEventListener('error', () => {
    if (events.readyState === EventSource.CLOSED && !signal.aborted) {
      clearTimeout(timer);
      timer = setTimeout(ask, 1000);
    }
  });
}

/**
 * @param {string} path
 * @param {Options} options
 * @returns {Promise<Response>}
 */
async function request(path, options) {
  const { method = 'GET', body, accept, match, signal } = options;
  const key = heldKey();
  let response;
  try {
    response = await fetch(path, { method, body, signal, headers: { Accept: accept, ...match && { 'If-Match': match }, ...key && { 'x-medqa-key': key } }, cache: 'no-cache' });
  } catch (error) {
    if (error.name === 'AbortError') {
      throw error;
    }
    throw new Problem('The service cannot be reached', 'Check that medqa serve is running, then try again.');
  }
  if (response.ok) {
    return response;
  }
  if (response.status === 401 && response.headers.get('WWW-Authenticate')?.startsWith('ApiKey') && await keyGiven(key)) {
    return request(path, options);
  }
  const type = response.headers.get('Content-Type') ?? '';
  const details = type.includes('json') ? await response.json().catch(() => ({})) : {};
  throw new Problem(
    details.title ?? `The service responded with status ${response.status}`,
    details.detail ?? 'Try again. If the error persists, see the log of medqa serve.',
    { ...details, status: response.status });
}

/** Asks for the key once for all waiting requests. @param {string | null} refused */
async function keyGiven(refused) {
  if (heldKey() !== refused) {
    return true;
  }
  asking ??= askKey(refused !== null).finally(() => { asking = null; });
  const key = await asking;
  if (key) {
    sessionStorage.setItem(keyItem, key);
  }
  return key !== null;
}
