// Formulas that are too wide for the panel: broken over lines at their signs, then a little smaller, then scrolled.

/** Smaller, the indices could not be read. */
const SMALLEST_FIT = 0.88;

/** @type {WeakMap<Element, () => Element>} a form over several lines, for formulas that have one */
const NARROWER = new WeakMap();

/**
 * Says what to show in place of a formula where there is no room for it in one line.
 * @param {Element} formula
 * @param {() => Element} narrower
 * @returns {Element}
 */
export function withNarrower(formula, narrower) {
  NARROWER.set(formula, narrower);
  return formula;
}

/**
 * Makes formulas, and the tables of long sums, fit into what they stand in; that has the class `sideways`, and is on
 * the screen.
 * @param {Element} root
 */
export function fitFormulas(root) {
  for (const box of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(".sideways"))) {
    const formula = box.firstElementChild;
    const narrower = formula && NARROWER.get(formula);
    if (formula && narrower && isTooWide(box)) formula.replaceWith(narrower());
    if (formula?.matches("table")) tighten(formula, box);
    else if (isTooWide(box)) {
      box.style.setProperty("--fit", String(Math.max(SMALLEST_FIT, box.clientWidth / box.scrollWidth)));
      if (isTooWide(box)) box.tabIndex = 0; // for the keys that scroll
    }
  }
}

/** @param {Element} table @param {HTMLElement} box */
function tighten(table, box) {
  if (isTooWide(box)) table.classList.add("tight");
  if (isTooWide(box)) table.classList.add("tightest");
}

/** @param {HTMLElement} box @returns {boolean} */
function isTooWide(box) {
  return box.scrollWidth > box.clientWidth;
}
