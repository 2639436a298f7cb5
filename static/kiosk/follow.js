// A job's way to "ready", live where the service streams, by asking where the stream breaks.

import { Refused } from "../api/client.js";
import { serverEvents } from "../api/events.js";

/** @typedef {import("../api/contract.js").Job} Job */

const POLL_MS = 1_000;

/**
 * Tells each state of the job until nothing more can happen to it, or the signal fires.
 *
 * @param {import("../api/client.js").Service} service
 * @param {Job} accepted
 * @param {AbortSignal} signal
 * @param {(job: Job) => void} tell
 */
export async function follow(service, accepted, signal, tell) {
  let job = accepted;
  const hear = (/** @type {Job} */ next) => tell((job = next));
  hear(accepted);
  while (!signal.aborted && !settled(job)) {
    try {
      await listen(service, job.job_id, signal, hear);
      if (!settled(job)) hear(await service.call(`/jobs/${job.job_id}`, { signal }));
    } catch (error) {
      if (error instanceof Refused) return;
    }
    if (!settled(job)) await pause(signal);
  }
}

/**
 * A failed delivery is not the end: the operator may ask for it again while the guest looks on.
 *
 * @param {Job} job
 */
export function settled(job) {
  return job.status === "failed" || (job.status === "done" && (job.delivery ?? "delivered") === "delivered");
}

/**
 * @param {import("../api/client.js").Service} service
 * @param {number} id
 * @param {AbortSignal} signal
 * @param {(job: Job) => void} hear
 */
async function listen(service, id, signal, hear) {
  try {
    for await (const { event, data } of await serverEvents(service, `/jobs/${id}/events`, signal)) {
      if (event !== "job") continue;
      const job = JSON.parse(data);
      hear(job);
      if (settled(job)) return;
    }
  } catch {
    // A broken stream is no news about the job: the caller asks instead.
  }
}

/** @param {AbortSignal} signal */
function pause(signal) {
  return new Promise((resolve) => {
    setTimeout(resolve, POLL_MS);
    signal.addEventListener("abort", resolve);
  });
}
