// Creates elements. Text always becomes text nodes, so nothing from a question can become markup.

/**
 * What an element can be given; what is null or false is left out.
 * @typedef {Node | string | number | null | undefined | false} Single
 * @typedef {Single | Children} Child
 * @typedef {Child[]} Children
 * @typedef {{ [E in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[E]) => unknown }} Listeners
 * @typedef {Record<string, string | number>} Named
 * @typedef {{ class?: string | null, data?: Named, style?: Named, on?: Listeners, [attribute: string]: string | number | boolean | null | undefined | Named | Listeners }} Properties
 */

/**
 * An element with properties and children; `class`, `data`, `style` (CSS properties) and `on` (listeners) are named, everything else is an attribute.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Properties | null} [properties]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (name === 'class') {
      element.className = String(value);
    } else if (name === 'on') {
      for (const [event, listener] of Object.entries(/** @type {Record<string, EventListener>} */ (value))) {
        element.addEventListener(event, listener);
      }
    } else if (name === 'data') {
      Object.assign(element.dataset, value);
    } else if (name === 'style') {
      for (const [property, setting] of Object.entries(/** @type {Named} */ (value))) {
        element.style.setProperty(property, String(setting));
      }
    } else {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  append(element, children);
  return element;
}

/**
 * Adds children: elements, texts, and lists of them; what is null or false is left out.
 * @param {Element} element
 * @param {Child[]} children
 */
export function append(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) {
      append(element, child);
    } else if (child !== null && child !== undefined && child !== false) {
      element.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
  }
}

/**
 * Replaces an element's children.
 * @template {Element} Kind
 * @param {Kind} element
 * @param {...Child} children
 */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

/** The element that a page's HTML has with an id. @param {string} id */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) {
    throw new Error(`The page has no element with the id ${id}.`);
  }
  return found;
}

/** Text for screen readers only. @param {string} text */
export const spoken = text => h('span', { class: 'spoken' }, text);

/** A symbol that screen readers skip. @param {string} text */
export const sign = text => h('span', { 'aria-hidden': 'true' }, text);

/** Whether the user is typing, so that letters are not shortcuts. @param {KeyboardEvent} event */
export const typing = event =>
  event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof Element) || event.target.closest('input:not([type=checkbox]), textarea, select, dialog') !== null;
