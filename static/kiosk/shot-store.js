// Visits the service does not have yet, kept in IndexedDB: a reload, a crash or a power cut loses no shot.

const DATABASE = "boothline";
const VISITS = "visits";

/** @typedef {import("./visit.js").Visit} Visit */

/** @returns {Promise<IDBDatabase>} */
function open() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(VISITS);
  return answerOf(request);
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function answerOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(visits: IDBObjectStore) => IDBRequest<T>} work
 * @returns {Promise<T>} once it is on disk
 */
async function within(mode, work) {
  const database = await open();
  try {
    const transaction = database.transaction(VISITS, mode, { durability: "strict" });
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const answer = await answerOf(work(transaction.objectStore(VISITS)));
    await done;
    return answer;
  } finally {
    database.close();
  }
}

export const shotStore = {
  /** @param {string} place @param {Visit} visit */
  put: (place, visit) => within("readwrite", (visits) => visits.put(visit, place)),

  /** @param {string} place */
  remove: (place) => within("readwrite", (visits) => visits.delete(place)),

  /** @returns {Promise<string[]>} the places of all kept visits */
  places: async () => (await within("readonly", (visits) => visits.getAllKeys())).map(String),

  /** @param {string} place @returns {Promise<Visit | undefined>} */
  get: (place) => within("readonly", (visits) => visits.get(place)),
};
