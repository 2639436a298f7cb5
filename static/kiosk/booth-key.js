// The booth key: asked for once, kept in this browser, sent with each call.

const PLACE = "boothline.booth-key";

export const boothKey = {
  /** @param {string} key */
  keep(key) {
    localStorage.setItem(PLACE, key);
  },

  forget() {
    localStorage.removeItem(PLACE);
  },

  /** @returns {Record<string, string>} */
  headers() {
    const key = localStorage.getItem(PLACE);
    return key ? { "X-Booth-Key": key } : {};
  },
};
