// Events as they happen, with a new start wherever the stream breaks.

import { serverEvents } from "../api/events.js";
import { part } from "../page/elements.js";
import { say } from "../page/messages.js";
import { withToken } from "./sign-in.js";

const RECONNECT_MS = 2_000;

/** @typedef {import("../api/contract.js").Job} Job */

/**
 * Never ends.
 *
 * @param {import("../api/client.js").Service} service
 * @param {{ connected: () => unknown, job: (job: Job) => void, deleted: (id: number) => void }} hear
 */
export async function listenForever(service, hear) {
  for (;;) {
    await withToken(() => listen(service, hear)).catch((error) => console.warn("The stream broke", error));
    showLive(false);
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
  }
}

/**
 * @param {import("../api/client.js").Service} service
 * @param {{ connected: () => unknown, job: (job: Job) => void, deleted: (id: number) => void }} hear
 */
async function listen(service, hear) {
  const events = await serverEvents(service, "/events");
  showLive(true);
  hear.connected();
  for await (const { event, data } of events) {
    if (event === "job") hear.job(JSON.parse(data));
    if (event === "resync") hear.connected();
    if (event === "job_deleted") hear.deleted(JSON.parse(data).job_id);
  }
}

/** @param {boolean} live */
function showLive(live) {
  part(document, "live").dataset.live = String(live);
  part(document, "live-words").textContent = say(live ? "console.live" : "console.reconnecting");
}
