// Whether the service answers: every call reports, and a heartbeat asks while nobody else does.

const WHILE_DOWN_MS = 2_000;
const WHILE_UP_MS = 15_000;

/** Fires `change` when the service goes away or comes back. */
export class Pulse extends EventTarget {
  up = true;

  /** @param {boolean} answered */
  report(answered) {
    if (answered === this.up) return;
    this.up = answered;
    this.dispatchEvent(new Event("change"));
    if (!answered) this.#hurry();
  }

  #hurry = () => {};

  /**
   * Never ends.
   *
   * @param {import("../api/client.js").Service} service whose calls report here
   */
  async watch(service) {
    for (;;) {
      await service.call("/health", { patienceMs: 5_000 }).catch(() => {});
      await this.#rest(this.up ? WHILE_UP_MS : WHILE_DOWN_MS);
    }
  }

  /** Ends early when a call finds the service gone. */
  #rest(/** @type {number} */ milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#hurry = () => {
        clearTimeout(timer);
        setTimeout(resolve, WHILE_DOWN_MS);
      };
    });
  }

  /** @returns {Promise<void>} */
  untilUp() {
    if (this.up) return Promise.resolve();
    return new Promise((resolve) => {
      const look = () => {
        if (!this.up) return;
        this.removeEventListener("change", look);
        resolve();
      };
      this.addEventListener("change", look);
    });
  }
}
