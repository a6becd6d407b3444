// Creates elements. Text always becomes text nodes, so nothing from a question can become markup.

/** An element with properties and children; `class`, `data`, `style` (CSS properties) and `on` (listeners) are named, everything else is an attribute. */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (name === 'class') {
      element.className = value;
    } else if (name === 'on') {
      for (const [event, listener] of Object.entries(value)) {
        element.addEventListener(event, listener);
      }
    } else if (name === 'data') {
      Object.assign(element.dataset, value);
    } else if (name === 'style') {
      for (const [property, setting] of Object.entries(value)) {
        element.style.setProperty(property, setting);
      }
    } else {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  append(element, children);
  return element;
}

/** Adds children: elements, texts, and lists of them; what is null or false is left out. */
export function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) {
      element.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
  }
}

/** Replaces an element's children. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

/** Text for screen readers only. */
export const spoken = text => h('span', { class: 'spoken' }, text);

/** A symbol that screen readers skip. */
export const sign = text => h('span', { 'aria-hidden': 'true' }, text);

/** Whether the user is typing, so that letters are not shortcuts. */
export const typing = event =>
  event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.('input:not([type=checkbox]), textarea, select, dialog') !== null;
