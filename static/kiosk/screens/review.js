// Keep or retake: green and red; of several shots one can be taken again.

import { image, onPress, part } from "../../page/elements.js";
import { say } from "../../page/messages.js";
import { filterOf, shotRatio } from "../recipe.js";
import { tile, whenResized } from "../tiling.js";

/**
 * @param {import("../evening.js").Attended} booth
 * @param {import("../../api/contract.js").Theme} theme
 * @param {Blob[]} shots at least one
 * @returns {Promise<"keep" | "all" | number>} the number of the one shot to retake
 */
export function review(booth, theme, shots) {
  return booth.stage.ask("review", booth.idle.signal, (root, answer) => {
    const addresses = shots.map((shot) => URL.createObjectURL(shot));
    const ratios = shots.map((_, index) => shotRatio(theme, index));
    const tiles = addresses.map((address, index) => shotTile(address, index, shots.length));
    tiles.forEach((tile, index) => tile.style.setProperty("--ratio", String(ratios[index])));
    const board = part(root, "board");
    board.style.setProperty("--filter", filterOf(theme));
    board.append(...tiles);
    const endLaying = whenResized(board, () => lay(board, shots.length, Math.max(...ratios)));
    part(root, "retake").textContent = say(shots.length === 1 ? "review.retake" : "review.retake_all");
    part(root, "hint").hidden = shots.length === 1;
    onPress(root, {
      keep: () => answer("keep"),
      all: () => answer(shots.length === 1 ? 0 : "all"),
      one: (button) => answer(Number(button.dataset.shot)),
    });
    return () => {
      endLaying();
      addresses.forEach((address) => URL.revokeObjectURL(address));
    };
  });
}

/**
 * @param {HTMLElement} board
 * @param {number} count of shots
 * @param {number} ratio of the widest shot
 */
function lay(board, count, ratio) {
  const { columns, rows } = tile({ width: board.clientWidth, height: board.clientHeight }, count, ratio, 1);
  board.style.setProperty("--columns", String(columns));
  board.style.setProperty("--rows", String(rows));
}

/**
 * @param {string} address
 * @param {number} index
 * @param {number} count
 */
function shotTile(address, index, count) {
  const words = say("review.shot", { shot: index + 1, shots: count });
  const frame = document.createElement(count === 1 ? "div" : "button");
  frame.className = "shot";
  frame.append(image(address, words));
  if (count === 1) return frame;
  frame.dataset.do = "one";
  frame.dataset.shot = String(index);
  const label = document.createElement("span");
  label.className = "shot__label";
  label.textContent = say("review.retake_one", { shot: index + 1 });
  frame.append(label);
  return frame;
}
