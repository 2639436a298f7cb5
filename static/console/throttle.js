// Many wishes, one deed: a burst of events asks the service once.

const REST_MS = 1_000;

export class Throttle {
  #deed;
  #busy = false;
  #wanted = false;

  /** @param {() => Promise<void>} deed */
  constructor(deed) {
    this.#deed = deed;
  }

  /** Does the deed now, or once more after the one that runs. */
  async soon() {
    this.#wanted = true;
    if (this.#busy) return;
    this.#busy = true;
    while (this.#wanted) {
      this.#wanted = false;
      await this.#deed().catch((error) => console.warn("The overview could not be read", error));
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
    }
    this.#busy = false;
  }
}
