// Formulas on the screen: MathML with short names, or text where the browser has no MathML.

import { find } from "../notation/nodes.js";
import { said } from "../explain/sentences.js";
import { readable } from "../explain/steps.js";
import { equalsMarkup, mathMarkup, mi, mtr } from "../printers/markup.js";
import { MathmlPrinter } from "../printers/mathml.js";
import { SpokenPrinter } from "../printers/spoken.js";
import { elementText, text } from "../printers/text.js";
import { append, h, mathml } from "./dom.js";
import { withNarrower } from "./fit.js";
import { SHOWN_DIGITS, shortNames } from "./names.js";
import { KINDS } from "./signs.js";

/** @import { Assignment, Node, Tensor } from "../types.js" */
/** @import { Marked } from "./marked.js" */
/** @import { Markup, Pieces } from "../printers/markup.js" */

/** Characters of a line of a broken formula. */
const NARROW = 34;

/** @type {boolean | null} */
let hasMathml = null;

/** @returns {boolean} does the browser set fractions? Found out once, by where one's parts stand */
function setsMathml() {
  if (hasMathml === null) {
    const fraction = mathml(mathMarkup(/** @type {Pieces} */ ([["mfrac", {}, ["mn", {}, "1"], ["mn", {}, "2"]]])));
    const probe = h("div", { class: "heard", "aria-hidden": "true" }, fraction);
    document.body.append(probe);
    const [above, below] = [...fraction.querySelectorAll("mn")].map((part) => part.getBoundingClientRect());
    hasMathml = below.top > above.top + above.height / 2;
    probe.remove();
  }
  return hasMathml;
}

/**
 * Do braces grow with what they stand before? Not in a browser that has no font for mathematics.
 * @param {Element} place where formulas stand
 * @returns {boolean}
 */
export function growsBraces(place) {
  if (!setsMathml()) return true;
  const brace = /** @type {Markup} */ (["mo", { form: "prefix", stretchy: "true" }, "{"]);
  const rows = ["1", "2", "3"].map((digit) => mtr([["mn", {}, digit]]));
  const cases = mathml(mathMarkup([["mrow", {}, brace, ["mtable", {}, ...rows]]]));
  const probe = append(h("div", { class: "heard", "aria-hidden": "true" }), cases);
  place.append(probe);
  const [sign, table] = [...cases.querySelectorAll("mo, mtable")].map((part) => part.getBoundingClientRect().height);
  probe.remove();
  return sign > table / 2;
}

/** Prints numbers that are operands so that one sees which kind they are. */
class MarkedPrinter extends MathmlPrinter {
  /** @override @param {Marked} node @returns {Pieces} */
  constant(node) {
    const printed = super.constant(node);
    if (!node.operand) return printed;
    const { address, role } = node.operand;
    return [["mrow", { class: `operand ${KINDS[role]}`, "data-address": address }, ...printed]];
  }
}

/** Shows the formulas of one explanation, whose tensors have short names. */
export class FormulaView {
  /** @param {Iterable<Tensor>} tensors */
  constructor(tensors) {
    const short = shortNames(tensors);
    this.short = short;
    const named = (/** @type {Tensor} */ tensor) => nameMarkupOf(tensor, short(tensor));
    this.printer = new MarkedPrinter(named);
    this.narrow = new MarkedPrinter(named, NARROW);
    this.speaker = new SpokenPrinter(short);
  }

  /** @param {Node} node @returns {Node} with numbers as they are shown */
  read(node) {
    return readable(node, SHOWN_DIGITS);
  }

  /** @param {Assignment} assignment @returns {Element} a formula, `scores = …` */
  formula({ target, subscripts, expression }) {
    return this.equation(
      this.printer.element(target, subscripts),
      expression,
      elementText(target.name, subscripts),
      this.speaker.element(target, subscripts),
    );
  }

  /** @param {Node} node @returns {Element} `= …`, for a line that goes on from another one */
  stage(node) {
    return this.equation([], node, "", "");
  }

  /** @param {Node} node @returns {Element} */
  expression(node) {
    return this.shown(this.printer.whole(node), text(node), this.speaker.say(node));
  }

  /**
   * What is equal to an expression, which may stand in several lines.
   * @param {Pieces} left
   * @param {Node} node
   * @param {string} plain
   * @param {string} spoken
   * @returns {Element}
   */
  equation(left, node, plain, spoken) {
    const right = equalsMarkup(this.printer.whole(node));
    const texts = /** @type {const} */ ([
      `${plain} = ${text(node)}`.trim(),
      said("spoken.is", { left: spoken, right: this.speaker.say(node) }).trim(),
    ]);
    return withNarrower(this.shown([...left, ...right], ...texts), () => {
      const [first, ...more] = this.narrow.lines(node);
      const lines = [...(left.length ? [left] : []), equalsMarkup(first), ...more.map(indented)];
      return this.shown([["mtable", { displaystyle: "true" }, ...lines.map((line) => mtr(line))]], ...texts);
    });
  }

  /**
   * @param {Pieces} pieces
   * @param {string} plain
   * @param {string} spoken
   * @returns {Element}
   */
  shown(pieces, plain, spoken) {
    if (setsMathml()) return mathml(mathMarkup(pieces, { "aria-label": spoken }));
    return h("code", { class: "formula-text" }, plain);
  }
}

/**
 * A line that goes on with a sign, which the row of no width makes one between two terms.
 * @param {Pieces} line
 * @returns {Pieces}
 */
function indented(line) {
  return [["mspace", { width: "1.5em" }], ["mrow", {}], ...line];
}

/** @param {Tensor} tensor @param {string} short @returns {Markup} */
function nameMarkupOf(tensor, short) {
  const [tag, attributes, ...children] = mi(short);
  return [tag, { ...attributes, "data-name": tensor.name }, ...children];
}

/** @param {(Node | null)[]} nodes @returns {Set<Tensor>} the tensors that are named in formulas */
export function tensorsIn(nodes) {
  const accesses = nodes.flatMap((node) => (node ? find(node, "access") : []));
  return new Set(accesses.map((access) => (access.tensor.role === "gradient" && access.tensor.of) || access.tensor));
}
