// A menu of actions at a button, in the browser's top layer: it closes with Escape and by a click elsewhere.

import { h } from './dom.js';

/** @typedef {{ text: string, danger?: boolean, act: () => unknown }} Item */

/**
 * Opens a menu.
 * @param {HTMLElement} button
 * @param {string} name
 * @param {Item[]} items
 */
export function openMenu(button, name, items) {
  const menu = h('div', { class: 'menu', role: 'menu', 'aria-label': name, popover: 'auto' },
    items.map(item => h('button', { type: 'button', role: 'menuitem', tabindex: '-1', class: item.danger ? 'danger-quiet' : null, on: { click: () => { menu.hidePopover(); item.act(); } } }, item.text)));
  const scrolled = new AbortController();
  const entries = /** @type {HTMLElement[]} */ ([...menu.children]);
  menu.addEventListener('keydown', event => {
    const at = entries.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 + entries.length, Home: 0, End: entries.length - 1 }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      entries[next % entries.length].focus();
    } else if (event.key === 'Tab') {
      menu.hidePopover();
    }
  });
  menu.addEventListener('toggle', event => {
    if (/** @type {ToggleEvent} */ (event).newState === 'closed') {
      menu.remove();
      scrolled.abort();
      button.removeAttribute('aria-expanded');
      // The list may have been drawn again meanwhile.
      if (!button.isConnected && button.dataset.key) {
        /** @type {HTMLElement | null} */ (document.querySelector(`[data-key="${CSS.escape(button.dataset.key)}"]`))?.focus({ preventScroll: true });
      }
    }
  });
  document.body.append(menu);
  menu.showPopover();
  button.setAttribute('aria-expanded', 'true');
  const [place, size] = [button.getBoundingClientRect(), menu.getBoundingClientRect()];
  const below = place.bottom + size.height <= innerHeight || place.top < size.height;
  menu.style.setProperty('top', `${Math.max(4, below ? place.bottom : place.top - size.height)}px`);
  menu.style.setProperty('left', `${Math.max(4, Math.min(place.right, innerWidth - 4) - size.width)}px`);
  addEventListener('scroll', () => menu.isConnected && menu.hidePopover(), { once: true, capture: true, passive: true, signal: scrolled.signal });
  entries[0]?.focus();
}
