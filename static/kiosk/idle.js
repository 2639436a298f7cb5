// Notices that a guest has walked away.

/** The guest left without saying so. */
export class WalkedAway extends Error {}

const WARNING_SECONDS = 10;
const SIGNS_OF_LIFE = ["pointerdown", "keydown", "input", "wheel"];

/**
 * Counts the seconds without a touch. Fires `remaining` with the seconds left while the last ten run,
 * and once more with null when a touch ends the alarm.
 */
export class Idle extends EventTarget {
  #left = new AbortController();
  #idleSeconds;
  #still = 0;
  #paused = false;
  /** @type {ReturnType<typeof setInterval>} */
  #clock;

  /** @param {number} idleSeconds until the guest is taken to have left */
  constructor(idleSeconds) {
    super();
    this.#idleSeconds = idleSeconds;
    this.#clock = setInterval(() => this.#tick(), 1000);
    for (const sign of SIGNS_OF_LIFE) document.addEventListener(sign, this.touch, { capture: true });
  }

  /** Fires when the guest has left. */
  get signal() {
    return this.#left.signal;
  }

  touch = () => {
    if (this.#still > this.#idleSeconds - WARNING_SECONDS) this.#tell(null);
    this.#still = 0;
  };

  /**
   * The guest poses and cannot touch: the clock stands still until the work is done.
   *
   * @template T
   * @param {Promise<T>} work
   */
  async during(work) {
    this.#paused = true;
    try {
      return await work;
    } finally {
      this.#paused = false;
      this.touch();
    }
  }

  stop() {
    clearInterval(this.#clock);
    for (const sign of SIGNS_OF_LIFE) document.removeEventListener(sign, this.touch, { capture: true });
    this.#tell(null);
  }

  #tick() {
    if (this.#paused) return;
    this.#still += 1;
    const remaining = this.#idleSeconds - this.#still;
    if (remaining <= 0) this.#left.abort(new WalkedAway());
    else if (remaining <= WARNING_SECONDS) this.#tell(remaining);
  }

  /** @param {number | null} seconds */
  #tell(seconds) {
    this.dispatchEvent(new CustomEvent("remaining", { detail: seconds }));
  }
}
