// The picture and its QR code at once: the browser's own shots first, the finished picture when it is there.

import { ownAddress, sharpQr } from "../../api/address.js";
import { Refused } from "../../api/client.js";
import { image, onPress, part } from "../../page/elements.js";
import { say } from "../../page/messages.js";
import { follow } from "../follow.js";
import { printOf } from "../print.js";

/** @typedef {import("../../api/contract.js").Job} Job */

/**
 * The visit is sent in the background and goes on when the guest leaves.
 *
 * @param {import("../evening.js").Attended} booth
 * @param {import("../../api/contract.js").Theme} theme
 * @param {import("../visit.js").Visit} visit complete
 * @returns {Promise<"done" | "again">} again: the service could not use these photos
 */
export function showResult(booth, theme, visit) {
  return booth.stage.ask("result", booth.idle.signal, (root, answer, fail) => {
    const leaving = new AbortController();
    const addresses = visit.shots.map((shot) => URL.createObjectURL(shot));
    part(root, "picture").append(printOf(theme, addresses));
    const unanswered = () => showState(root, { state: booth.pulse.up ? "sending" : "kept" });
    unanswered();
    const down = () => root.dataset.job || unanswered();
    booth.pulse.addEventListener("change", down);
    onPress(root, { done: () => answer("done"), again: () => answer("again") });
    accepted(booth, visit, root, leaving.signal).catch(fail);
    return () => {
      leaving.abort();
      booth.pulse.removeEventListener("change", down);
      addresses.forEach((address) => URL.revokeObjectURL(address));
    };
  });
}

/**
 * @param {import("../evening.js").Attended} booth
 * @param {import("../visit.js").Visit} visit
 * @param {HTMLElement} root
 * @param {AbortSignal} signal
 */
async function accepted(booth, visit, root, signal) {
  try {
    const job = await booth.outbox.post(visit);
    booth.idle.touch();
    await follow(booth.service, job, signal, (next) => signal.aborted || showJob(root, next));
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof Refused)) throw error;
    showState(root, { state: "refused" }, error.message);
  }
}

/**
 * @param {HTMLElement} root
 * @param {Job} job
 */
function showJob(root, job) {
  root.dataset.job = String(job.job_id);
  showQr(root, job);
  showState(root, stateOf(job));
  const moving = job.animations?.findLast((animation) => animation.format !== "mp4");
  const finished = moving?.url ?? job.compressed_url ?? job.result_url;
  if (job.status === "done" && finished) showFinished(root, ownAddress(finished));
}

/**
 * What the guest is told. Delivery's own message is for the operator.
 *
 * @typedef {object} Told
 * @property {string} state the last part of a message's key
 * @property {"_drive" | "_page" | "_no_code"} [variant] of its detail: where the code leads, or that there is none
 */

/**
 * @param {Job} job
 * @returns {Told}
 */
function stateOf(job) {
  if (job.status === "failed") return { state: "failed" };
  if (job.status !== "done") return { state: "developing", variant: job.qr_url ? unlessOurPage(job) : "_no_code" };
  if (job.delivery === "failed") return { state: "undelivered" };
  if (!job.qr_url) return { state: "waiting", variant: "_no_code" };
  switch (job.delivery) {
    case "pending":
    case "uploading":
      return { state: "on_its_way", variant: unlessOurPage(job) };
    case "waiting":
      return { state: "waiting", variant: job.share_url ? "_page" : undefined };
    default:
      return { state: "ready" };
  }
}

/**
 * Our own page waits for the picture with the guest; a link into Drive opens only after the upload.
 *
 * @param {Job} job
 */
function unlessOurPage(job) {
  return job.share_url ? undefined : "_drive";
}

/**
 * @param {HTMLElement} root
 * @param {Job} job
 */
function showQr(root, job) {
  const frame = part(root, "qr");
  if (!job.qr_url || job.status === "failed") {
    delete frame.dataset.shows;
    return frame.replaceChildren();
  }
  if (frame.dataset.shows === job.qr_url) return;
  frame.dataset.shows = job.qr_url;
  frame.replaceChildren(image(sharpQr(job.qr_url), say("result.qr")));
}

/**
 * @param {HTMLElement} root
 * @param {Told} told
 * @param {string} [detail]
 */
function showState(root, { state, variant = undefined }, detail = "") {
  root.dataset.state = state;
  put(part(root, "state"), say(`result.${state}`));
  put(part(root, "detail"), say(`result.${state}${variant ?? ""}_detail`, { detail }));
}

/**
 * Only new words are put there, so that a screen reader does not say the old ones again.
 *
 * @param {HTMLElement} element
 * @param {string} words
 */
function put(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/**
 * Lets the finished picture appear over the shots, once it is loaded.
 *
 * @param {HTMLElement} root
 * @param {string} address
 */
async function showFinished(root, address) {
  const print = part(root, "picture").firstElementChild;
  if (!(print instanceof HTMLElement) || print.dataset.finished) return;
  print.dataset.finished = "true";
  const picture = image(address);
  await picture.decode().catch(() => {});
  if (picture.naturalWidth === 0) return;
  picture.className = "print__finished";
  print.style.setProperty("--ratio", String(picture.naturalWidth / picture.naturalHeight));
  print.append(picture);
}
