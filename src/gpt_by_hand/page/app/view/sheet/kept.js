// What was answered, kept in the browser under a name of the sheet's own. Where that is refused, the page goes on.

const PREFIX = "gpt-by-hand worksheet ";

/** A place for one copy's answers. */
export class Kept {
  /** @param {import("../../types.js").SheetCopy} copy */
  constructor(copy) {
    this.name = PREFIX + JSON.stringify([copy.again, copy.header, copy.seed]);
    this.refused = false;
  }

  /** @returns {unknown} what was saved; null where there is nothing that can be read */
  load() {
    return this.#trying(() => {
      const text = localStorage.getItem(this.name);
      return text === null ? null : parsed(text);
    });
  }

  /** @param {unknown} data plain values */
  save(data) {
    this.#trying(() => localStorage.setItem(this.name, JSON.stringify(data)));
  }

  /**
   * @template T
   * @param {() => T} action
   * @returns {T | null}
   */
  #trying(action) {
    try {
      return action();
    } catch {
      this.refused = true;
      return null;
    }
  }
}

/** @param {string} text @returns {unknown} */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
