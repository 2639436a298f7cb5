// Addresses of our own service, made same-origin.

const OURS = /^\/(static|api|assets|p)\//;

/**
 * The service writes links for phones, with the address guests reach it by; a page opened by another of its names
 * (localhost, the booth's IP) may load only from its own origin, so our own paths are taken relative to it.
 *
 * @param {string} address absolute or relative
 * @returns {string} path and query for our own files, else the address as it was
 */
export function ownAddress(address) {
  const url = new URL(address, location.href);
  return OURS.test(url.pathname) ? url.pathname + url.search : address;
}

/**
 * @param {string} qrAddress a job's `qr_url`
 * @returns {string} the same code as SVG, sharp at every size of screen
 */
export function sharpQr(qrAddress) {
  const url = new URL(ownAddress(qrAddress), location.href);
  url.searchParams.set("format", "svg");
  return url.pathname + url.search;
}
