// What a look's recipe says of its layout, with the service's defaults filled in.

/** @typedef {import("../api/contract.js").Theme} Theme */
/** @typedef {import("../api/contract.js").Slot} Slot */

/** @param {Theme} theme */
export function canvasOf(theme) {
  const [width, height] = (theme.params.aspect_ratio ?? "2:3").split(":").map(Number);
  const { canvas } = theme.params.recipe ?? {};
  if (canvas?.width && canvas.height) return { width: canvas.width, height: canvas.height };
  return width > 0 && height > 0 ? { width: width * 600, height: height * 600 } : { width: 1200, height: 1800 };
}

/**
 * @param {Theme} theme
 * @returns {Slot[]} at least one
 */
export function slotsOf(theme) {
  const { slots } = theme.params.recipe ?? {};
  return slots?.length ? slots : [{ x: 0, y: 0, ...canvasOf(theme) }];
}

/**
 * Whether the shots become a moving picture, for which they have to follow each other quickly.
 *
 * @param {Theme} theme
 */
export function moves(theme) {
  return Boolean(theme.params.recipe?.animation);
}

/** @param {Theme} theme */
export function shotsOf(theme) {
  return Math.max(1, theme.params.shots ?? 1);
}

/**
 * @param {Slot} slot
 * @param {number} place of the slot in the list
 * @returns {number} the shot it shows, from 0
 */
export function shotIn(slot, place) {
  return slot.photo ?? place;
}

/**
 * @param {Theme} theme
 * @param {number} shot from 0
 * @returns {number} width to height of the window that shows it
 */
export function shotRatio(theme, shot) {
  const slots = slotsOf(theme);
  const slot = slots.find((slot, place) => shotIn(slot, place) === shot) ?? slots[0];
  return slot.width / slot.height;
}

/** The service's filters as the browser can show them at once; the real ones are finer. */
const FILTERS = {
  black_and_white: "grayscale(1) contrast(1.12)",
  warm_film: "sepia(0.28) saturate(1.15) contrast(0.96)",
  cool: "saturate(0.88) hue-rotate(-8deg) brightness(1.03)",
  high_contrast: "contrast(1.3) saturate(1.15)",
  sepia: "sepia(0.85)",
  glow: "brightness(1.06) contrast(0.94) saturate(1.05)",
};

/**
 * @param {Theme} theme
 * @returns {string} a CSS filter
 */
export function filterOf(theme) {
  const filter = theme.params.recipe?.filter ?? "none";
  const name = typeof filter === "string" ? filter : filter.name;
  return new Map(Object.entries(FILTERS)).get(name) ?? "none";
}

/**
 * @param {Theme} theme
 * @returns {string} a CSS background; empty where it is a picture that only the service has
 */
export function backgroundOf(theme) {
  const background = theme.params.recipe?.background ?? "";
  if (typeof background === "string") return background;
  const { colour, gradient } = background;
  return gradient ? `linear-gradient(${gradient.angle ?? 180}deg, ${gradient.from}, ${gradient.to})` : (colour ?? "");
}
