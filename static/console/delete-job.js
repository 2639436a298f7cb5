// Deleting asks first and names what goes.

import { find, part } from "../page/elements.js";
import { age, say } from "../page/messages.js";
import { linkIntoDrive } from "./job-row.js";

/**
 * @param {import("../api/client.js").Service} service
 * @param {import("./job-list.js").JobList} list
 * @param {number} id
 * @param {string} target of delivery now, empty while it is not known
 */
export async function deleteJob(service, list, id, target) {
  const job = list.job(id);
  if (!job || !(await confirmed(job, target))) return;
  await list.attempt(() => service.call(`/jobs/${id}`, { method: "DELETE" }).then(() => list.remove(id)));
}

/**
 * @param {import("../api/contract.js").Job} job
 * @param {string} target
 * @returns {Promise<boolean>}
 */
function confirmed(job, target) {
  const dialog = find(document, "#delete-job", HTMLDialogElement);
  const words = { number: job.job_id, age: job.created_at ? age(job.created_at) : "" };
  part(dialog, "title").textContent = say("delete.title", words);
  const goes = goesFromDrive(job, target) ? say("delete.what_goes_drive") : say("delete.what_goes");
  part(dialog, "what-goes").textContent = goes;
  dialog.returnValue = "keep";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "delete"), { once: true });
  });
}

/**
 * Its link tells where a picture was accepted for; without one yet, delivery's target does.
 *
 * @param {import("../api/contract.js").Job} job
 * @param {string} target
 */
function goesFromDrive(job, target) {
  return job.drive_link ? linkIntoDrive(job) !== null : target === "drive";
}
