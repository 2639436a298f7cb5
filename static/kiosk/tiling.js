// How many equal tiles fit a box: the looks to pick from and the wall of pictures do not scroll.

/**
 * @typedef {object} Tiling
 * @property {number} columns
 * @property {number} rows
 */

/**
 * The tiling with the largest tiles that holds all of them, or as many as fit at the smallest width a tile may have.
 *
 * @param {{ width: number, height: number }} box in CSS pixels
 * @param {number} count of tiles wanted, at least 1
 * @param {number} ratio of a tile, width to height
 * @param {number} minimumWidth of a tile
 * @returns {Tiling}
 */
export function tile(box, count, ratio, minimumWidth) {
  const mostColumns = Math.max(1, Math.floor(box.width / minimumWidth));
  const mostRows = Math.max(1, Math.floor((box.height * ratio) / minimumWidth));
  /** @type {Tiling} */
  let best = { columns: mostColumns, rows: mostRows };
  let bestWidth = 0;
  for (let columns = 1; columns <= Math.min(mostColumns, count); columns += 1) {
    const rows = Math.ceil(count / columns);
    const width = Math.min(box.width / columns, (box.height / rows) * ratio);
    if (rows > mostRows || width <= bestWidth) continue;
    best = { columns, rows };
    bestWidth = width;
  }
  return best;
}

/**
 * @param {HTMLElement} box
 * @param {() => void} lay called now and whenever the box changes its size
 * @returns {() => void} ends it
 */
export function whenResized(box, lay) {
  const observer = new ResizeObserver(lay);
  observer.observe(box);
  return () => observer.disconnect();
}
