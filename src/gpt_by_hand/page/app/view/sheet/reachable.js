// What is too wide and scrolls in a box of its own can be reached by keys, too.

/** What may be. */
export const WIDE = ".row, .beside, .given, .boxes, .help, .table, .formula, .line";

/** @param {HTMLElement} root whose boxes are looked at whenever something in it has another size */
export function reachable(root) {
  new ResizeObserver(() => markReachable(root)).observe(root);
}

/** @param {HTMLElement} root */
export function markReachable(root) {
  for (const box of root.querySelectorAll(WIDE)) {
    const scrolls = getComputedStyle(box).overflowX === "auto" && box.scrollWidth > box.clientWidth + 1;
    if (scrolls) box.setAttribute("tabindex", "0");
    else box.removeAttribute("tabindex");
  }
}
