// The picture as it will look, laid out by the browser from its own shots while the real one is made.

import { image } from "../page/elements.js";
import { say } from "../page/messages.js";
import { backgroundOf, canvasOf, filterOf, shotIn, slotsOf } from "./recipe.js";

/** @typedef {import("../api/contract.js").Theme} Theme */
/** @typedef {import("../api/contract.js").Slot} Slot */

/**
 * @param {Theme} theme
 * @param {string[]} shots addresses; fewer than the look needs are repeated, as the service does
 * @returns {HTMLElement}
 */
export function printOf(theme, shots) {
  const canvas = canvasOf(theme);
  const print = document.createElement("div");
  print.className = "print";
  print.setAttribute("role", "img");
  print.setAttribute("aria-label", say("result.your_picture"));
  print.style.setProperty("--ratio", String(canvas.width / canvas.height));
  print.style.setProperty("--filter", filterOf(theme));
  print.style.background = backgroundOf(theme);
  // One pixel of the canvas, in a unit that grows with the print.
  const onPrint = (/** @type {number} */ pixels) => `${(pixels / canvas.width) * 100}cqw`;
  slotsOf(theme).forEach((slot, place) => {
    print.append(windowOf(slot, shots[shotIn(slot, place) % shots.length], onPrint));
  });
  return print;
}

/**
 * @param {Slot} slot
 * @param {string} shot address
 * @param {(pixels: number) => string} onPrint
 */
function windowOf(slot, shot, onPrint) {
  const edge = slot.border?.width ?? 0;
  const bottom = slot.border?.bottom ?? edge;
  const frame = document.createElement("div");
  frame.className = "print__window";
  Object.assign(frame.style, {
    left: onPrint(slot.x - edge),
    top: onPrint(slot.y - edge),
    width: onPrint(slot.width + 2 * edge),
    height: onPrint(slot.height + edge + bottom),
    padding: `${onPrint(edge)} ${onPrint(edge)} ${onPrint(bottom)}`,
    background: edge > 0 ? (slot.border?.colour ?? "#ffffff") : "transparent",
    borderRadius: onPrint(slot.corner_radius ?? 0),
    rotate: `${slot.rotation ?? 0}deg`,
    transformOrigin: `50% ${onPrint(edge + slot.height / 2)}`,
    boxShadow: shadowOf(slot, onPrint),
  });
  frame.append(shotFor(slot, shot, onPrint));
  return frame;
}

/**
 * @param {Slot} slot
 * @param {(pixels: number) => string} onPrint
 */
function shadowOf({ shadow, mask }, onPrint) {
  if (!shadow || mask) return "none";
  return `${onPrint(shadow.x ?? 0)} ${onPrint(shadow.y ?? 8)} ${onPrint(shadow.blur ?? 24)} ${shadow.colour ?? "#0000005a"}`;
}

/**
 * @param {Slot} slot
 * @param {string} shot address
 * @param {(pixels: number) => string} onPrint
 */
function shotFor(slot, shot, onPrint) {
  const picture = image(shot);
  const { x, y } = slot.focus ?? { x: 0.5, y: 0.42 };
  picture.style.objectPosition = `${x * 100}% ${y * 100}%`;
  // Masks are the service's own; a rounded window comes close to all that ship.
  picture.style.borderRadius = slot.mask ? "50%" : onPrint(slot.corner_radius ?? 0);
  return picture;
}
