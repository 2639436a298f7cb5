// Something unforeseen happened: say so, and begin again.

import { onPress } from "../../page/elements.js";

const STAYS_MS = 15_000;

/**
 * @param {import("../evening.js").Booth} booth
 * @returns {Promise<void>}
 */
export function apologise(booth) {
  return booth.stage.ask("apology", null, (root, answer) => {
    const clock = setTimeout(() => answer(undefined), STAYS_MS);
    onPress(root, { done: () => answer(undefined) });
    return () => clearTimeout(clock);
  });
}
