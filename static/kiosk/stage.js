// One screen at a time, each made fresh from its template and thrown away, so that nothing of a guest can stay.

import { find, fromTemplate } from "../page/elements.js";

/**
 * @template T
 * @callback Furnish fills a screen and wires its buttons; what it returns tidies up after it
 * @param {HTMLElement} root
 * @param {(answer: T) => void} answer ends the screen
 * @param {(error: unknown) => void} fail ends the screen too
 * @returns {(() => void) | void}
 */

export class Stage {
  #floor = find(document, "#stage", HTMLElement);

  /**
   * Shows a screen until it is answered, or until the signal fires.
   *
   * @template T
   * @param {string} name of the template `screen-name`
   * @param {AbortSignal | null} signal
   * @param {Furnish<T>} furnish
   * @returns {Promise<T>}
   */
  async ask(name, signal, furnish) {
    signal?.throwIfAborted();
    const root = fromTemplate(`screen-${name}`);
    this.#floor.replaceChildren(root);
    let tidy = () => {};
    let leave = () => {};
    try {
      return await new Promise((resolve, reject) => {
        leave = () => reject(signal?.reason);
        signal?.addEventListener("abort", leave);
        tidy = furnish(root, resolve, reject) ?? tidy;
        find(root, root.querySelector("[data-focus]") ? "[data-focus]" : "h1", HTMLElement).focus({ preventScroll: true });
      });
    } finally {
      signal?.removeEventListener("abort", leave);
      tidy();
      root.remove();
    }
  }
}
