// The shell: routes addresses to pages and handles the global keyboard shortcuts.

import { showKeys } from './dialogs.js';
import { byId, fill, h, typing } from './dom.js';
import { empty, heading, loading, problemBox } from './parts.js';

/**
 * What a page is shown with: the run or study that its address names, what follows the question mark, and a signal that the page is left.
 * @typedef {{ run: string, query: URLSearchParams, signal: AbortSignal, title: (name: string) => void }} Context
 */

const main = byId('main');
let leaving = new AbortController();
let first = true;

// Pages are loaded on first use; the list of runs is preloaded with the shell.
/** @type {[RegExp, () => Promise<{ show(main: HTMLElement, context: Context): unknown }>, string][]} */
const pages = [
  [/^\/$/, () => import('./runs.js'), 'runs'],
  [/^\/new$/, () => import('./start.js'), 'new'],
  [/^\/compare$/, () => import('./compare.js'), 'compare'],
  [/^\/studies$/, () => import('./studies.js'), 'studies'],
  [/^\/studies\/new$/, () => import('./study-new.js'), 'studies'],
  [/^\/studies\/([a-z2-7]{16})$/, () => import('./studies.js'), 'studies'],
  [/^\/runs\/([a-z2-7]{16})$/, () => import('./run.js'), 'runs'],
  [/^\/runs\/([a-z2-7]{16})\/questions$/, () => import('./questions.js'), 'runs'],
  [/^\/runs\/([a-z2-7]{16})\/pairs$/, () => import('./pairs.js'), 'runs'],
];

async function show() {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const [path, query = ''] = (location.hash.replace(/^#/, '') || '/').split('?');
  for (const [pattern, load, nav] of pages) {
    const match = pattern.exec(path);
    if (match) {
      for (const link of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-nav]'))) {
        link.toggleAttribute('aria-current', link.dataset.nav === nav);
        link.dataset.nav === nav ? link.setAttribute('aria-current', 'page') : link.removeAttribute('aria-current');
      }
      const waiting = setTimeout(() => fill(main, loading('Loading…')), 150);
      try {
        const page = await load();
        clearTimeout(waiting);
        if (!signal.aborted) {
          main.className = '';
          page.show(main, { run: match[1] ?? '', query: new URLSearchParams(query), signal, title: name => { document.title = `${name} · MedQA`; } });
          focus();
        }
      } catch (error) {
        clearTimeout(waiting);
        fill(main, problemBox(error, show));
      }
      return;
    }
  }
  document.title = 'Not found · MedQA';
  fill(main, heading('Page not found'), empty('Nothing is at this address', 'The run or page may have been deleted, or the link is incomplete.', h('a', { class: 'button', href: '#/' }, 'All runs')));
  focus();
}

/** Moves the view and the focus to the heading of a new page. */
function focus() {
  if (!first) {
    window.scrollTo(0, 0);
    (main.querySelector('h1') ?? main).focus({ preventScroll: true });
  }
  first = false;
}

window.addEventListener('hashchange', event => {
  // The skip link is not a page.
  if (location.hash === '#main') {
    history.replaceState(null, '', new URL(event.oldURL).hash || '#/');
    main.focus();
  } else {
    show();
  }
});
byId('skip').addEventListener('click', event => {
  event.preventDefault();
  main.focus();
});
byId('help').addEventListener('click', showKeys);
document.addEventListener('keydown', event => {
  if (typing(event)) {
    return;
  }
  if (event.key === '?') {
    event.preventDefault();
    showKeys();
  } else if (event.key === 'g') {
    location.hash = '#/';
  } else if (event.key === 'n') {
    location.hash = '#/new';
  }
});
show();
