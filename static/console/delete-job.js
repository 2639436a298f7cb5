// Deleting asks first and names what goes.

import { find, part } from "../page/elements.js";
import { age, say } from "../page/messages.js";

/**
 * @param {import("../api/client.js").Service} service
 * @param {import("./job-list.js").JobList} list
 * @param {number} id
 */
export async function deleteJob(service, list, id) {
  const job = list.job(id);
  if (!job || !(await confirmed(job))) return;
  await list.attempt(() => service.call(`/jobs/${id}`, { method: "DELETE" }).then(() => list.remove(id)));
}

/**
 * @param {import("../api/contract.js").Job} job
 * @returns {Promise<boolean>}
 */
function confirmed(job) {
  const dialog = find(document, "#delete-job", HTMLDialogElement);
  const words = { number: job.job_id, age: job.created_at ? age(job.created_at) : "" };
  part(dialog, "title").textContent = say("delete.title", words);
  dialog.returnValue = "keep";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "delete"), { once: true });
  });
}
