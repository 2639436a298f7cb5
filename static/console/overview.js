// One look answers: is it safe?

import { part } from "../page/elements.js";
import { say } from "../page/messages.js";

/** @typedef {import("../api/contract.js").Status} Status */

/** @param {import("../api/client.js").Service} service */
export async function showOverview(service) {
  /** @type {Status} */
  const status = await service.call("/status");
  const root = part(document, "overview");
  showVerdict(root, status);
  showNumbers(root, status);
  const warnings = [...status.warnings, ...blockedLanes(status)];
  part(root, "warnings").replaceChildren(...warnings.map(warning));
  part(root, "machine").textContent = machineWords(status);
  root.hidden = false;
}

/**
 * @param {HTMLElement} root
 * @param {Status} status
 */
function showVerdict(root, status) {
  const { failed, queued, processing } = status.jobs;
  const waiting = queued + processing + status.delivery.pending;
  const verdict = failed > 0 || status.disk.low ? "act" : waiting > 0 ? "work" : "safe";
  root.dataset.verdict = verdict;
  part(root, "verdict").textContent = status.disk.low
    ? say("verdict.disk")
    : failed > 0
      ? say("verdict.failed", { count: failed })
      : say(`verdict.${verdict}`);
}

/**
 * @param {HTMLElement} root
 * @param {Status} status
 */
function showNumbers(root, { jobs, delivery }) {
  const numbers = {
    taken: jobs.queued + jobs.processing + jobs.done + jobs.failed,
    made: jobs.done,
    delivered: delivery.delivered,
    waiting: jobs.queued + jobs.processing + delivery.pending,
  };
  for (const [name, value] of Object.entries(numbers)) {
    part(root, name).textContent = value.toLocaleString(document.documentElement.lang);
  }
  part(root, "delivered-label").textContent = say(`console.delivered_${delivery.target}`);
}

/**
 * @param {Status} status
 * @returns {string[]} why pictures wait, in the operator's words
 */
function blockedLanes({ queue }) {
  return queue.lanes
    .filter((lane) => lane.blocked_reason)
    .map((lane) => {
      const minutes = Math.ceil((lane.oldest_waiting_s ?? 0) / 60);
      return say("console.blocked", { count: minutes, reason: lane.blocked_reason ?? "" });
    });
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
  const hours = (uptime_s / 3600).toLocaleString(language, { maximumFractionDigits: 1 });
  return say("console.machine", { free, hours, version });
}
