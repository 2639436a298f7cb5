// The picture as it will look, laid out by the browser from its own shots while the real one is made.

import { image } from "../page/elements.js";
import { say } from "../page/messages.js";

/** @typedef {import("../api/contract.js").Theme} Theme */

/** Shots look best in a frame a little wider than high. */
const BEST_SHOT_RATIO = 1.2;

/**
 * @param {Theme} theme
 * @returns {number} width to height of the finished picture
 */
export function pictureRatio(theme) {
  const [width, height] = (theme.params.aspect_ratio ?? "2:3").split(":").map(Number);
  return width > 0 && height > 0 ? width / height : 2 / 3;
}

/**
 * @param {Theme} theme
 * @returns {number} width to height of the frame one shot fills
 */
export function shotRatio(theme) {
  const { columns, rows } = grid(theme);
  return (pictureRatio(theme) * rows) / columns;
}

/**
 * @param {Theme} theme
 * @returns {{ columns: number, rows: number }} the grid whose cells suit its shots best
 */
function grid(theme) {
  const shots = theme.params.shots ?? 1;
  const fits = Array.from({ length: shots }, (_, index) => {
    const rows = Math.ceil(shots / (index + 1));
    const off = Math.abs(Math.log((pictureRatio(theme) * rows) / (index + 1) / BEST_SHOT_RATIO));
    return { columns: index + 1, rows, off };
  });
  return fits.reduce((best, other) => (other.off < best.off ? other : best));
}

/**
 * @param {Theme} theme
 * @param {string[]} shots addresses; fewer than the look needs are repeated, as the service does
 * @returns {HTMLElement}
 */
export function printOf(theme, shots) {
  const print = document.createElement("div");
  print.className = "print";
  const { columns, rows } = grid(theme);
  print.style.setProperty("--ratio", String(pictureRatio(theme)));
  print.style.setProperty("--columns", String(columns));
  print.style.setProperty("--rows", String(rows));
  const count = theme.params.shots ?? 1;
  for (let index = 0; index < count; index += 1) {
    const description = index === 0 ? say("result.your_picture") : "";
    print.append(image(shots[index % shots.length], description));
  }
  return print;
}
