// One guest's visit as the kiosk holds it until the service has all of it.

/**
 * @typedef {object} Guest
 * @property {string} name
 * @property {string} email
 * @property {string} phone
 */

/**
 * @typedef {object} Visit plain data, so that IndexedDB can keep it
 * @property {string} key unguessable; the idempotency keys of its calls begin with it
 * @property {number} began milliseconds since 1970
 * @property {Guest | null} guest null where the event asks for no details
 * @property {string} themeId
 * @property {Blob[]} shots in the order they were taken
 * @property {number | null} sessionId once the service knows the visit
 * @property {boolean} photosSent
 */

/**
 * @param {Guest | null} guest
 * @returns {Visit}
 */
export function newVisit(guest) {
  return { key: newKey(), began: Date.now(), guest, themeId: "", shots: [], sessionId: null, photosSent: false };
}

/**
 * 128 random bits in hexadecimal; `crypto.randomUUID` is missing where the page came over plain http.
 *
 * @returns {string}
 */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
