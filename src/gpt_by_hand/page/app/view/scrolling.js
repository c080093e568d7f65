// What scrolls the map.

/**
 * @param {HTMLElement} element
 * @returns {Element} what scrolls it: itself, or the whole page on a phone
 */
export function scrollerOf(element) {
  const own = getComputedStyle(element).overflowY !== "visible";
  return own ? element : (document.scrollingElement ?? document.documentElement);
}
