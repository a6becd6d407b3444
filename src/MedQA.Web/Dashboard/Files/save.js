// Saves what the service sends as a file of the browser, with the key that a link could not send.

import { download } from './api.js';
import { h } from './dom.js';

/** @import { Known } from './types' */

/**
 * Downloads a path in one of its formats and saves it.
 * @template {string} Address
 * @param {Known<Address>} path
 * @param {string} accept
 * @param {string} name
 */
export async function save(path, accept, name) {
  const url = URL.createObjectURL(await download(path, accept));
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}
