// Sends visits in the background, newest guest first, for as long as the service takes to come back.

import { CredentialWanted, Refused, Unreachable } from "../api/client.js";
import { send } from "./send.js";
import { shotStore } from "./shot-store.js";

/** @typedef {import("./visit.js").Visit} Visit */
/** @typedef {import("../api/contract.js").Job} Job */

const LONGEST_PAUSE_S = 15;

/**
 * @typedef {object} Letter
 * @property {string} place of the visit in the store
 * @property {Visit | null} visit null while it lies only in the store
 * @property {number} tries
 * @property {(job: Job) => void} taken
 * @property {(error: unknown) => void} refused
 */

/** Fires `change` whenever the number of waiting visits changes. */
export class Outbox extends EventTarget {
  #service;
  #pulse;
  /** @type {Letter[]} newest last */
  #letters = [];
  #sending = false;
  /** Whether the service asks for a key this booth does not have. */
  keyWanted = false;

  /**
   * @param {import("../api/client.js").Service} service
   * @param {import("./pulse.js").Pulse} pulse
   */
  constructor(service, pulse) {
    super();
    this.#service = service;
    this.#pulse = pulse;
  }

  get waiting() {
    return this.#letters.length;
  }

  /** Takes up what an earlier page left behind. */
  async resume() {
    const places = await shotStore.places().catch(() => []);
    this.#letters.unshift(...places.map((place) => letter(place, null)));
    this.wake();
  }

  /**
   * @param {Visit} visit complete; stored before it is sent
   * @returns {Promise<Job>} once the service has accepted it, however long that takes; fails when it is refused
   */
  async post(visit) {
    const place = `${visit.began}-${visit.key}`;
    // A browser without storage (private window, full disk) still sends: the shots are in memory.
    await shotStore.put(place, visit).catch((error) => console.warn("The shots could not be stored", error));
    return new Promise((taken, refused) => {
      this.#letters.push({ ...letter(place, visit), taken, refused });
      this.wake();
    });
  }

  /** Starts sending where it has stopped, for example after the booth key was entered. */
  wake() {
    this.keyWanted = false;
    this.#changed();
    if (!this.#sending) this.#sendAll();
  }

  async #sendAll() {
    this.#sending = true;
    while (this.#letters.length > 0 && !this.keyWanted) await this.#sendOne(this.#next());
    this.#sending = false;
  }

  /** Fewest tries first, so that a visit the service stumbles over holds up nobody; then the newest. */
  #next() {
    return this.#letters.reduce((best, other) => (other.tries <= best.tries ? other : best));
  }

  /** @param {Letter} letter */
  async #sendOne(letter) {
    letter.tries += 1;
    try {
      const visit = letter.visit ?? (await shotStore.get(letter.place));
      if (!visit) return await this.#done(letter);
      const job = await send(this.#service, visit);
      await this.#done(letter);
      letter.taken(job);
    } catch (error) {
      await this.#coped(letter, error);
    }
  }

  /**
   * @param {Letter} letter
   * @param {unknown} error
   */
  async #coped(letter, error) {
    if (error instanceof CredentialWanted) {
      this.keyWanted = true;
      this.#changed();
    } else if (error instanceof Unreachable) {
      await pause(1000 * Math.max(error.retryAfterSeconds, Math.min(2 ** (letter.tries - 1), LONGEST_PAUSE_S)));
      await this.#pulse.untilUp();
    } else {
      if (!(error instanceof Refused)) console.error("A visit could not be sent", error);
      await this.#done(letter);
      letter.refused(error);
    }
  }

  /** @param {Letter} letter */
  async #done(letter) {
    this.#letters = this.#letters.filter((other) => other !== letter);
    await shotStore.remove(letter.place).catch(() => {});
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * @param {string} place
 * @param {Visit | null} visit
 * @returns {Letter}
 */
function letter(place, visit) {
  return { place, visit, tries: 0, taken: () => {}, refused: () => {} };
}

/** @param {number} milliseconds */
function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
