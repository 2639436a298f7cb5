// The attract screen: the event's name, the last pictures, one button.

import { ownAddress } from "../../api/address.js";
import { CredentialWanted } from "../../api/client.js";
import { image, onPress, part } from "../../page/elements.js";
import { say } from "../../page/messages.js";
import { tile, whenResized } from "../tiling.js";

const REFRESH_MS = 10_000;
const GALLERY_LIMIT = 24;
const MOST_PRINTS = 9;
const PRINT_RATIO = 0.72;
const SMALLEST_PRINT_REM = 7;

/** @typedef {import("../../api/contract.js").GalleryPicture} GalleryPicture */

/**
 * @param {import("../evening.js").Booth} booth
 * @returns {Promise<void>} when a guest touches it
 */
export function attract(booth) {
  return booth.stage.ask("attract", null, (root, answer, fail) => {
    part(root, "event").textContent = booth.config.event_name || say("attract.call");
    part(root, "call").hidden = booth.config.event_name === "";
    onPress(root, { start: () => answer(undefined) });
    const wall = new Wall(part(root, "wall"));
    const refresh = () => freshen(booth, root, wall).catch((error) => error instanceof CredentialWanted && fail(error));
    const clock = setInterval(refresh, REFRESH_MS);
    refresh();
    return () => {
      clearInterval(clock);
      wall.close();
    };
  });
}

/**
 * @param {import("../evening.js").Booth} booth
 * @param {HTMLElement} root
 * @param {Wall} wall
 */
async function freshen(booth, root, wall) {
  wall.show(await booth.service.call(`/gallery?limit=${GALLERY_LIMIT}`));
  const drive = await booth.service.call("/drive/status");
  const note = part(root, "operator-note");
  note.hidden = drive.ok;
  part(note, "words").textContent = drive.ok ? "" : say("attract.delivery_needs_operator", { message: drive.message });
}

/** The last pictures as prints; when there are more than fit, they take turns. */
class Wall {
  /** @type {GalleryPicture[]} */
  #pictures = [];
  #turn = 0;

  /** @param {HTMLElement} box */
  constructor(box) {
    this.box = box;
    this.close = whenResized(box, () => this.#lay());
  }

  /** @param {GalleryPicture[]} pictures newest first */
  show(pictures) {
    const newest = pictures[0]?.id !== this.#pictures[0]?.id;
    this.#pictures = pictures;
    this.#turn = newest ? 0 : this.#turn + 1;
    this.#lay();
  }

  #lay() {
    const none = this.#pictures.length === 0;
    part(this.box.parentElement ?? document, "no-pictures").hidden = !none;
    const chosen = none ? [] : this.#choose();
    const prints = new Map(Array.from(this.box.children, (print) => [print.getAttribute("data-picture"), print]));
    this.box.replaceChildren(...chosen.map((picture) => prints.get(String(picture.id)) ?? print(picture)));
  }

  /** The newest always hangs; the others move on by one with each turn. */
  #choose() {
    const remPx = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const box = { width: this.box.clientWidth, height: this.box.clientHeight };
    const { columns, rows } = tile(box, Math.min(MOST_PRINTS, this.#pictures.length), PRINT_RATIO, SMALLEST_PRINT_REM * remPx);
    this.box.style.setProperty("--columns", String(columns));
    this.box.style.setProperty("--rows", String(rows));
    const [newest, ...others] = this.#pictures;
    const turned = others.map((_, index) => others[(index + this.#turn) % others.length]);
    return [newest, ...turned].slice(0, columns * rows);
  }
}

/** @param {GalleryPicture} picture */
function print(picture) {
  const cell = document.createElement("li");
  cell.dataset.picture = String(picture.id);
  cell.append(image(ownAddress(picture.thumbnail_url ?? picture.url)));
  return cell;
}
