// Sends a rater's clicks to the service. Each is kept on this device until the service has stored it, so that a reload, a closed page or a lost connection loses none;
// the service identifies each by its id and stores it once, even if it is sent again.

/**
 * @import { Answer, Known, Method, Schemas } from './types'
 * @typedef {Schemas['RaterClick']} Click
 * @typedef {{ unsent: number, offline: boolean, kept: boolean }} Saved
 * @typedef {{ changed: (click: Click) => void, again: () => void, state: (saved: Saved) => void, refused: (refusal: Refusal) => void }} Told
 */

const most = 90;
const retries = [1000, 2000, 5000, 10000, 20000];
const idle = 120000;

/** A refusal by the service, or a failed connection. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} title
   * @param {string} detail
   */
  constructor(status, title, detail) {
    super(detail);
    this.status = status;
    this.title = title;
  }
}

/**
 * Calls the service as the rater whose link this is. The secret goes in a header: addresses are written down in logs.
 * @template {string} Address
 * @template {Method} [Verb='GET']
 * @param {string} token
 * @param {Known<Address, Verb>} path
 * @param {{ method?: Verb, body?: object, keepalive?: boolean }} [options]
 * @returns {Promise<Answer<Address, Verb>>}
 */
export async function ask(token, path, { method, body, keepalive = false } = {}) {
  const response = await fetch(path, {
    method, keepalive, cache: 'no-store', body: body === undefined ? undefined : JSON.stringify(body),
    headers: { Accept: 'application/json', 'x-medqa-rater': token, ...body === undefined ? {} : { 'Content-Type': 'application/json' } },
  });
  if (response.ok) {
    return response.json();
  }
  const details = await response.json().catch(() => ({}));
  throw new Refusal(response.status, details.title ?? 'Unexpected response', details.detail ?? `The service responded with status ${response.status}.`);
}

/** The clicks of one rater on this device. `changed(click)` is told of clicks from other tabs, `state({ unsent, offline, kept })` of how it goes, `refused(refusal)` of an end. */
export class Clicks {
  #token;
  #prefix;
  #channel;
  #told;
  #store;
  /** @type {Map<string, Click>} */
  #memory = new Map();
  /** @type {Promise<boolean> | null} */
  #sending = null;
  #failures = 0;
  #timer = 0;
  #offset = -Infinity;
  #latest = 0;
  #single = false;

  /**
   * @param {string} token
   * @param {Told} told
   */
  constructor(token, told) {
    this.#token = token;
    this.#told = told;
    this.#prefix = `medqa-rating ${token.split('-').slice(0, 2).join('-')} `;
    this.#store = storage();
    this.#channel = new BroadcastChannel(this.#prefix);
    this.#channel.addEventListener('message', event => event.data === 'again' ? told.again() : told.changed(event.data));
    window.addEventListener('online', () => this.flush());
    document.addEventListener('visibilitychange', () => this.flush());
    window.addEventListener('pagehide', () => this.flush(true));
  }

  /**
   * The service's clock as its response arrives; it orders clicks from several tabs and devices. A slow response says too early a time, so the greatest estimate counts;
   * the page's own clock only runs forward, so that none is too late.
   * @param {string} moment
   */
  set now(moment) {
    this.#offset = Math.max(this.#offset, new Date(moment).getTime() - performance.now());
  }

  /** Makes later clicks of this page count as later than one that it shows, whatever the estimates of their clocks. @param {Pick<Click, 'at'>} click */
  follow({ at }) {
    this.#latest = Math.max(this.#latest, new Date(at).getTime());
  }

  /** Clicks that the service has not stored yet, oldest first. @returns {Click[]} */
  get unsent() {
    // Another tab may send one, and remove it, between the two readings.
    const kept = Object.keys(this.#store ?? {}).filter(key => key.startsWith(this.#prefix)).flatMap(key => this.#store?.getItem(key) ?? []).map(text => JSON.parse(text));
    return [...kept, ...this.#memory.values()].sort((a, b) => a.at < b.at ? -1 : a.at > b.at ? 1 : 0);
  }

  /** Keeps a click, tells other tabs, and sends it. @param {Omit<Click, 'id' | 'at'>} click */
  add(click) {
    const made = { id: id(), at: new Date(Math.max(performance.now() + this.#offset, this.#latest + 1)).toISOString(), ...click };
    this.follow(made);
    if (!this.#keep(made)) {
      // No storage, or it is full: the click is kept as long as the page is open, and the state says so.
      this.#memory.set(made.id, made);
    }
    this.#channel.postMessage(made);
    this.flush();
    return made;
  }

  /** Tells other tabs to reload the rater's state. */
  tellOthers() {
    this.#channel.postMessage('again');
  }

  /** Sends unsent clicks, and retries until everything is sent. */
  async flush(leaving = false) {
    if (this.#sending) {
      return this.#sending;
    }
    clearTimeout(this.#timer);
    this.#sending = this.#send(leaving);
    let done = false;
    try {
      done = await this.#sending;
    } finally {
      this.#sending = null;
    }
    if (done && this.unsent.length > 0) {
      this.flush();
    }
  }

  /** Returns whether everything was sent; if not, a timer is set unless retrying is useless. @param {boolean} leaving @returns {Promise<boolean>} */
  async #send(leaving) {
    for (let unsent = this.unsent; unsent.length > 0; unsent = this.unsent) {
      this.#tell({ offline: this.#failures > 0 });
      const part = unsent.slice(0, this.#single ? 1 : most);
      try {
        await ask(this.#token, '/api/rating/clicks', { method: 'POST', body: /** @satisfies {Schemas['RaterClicks']} */ ({ clicks: part }), keepalive: leaving });
        this.#forget(part);
        this.#failures = 0;
      } catch (error) {
        if (error.status === 400) {
          // One is invalid, which only another version of this page can cause. The others are sent one by one.
          if (part.length === 1) {
            this.#forget(part);
          }
          this.#single = part.length > 1;
          continue;
        }
        if (error.status === 401 || error.status === 409) {
          this.#forget(unsent);
          this.#tell({ offline: false });
          this.#told.refused(error);
          return false;
        }
        this.#timer = setTimeout(() => this.flush(), retries[Math.min(this.#failures++, retries.length - 1)]);
        this.#tell({ offline: true });
        return false;
      }
    }
    this.#single = false;
    this.#tell({ offline: false });
    return true;
  }

  /** Whether the device keeps a click. @param {Click} click */
  #keep(click) {
    try {
      this.#store?.setItem(this.#prefix + click.id, JSON.stringify(click));
      return this.#store !== null;
    } catch {
      return false;
    }
  }

  /** @param {Click[]} clicks */
  #forget(clicks) {
    for (const click of clicks) {
      this.#memory.delete(click.id);
      this.#store?.removeItem(this.#prefix + click.id);
    }
  }

  /** @param {Pick<Saved, 'offline'>} how */
  #tell({ offline }) {
    this.#told.state({ unsent: this.unsent.length, offline, kept: this.#memory.size === 0 });
  }
}

/** Counts the seconds of active work: the page is visible and was used within the last two minutes. */
export class Attention {
  #seconds = 0;
  #last = performance.now();
  #visible = document.visibilityState === 'visible';

  constructor() {
    for (const sign of ['pointermove', 'pointerdown', 'keydown', 'scroll', 'touchstart']) {
      window.addEventListener(sign, () => this.#count(), { passive: true, capture: true });
    }
    document.addEventListener('visibilitychange', () => {
      this.#count();
      this.#visible = document.visibilityState === 'visible';
    });
  }

  /** Returns the seconds since the last call. */
  take() {
    this.#count();
    const taken = Math.round(10 * this.#seconds) / 10;
    this.#seconds -= taken;
    return Math.max(0, taken);
  }

  #count() {
    const now = performance.now();
    if (this.#visible) {
      this.#seconds += Math.min(now - this.#last, idle) / 1000;
    }
    this.#last = now;
  }
}

function storage() {
  try {
    localStorage.setItem('medqa-rating', '');
    localStorage.removeItem('medqa-rating');
    return localStorage;
  } catch {
    return null;
  }
}

const id = () => Array.from(crypto.getRandomValues(new Uint8Array(8)), byte => byte.toString(16).padStart(2, '0')).join('');
