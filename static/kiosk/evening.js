// The evening: attract, serve one guest, forget them, again.

import { CredentialWanted } from "../api/client.js";
import { Camera } from "./camera.js";
import { readThemes } from "./event.js";
import { Idle, WalkedAway } from "./idle.js";
import { announceIdle } from "./notices.js";
import { shotsOf } from "./recipe.js";
import { fillScreen } from "./screen.js";
import { apologise } from "./screens/apology.js";
import { attract } from "./screens/attract.js";
import { askDetails } from "./screens/details.js";
import { askForKey } from "./screens/key.js";
import { pickLook } from "./screens/look.js";
import { showResult } from "./screens/result.js";
import { review } from "./screens/review.js";
import { shoot } from "./screens/shoot.js";
import { newVisit } from "./visit.js";

/**
 * @typedef {object} Booth
 * @property {import("../api/client.js").Service} service
 * @property {import("./pulse.js").Pulse} pulse
 * @property {import("./stage.js").Stage} stage
 * @property {import("./outbox.js").Outbox} outbox
 * @property {import("../api/contract.js").KioskConfig} config
 */

/** @typedef {Booth & { idle: Idle }} Attended the booth while a guest is in it */

/**
 * Never ends.
 *
 * @param {Booth} booth
 */
export async function evening(booth) {
  for (;;) {
    try {
      await attract(booth);
      fillScreen();
      await attend(booth);
    } catch (error) {
      await recover(booth, error);
    }
  }
}

/** @param {Booth} booth */
async function attend(booth) {
  const idle = new Idle(booth.config.idle_seconds);
  announceIdle(idle);
  try {
    await serve({ ...booth, idle });
  } finally {
    idle.stop();
  }
}

/**
 * @param {Booth} booth
 * @param {unknown} error
 */
async function recover(booth, error) {
  if (error instanceof WalkedAway) return;
  if (error instanceof CredentialWanted) {
    await askForKey(booth.stage, booth.service);
    return booth.outbox.wake();
  }
  console.error("A visit ended early", error);
  await apologise(booth);
}

/** @param {Attended} booth */
async function serve(booth) {
  const visit = newVisit(null);
  if (booth.config.guest_form && (await askDetails(booth, visit)) === "back") return;
  const themes = await readThemes(booth.service, booth.pulse);
  for (;;) {
    const theme = await pickLook(booth, themes);
    if (theme === "back") return;
    const outcome = await pose(booth, theme, visit);
    if (outcome === "done" || themes.length === 1) return;
  }
}

/**
 * @param {Attended} booth
 * @param {import("../api/contract.js").Theme} theme
 * @param {import("./visit.js").Visit} visit
 * @returns {Promise<"back" | "done">}
 */
async function pose(booth, theme, visit) {
  const camera = new Camera();
  try {
    for (;;) {
      const shots = await shootAndReview(booth, theme, camera);
      if (shots === "back") return "back";
      camera.close();
      const complete = { ...visit, themeId: theme.id, shots };
      if ((await showResult(booth, theme, complete)) === "done") return "done";
      // A second try is another visit to the service: its photos must not answer to the first one's keys.
      visit = newVisit(visit.guest);
    }
  } finally {
    camera.close();
  }
}

/**
 * @param {Attended} booth
 * @param {import("../api/contract.js").Theme} theme
 * @param {Camera} camera
 */
async function shootAndReview(booth, theme, camera) {
  const all = Array.from({ length: shotsOf(theme) }, (_, shot) => shot);
  const shots = await shoot(booth, theme, camera, all);
  if (shots === "back") return "back";
  for (;;) {
    const verdict = await review(booth, theme, shots);
    if (verdict === "keep") return shots;
    if (verdict === "all") return shootAndReview(booth, theme, camera);
    const retaken = await shoot(booth, theme, camera, [verdict]);
    if (retaken !== "back") shots[verdict] = retaken[0];
  }
}
