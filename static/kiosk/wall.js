// The last pictures as prints on a wall; when there are more than fit, they take turns.

import { ownAddress } from "../api/address.js";
import { fittedImage, part } from "../page/elements.js";
import { tile, whenResized } from "./tiling.js";

/** @typedef {import("../api/contract.js").GalleryPicture} GalleryPicture */

const MOST_PRINTS = 9;
const PRINT_RATIO = 0.72;
const SMALLEST_PRINT_REM = 7;

/** On a wider cell a thumbnail looks soft. */
const THUMBNAIL_PX = 420;

export class Wall {
  /** @type {GalleryPicture[]} */
  #pictures = [];
  #turn = 0;
  #box;

  /** @param {HTMLElement} box */
  constructor(box) {
    this.#box = box;
    this.close = whenResized(box, () => this.#lay());
  }

  /** @param {GalleryPicture[]} pictures newest first */
  show(pictures) {
    const news = pictures[0]?.id !== this.#pictures[0]?.id;
    this.#pictures = pictures;
    this.#turn = news ? 0 : this.#turn + 1;
    part(this.#box.parentElement ?? document, "no-pictures").hidden = pictures.length > 0;
    this.#lay();
  }

  #lay() {
    const { columns, rows } = this.#tile();
    const sharp = (this.#box.clientWidth / columns) * devicePixelRatio > THUMBNAIL_PX;
    const hanging = new Map(Array.from(this.#box.children, (print) => [print.getAttribute("data-picture"), print]));
    const prints = this.#choose(columns * rows).map((picture) => hanging.get(String(picture.id)) ?? print(picture, sharp));
    this.#box.replaceChildren(...prints);
  }

  #tile() {
    const remPx = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const box = { width: this.#box.clientWidth, height: this.#box.clientHeight };
    const count = Math.max(1, Math.min(MOST_PRINTS, this.#pictures.length));
    const tiling = tile(box, count, PRINT_RATIO, SMALLEST_PRINT_REM * remPx);
    this.#box.style.setProperty("--columns", String(tiling.columns));
    this.#box.style.setProperty("--rows", String(tiling.rows));
    return tiling;
  }

  /**
   * The newest always hangs; the others move on by one with each turn.
   *
   * @param {number} room
   */
  #choose(room) {
    const [newest, ...others] = this.#pictures;
    if (!newest) return [];
    const turned = others.map((_, index) => others[(index + this.#turn) % others.length]);
    return [newest, ...turned].slice(0, room);
  }
}

/**
 * @param {GalleryPicture} picture
 * @param {boolean} sharp as the compressed copy, not as the thumbnail
 */
function print(picture, sharp) {
  const cell = document.createElement("li");
  cell.dataset.picture = String(picture.id);
  const source = sharp ? picture.url : (picture.thumbnail_url ?? picture.url);
  cell.append(fittedImage(ownAddress(source)));
  return cell;
}
