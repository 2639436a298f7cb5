// The camera: a mirrored live picture, a countdown beside it, a flash, as many shots as the look needs.

import { find, image, onPress, part } from "../../page/elements.js";
import { say } from "../../page/messages.js";
import { CameraRefused, frameOf } from "../camera.js";
import { countDown, pause } from "../countdown.js";
import { filterOf, moves, shotRatio } from "../recipe.js";

/** Between the shots of a moving picture: time to move a little, none to pose anew. */
const BETWEEN_MS = 350;

/**
 * @param {import("../evening.js").Attended} booth
 * @param {import("../../api/contract.js").Theme} theme
 * @param {import("../camera.js").Camera} camera
 * @param {number[]} wanted the shots of the look to take, from 0
 * @returns {Promise<Blob[] | "back">}
 */
export function shoot(booth, theme, camera, wanted) {
  return booth.stage.ask("shoot", booth.idle.signal, (root, answer, fail) => {
    const leaving = new AbortController();
    const video = find(root, "video", HTMLVideoElement);
    const taking = { root, video, theme, wanted, seconds: booth.config.countdown_seconds, signal: leaving.signal };
    part(root, "viewfinder").style.setProperty("--filter", filterOf(theme));
    frameShot(taking, 0);
    onPress(root, {
      back: () => answer("back"),
      open: () => openCamera(root, camera, video).catch(fail),
      shoot: () => booth.idle.during(takeShots(taking)).then((shots) => shots && answer(shots)).catch(fail),
      choose: () => find(root, "input[type=file]", HTMLInputElement).click(),
    });
    takeFiles(root, wanted.length, answer);
    openCamera(root, camera, video).catch(fail);
    return () => leaving.abort(new Error("the guest has left the camera"));
  });
}

/**
 * @param {HTMLElement} root
 * @param {import("../camera.js").Camera} camera
 * @param {HTMLVideoElement} video
 */
async function openCamera(root, camera, video) {
  root.dataset.state = "opening";
  try {
    await camera.showIn(video, () => showTrouble(root, "none"));
    root.dataset.state = "ready";
    part(root, "shutter").focus();
  } catch (error) {
    if (!(error instanceof CameraRefused)) throw error;
    showTrouble(root, error.trouble);
  }
}

/**
 * @param {HTMLElement} root
 * @param {import("../camera.js").CameraTrouble} trouble
 */
function showTrouble(root, trouble) {
  root.dataset.state = "refused";
  const words = { port: location.port || "80", origin: location.origin };
  part(root, "trouble").textContent = say(`camera.${trouble}`, words);
}

/**
 * @typedef {object} Taking
 * @property {HTMLElement} root
 * @property {HTMLVideoElement} video
 * @property {import("../../api/contract.js").Theme} theme
 * @property {number[]} wanted
 * @property {number} seconds before each flash
 * @property {AbortSignal} signal
 */

/**
 * @param {Taking} taking
 * @returns {Promise<Blob[] | null>} null where the camera went away meanwhile
 */
async function takeShots(taking) {
  const { root, video, theme, wanted, seconds, signal } = taking;
  root.dataset.state = "counting";
  /** @type {Blob[]} */
  const shots = [];
  while (shots.length < wanted.length) {
    frameShot(taking, shots.length);
    if (shots.length > 0 && moves(theme)) await pause(BETWEEN_MS, signal);
    else await countDown(seconds, signal, (left) => showCount(root, String(left)));
    showCount(root, "");
    if (root.dataset.state !== "counting") return null;
    flash(root);
    const shot = await frameOf(video);
    shots.push(shot);
    if (wanted.length > 1) addContact(root, shot);
  }
  return shots;
}

/**
 * Says which shot comes, and frames the live picture as its window in the look is.
 *
 * @param {Taking} taking
 * @param {number} taken so far
 */
function frameShot({ root, theme, wanted }, taken) {
  part(root, "viewfinder").style.setProperty("--ratio", String(shotRatio(theme, wanted[taken])));
  const words = wanted.length === 1 ? "" : say("shoot.progress", { shot: taken + 1, shots: wanted.length });
  part(root, "progress").textContent = words;
}

/**
 * @param {HTMLElement} root
 * @param {string} words
 */
function showCount(root, words) {
  const number = part(root, "count");
  number.textContent = words;
  // Restarts the beat's animation.
  for (const beat of number.getAnimations()) beat.cancel();
  if (words) number.animate([{ scale: 1.25 }, { scale: 1 }], { duration: 300, easing: "ease-out" });
}

/** @param {HTMLElement} root */
function flash(root) {
  part(root, "flash").animate([{ opacity: 1 }, { opacity: 0 }], { duration: 450, easing: "ease-in" });
}

/**
 * Shows a shot just taken beside the live picture.
 *
 * @param {HTMLElement} root
 * @param {Blob} shot
 */
function addContact(root, shot) {
  const address = URL.createObjectURL(shot);
  const picture = image(address);
  picture.addEventListener("load", () => URL.revokeObjectURL(address));
  part(root, "contacts").append(picture);
}

/**
 * @param {HTMLElement} root
 * @param {number} count
 * @param {(files: Blob[]) => void} answer
 */
function takeFiles(root, count, answer) {
  const input = find(root, "input[type=file]", HTMLInputElement);
  input.multiple = count > 1;
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])].slice(0, count);
    if (files.length > 0) answer(files);
  });
}
