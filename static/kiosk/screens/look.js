// Pick a look: big pictures, paged where they do not all fit, because the kiosk does not scroll.

import { ownAddress } from "../../api/address.js";
import { fittedImage, fromTemplate, onPress, part } from "../../page/elements.js";
import { say } from "../../page/messages.js";
import { tile, whenResized } from "../tiling.js";

const CARD_RATIO = 0.7;
const SMALLEST_CARD_REM = 7.5;

/** @typedef {import("../../api/contract.js").Theme} Theme */

/**
 * @param {import("../evening.js").Attended} booth
 * @param {Theme[]} themes at least one
 * @returns {Promise<Theme | "back">} at once where there is nothing to choose
 */
export async function pickLook(booth, themes) {
  if (themes.length === 0) throw new Error("the service has no looks");
  if (themes.length === 1) return themes[0];
  return booth.stage.ask("look", booth.idle.signal, (root, answer) => {
    const shelf = new Shelf(root, themes);
    onPress(root, {
      back: () => answer("back"),
      earlier: () => shelf.turn(-1),
      later: () => shelf.turn(1),
      pick: (button) => answer(themes[Number(button.dataset.theme)]),
    });
    return () => shelf.close();
  });
}

/** The cards of one page, and the way to the others. */
class Shelf {
  #page = 0;
  #root;
  #themes;
  #cards;

  /**
   * @param {HTMLElement} root
   * @param {Theme[]} themes
   */
  constructor(root, themes) {
    this.#root = root;
    this.#themes = themes;
    this.#cards = part(root, "cards");
    this.close = whenResized(this.#cards, () => this.turn(0));
  }

  /** @param {number} by pages */
  turn(by) {
    const { perPage, pages } = this.#measure();
    this.#page = Math.min(Math.max(0, this.#page + by), pages - 1);
    const first = this.#page * perPage;
    const shown = this.#themes.slice(first, first + perPage);
    this.#cards.replaceChildren(...shown.map((theme, index) => card(theme, first + index)));
    this.#showPager(pages);
  }

  #measure() {
    const remPx = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const box = { width: this.#cards.clientWidth, height: this.#cards.clientHeight };
    const { columns, rows } = tile(box, this.#themes.length, CARD_RATIO, SMALLEST_CARD_REM * remPx);
    this.#cards.style.setProperty("--columns", String(columns));
    this.#cards.style.setProperty("--rows", String(rows));
    return { perPage: columns * rows, pages: Math.ceil(this.#themes.length / (columns * rows)) };
  }

  /** @param {number} pages */
  #showPager(pages) {
    part(this.#root, "pager").classList.toggle("pager--idle", pages === 1);
    part(this.#root, "page").textContent = say("look.page", { page: this.#page + 1, pages });
    part(this.#root, "earlier").toggleAttribute("disabled", this.#page === 0);
    part(this.#root, "later").toggleAttribute("disabled", this.#page === pages - 1);
  }
}

/**
 * @param {Theme} theme
 * @param {number} index
 */
function card(theme, index) {
  const item = fromTemplate("look-card");
  const button = part(item, "pick");
  button.dataset.theme = String(index);
  part(item, "title").textContent = theme.title;
  part(item, "shots").textContent = say("look.shots", { count: theme.params.shots ?? 1 });
  if (theme.thumbnail_url) part(item, "picture").append(fittedImage(ownAddress(theme.thumbnail_url)));
  return item;
}
