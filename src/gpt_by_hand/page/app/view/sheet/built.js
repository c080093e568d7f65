// Elements from what Python has printed as data: known tags and attributes only, so that no text becomes anything else.

import { h, mathml, svg } from "../dom.js";

/** @typedef {import("../../types.js").MarkupElement} MarkupElement */
/** @typedef {(box: number) => Element} MadeField what stands in the place of a box */

const words = (/** @type {string} */ text) => new Set(text.split(" "));
const LANGUAGES = {
  html: {
    tags: words(
      "a article b br code dd div dl dt em figcaption figure footer h2 h3 h4 h5 h6 header i li ol p section small " +
        "span strong sub sup table tbody td tfoot th thead tr ul",
    ),
    attributes: words("aria-hidden aria-label class colspan href lang role rowspan scope"),
  },
  math: {
    tags: words(
      "math mfrac mi mn mo mover mpadded mphantom mroot mrow mspace msqrt mstyle msub msubsup msup mtable mtd mtext " +
        "mtr munder munderover",
    ),
    attributes: words(
      "class columnspan displaystyle form lspace mathvariant movablelimits rowspan rspace scriptlevel stretchy width",
    ),
  },
  svg: {
    tags: words("circle g line path polygon polyline rect svg text tspan"),
    attributes: words(
      "aria-hidden aria-label class cx cy d dx dy fill height points r role rx ry stroke stroke-dasharray " +
        "stroke-width text-anchor transform viewBox width x x1 x2 y y1 y2",
    ),
  },
};
/** @typedef {keyof typeof LANGUAGES} MarkupLanguage */

/**
 * The element and all inside of it; or the text. What is unknown is left out, with its children in its place.
 * @param {import("../../types.js").Markup} markup
 * @param {MadeField} [field] what to put in the place of a box
 * @returns {Element | string}
 */
export function built(markup, field = () => h("span")) {
  return typeof markup === "string" ? markup : inLanguage("html", markup, field);
}

/**
 * @param {MarkupLanguage} around
 * @param {MarkupElement} markup
 * @param {MadeField} field
 * @returns {Element}
 */
function inLanguage(around, [tag, attributes, ...children], field) {
  const box = Number(attributes["data-box"] ?? "none");
  if (around === "html" && Number.isInteger(box)) return field(box);
  const language = around === "html" && (tag === "math" || tag === "svg") ? tag : around;
  const inside = children.map((one) => (typeof one === "string" ? one : inLanguage(language, one, field)));
  if (!LANGUAGES[language].tags.has(tag)) return h("span", null, inside);
  return created(language, tag, knownAttributes(language, attributes), inside);
}

/**
 * @param {MarkupLanguage} language
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {(Element | string)[]} children
 * @returns {Element}
 */
function created(language, tag, attributes, children) {
  if (language === "svg") return svg(tag, attributes, children);
  if (language === "html") return ofHtml(tag, attributes, children);
  const element = mathml([tag, attributes]);
  element.append(...children);
  return element;
}

/**
 * A head of a table that heads nothing is no head.
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {(Element | string)[]} children
 * @returns {Element}
 */
function ofHtml(tag, attributes, children) {
  const element = h(/** @type {any} */ (tag), attributes, children);
  return tag === "th" && !element.textContent ? h("td", { class: "corner" }) : element;
}

/**
 * Those that are known; a link leads to somewhere on the page, or nowhere.
 * @param {MarkupLanguage} language
 * @param {Record<string, string>} attributes
 * @returns {Record<string, string>}
 */
function knownAttributes(language, attributes) {
  const known = Object.entries(attributes).filter(([name]) => LANGUAGES[language].attributes.has(name));
  return Object.fromEntries(known.filter(([name, value]) => name !== "href" || value.startsWith("#")));
}
