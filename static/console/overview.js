// One look answers: is it safe?

import { part } from "../page/elements.js";
import { say } from "../page/messages.js";

/** @typedef {import("../api/contract.js").Status} Status */

/**
 * @param {import("../api/client.js").Service} service
 * @returns {Promise<Status>} what it shows
 */
export async function showOverview(service) {
  /** @type {Status} */
  const status = await service.call("/status");
  const root = part(document, "overview");
  showVerdict(root, status);
  showNumbers(root, status);
  part(root, "warnings").replaceChildren(...status.warnings.map(warning));
  part(root, "machine").textContent = machineWords(status);
  root.hidden = false;
  return status;
}

/**
 * @param {HTMLElement} root
 * @param {Status} status
 */
function showVerdict(root, status) {
  const failed = status.jobs.failed + status.delivery.failed;
  root.dataset.verdict = failed > 0 || status.disk.low ? "act" : waiting(status) > 0 ? "work" : "safe";
  part(root, "verdict").textContent = verdictWords(status, failed);
}

/**
 * @param {Status} status
 * @param {number} failed pictures
 */
function verdictWords(status, failed) {
  if (status.disk.low) return say("verdict.disk");
  if (failed > 0) return say("verdict.failed", { count: failed });
  return say(waiting(status) > 0 ? "verdict.work" : "verdict.safe");
}

/**
 * @param {HTMLElement} root
 * @param {Status} status
 */
function showNumbers(root, status) {
  const { jobs, delivery, queue } = status;
  const numbers = {
    taken: jobs.queued + jobs.processing + jobs.done + jobs.failed,
    made: jobs.done,
    delivered: delivered(status),
    waiting: waiting(status),
  };
  for (const [name, value] of Object.entries(numbers)) {
    part(root, name).textContent = value.toLocaleString(document.documentElement.lang);
  }
  part(root, "delivered-label").textContent = say(`console.delivered_${delivery.target}`);
  const minutes = Math.floor((queue.oldest_waiting_s ?? 0) / 60);
  part(root, "oldest").textContent = minutes > 0 ? say("console.oldest", { count: minutes }) : "";
}

/**
 * Local delivery counts as done from the start; a guest has a picture only once it is made.
 *
 * @param {Status} status
 */
function delivered({ jobs, delivery }) {
  return Math.min(jobs.done, delivery.delivered);
}

/** @param {Status} status */
function waiting(status) {
  return status.jobs.queued + status.jobs.processing + status.jobs.done - delivered(status);
}

/** @param {string} words */
function warning(words) {
  const item = document.createElement("li");
  item.className = "note";
  item.textContent = words;
  return item;
}

/** @param {Status} status */
function machineWords({ disk, uptime_s, version }) {
  const language = document.documentElement.lang;
  const free = (disk.free_bytes / 1e9).toLocaleString(language, { maximumFractionDigits: 1 });
  const [time, unit] = uptime_s < 3600 ? [Math.ceil(uptime_s / 60), "minute"] : [uptime_s / 3600, "hour"];
  const uptime = time.toLocaleString(language, { style: "unit", unit, maximumFractionDigits: 1 });
  return say("console.machine", { free, uptime, version });
}
