// Makes elements of the page. What is put in is text or other elements, never markup.

const XHTML = "http://www.w3.org/1999/xhtml";
const SVG = "http://www.w3.org/2000/svg";
const MATHML = "http://www.w3.org/1998/Math/MathML";

/**
 * What stands inside of an element; what is nothing or `false` is left out.
 * @typedef {globalThis.Node | string | number | null | undefined | false} Child
 * @typedef {Child | readonly any[]} Children lists of them, and lists of lists, too
 */

/**
 * What an element has. `class` may be a list, of which `false` and "" are left out; `data` are its data-attributes;
 * `style` sets properties, also those that begin with "--"; `on` has a handler for each event. Of anything else,
 * `true` is an attribute without a value, and `false`, `null` and `undefined` are none.
 * @typedef {object} Special
 * @property {string | false | null | (string | false | null | undefined)[]} [class]
 * @property {Record<string, string | number | null | undefined>} [data]
 * @property {Record<string, string | number>} [style]
 * @property {Record<string, (event: any) => void>} [on]
 * @typedef {Special & Record<string, any>} Props
 */

/**
 * An element of HTML.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Props | null} [props]
 * @param {...Children} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, props, ...children) {
  return /** @type {any} */ (createdElement(XHTML, tag, props, children));
}

/**
 * An element of SVG.
 * @param {string} tag
 * @param {Props | null} [props]
 * @param {...Children} children
 * @returns {SVGElement}
 */
export function svg(tag, props, ...children) {
  return /** @type {SVGElement} */ (createdElement(SVG, tag, props, children));
}

/**
 * An element of MathML and all inside of it.
 * @param {import("../printers/markup.js").Markup} markup `[tag, {attributes}, ...children]`
 * @returns {MathMLElement}
 */
export function mathml([tag, attributes, ...children]) {
  const inside = children.map((/** @type {any} */ child) => (typeof child === "string" ? child : mathml(child)));
  return /** @type {MathMLElement} */ (createdElement(MATHML, tag, attributes, inside));
}

/**
 * @param {string} namespace
 * @param {string} tag
 * @param {Props | null | undefined} props
 * @param {Children[]} children
 */
function createdElement(namespace, tag, props, children) {
  const element = document.createElementNS(namespace, tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    setProperty(/** @type {HTMLElement} */ (element), name, value);
  }
  return append(element, ...children);
}

/**
 * @param {HTMLElement} element
 * @param {string} name
 * @param {any} value
 */
function setProperty(element, name, value) {
  if (name === "on") {
    Object.entries(value).forEach(([event, handler]) => element.addEventListener(event, /** @type {any} */ (handler)));
  } else if (name === "data") {
    Object.entries(value).forEach(([key, said]) => setProperty(element, `data-${dashedName(key)}`, said));
  } else if (name === "style") {
    Object.entries(value).forEach(([property, said]) => element.style.setProperty(dashedName(property), String(said)));
  } else if (value !== false && value !== null && value !== undefined) {
    element.setAttribute(name, attributeText(value));
  }
}

/** @param {any} value @returns {string} */
function attributeText(value) {
  return value === true ? "" : Array.isArray(value) ? value.filter(Boolean).join(" ") : String(value);
}

/** @param {string} name such as `fontSize` @returns {string} `font-size` */
function dashedName(name) {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * Puts children behind those that are there.
 * @template {ParentNode} Parent
 * @param {Parent} parent
 * @param {...Children} children
 * @returns {Parent}
 */
export function append(parent, ...children) {
  parent.append(...presentChildren(children));
  return parent;
}

/** @param {Children[]} children @returns {(globalThis.Node | string)[]} */
function presentChildren(children) {
  const there = children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
  return there.map((child) => (typeof child === "number" ? String(child) : /** @type {globalThis.Node} */ (child)));
}

/**
 * Takes all children away.
 * @template {ParentNode} Parent
 * @param {Parent} parent
 * @returns {Parent}
 */
export function clear(parent) {
  parent.replaceChildren();
  return parent;
}

/**
 * Puts these in place of all children.
 * @template {ParentNode} Parent
 * @param {Parent} parent
 * @param {...Children} children
 * @returns {Parent}
 */
export function replace(parent, ...children) {
  parent.replaceChildren(...presentChildren(children));
  return parent;
}

/**
 * A handler of `keydown` that knows these keys, such as `{ArrowUp: () => …, Enter: …}`; what it knows goes no further.
 * @param {Record<string, (event: KeyboardEvent) => void>} handlers
 * @returns {(event: KeyboardEvent) => void}
 */
export function onKeys(handlers) {
  return (event) => {
    const handler = Object.hasOwn(handlers, event.key) ? handlers[event.key] : undefined;
    if (handler && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      event.stopPropagation();
      handler(event);
    }
  };
}

/**
 * A handler that is run once all that happens at the same time has happened, before the page is painted again.
 * @param {() => void} handler
 * @returns {() => void}
 */
export function oncePerFrame(handler) {
  let asked = 0;
  return () => {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(handler);
  };
}
