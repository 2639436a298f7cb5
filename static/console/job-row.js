// One job in the list.

import { ownAddress } from "../api/address.js";
import { find, fromTemplate, image, part } from "../page/elements.js";
import { age, say } from "../page/messages.js";

/** @typedef {import("../api/contract.js").Job} Job */

/** @type {Record<string, "go" | "wait" | "stop">} */
const MOODS = { done: "go", delivered: "go", failed: "stop", waiting: "wait", pending: "wait", uploading: "wait" };

/**
 * @param {Job} job
 * @returns {string | null} of its file, also while that is only promised; null without one, and with local delivery
 */
export function linkIntoDrive({ drive_link: link, share_url: ownPage }) {
  return link && link !== ownPage ? link : null;
}

export class JobRow {
  root = fromTemplate("job-row");

  /** @param {Job} job */
  constructor(job) {
    this.job = job;
    this.show(job);
  }

  /** @param {Job} job */
  show(job) {
    this.job = job;
    this.root.dataset.job = String(job.job_id);
    this.root.dataset.status = job.status;
    this.showAge();
    this.#mark("status", "status", job.status);
    this.#mark("delivery", "delivery", job.status === "done" ? (job.delivery ?? "") : "");
    part(this.root, "why").textContent = (job.status === "failed" ? job.error_message : job.delivery_message) ?? "";
    this.#showPicture();
    this.#showDeeds();
  }

  showAge() {
    const words = { number: this.job.job_id, age: this.job.created_at ? age(this.job.created_at) : "" };
    part(this.root, "title").textContent = say("console.job", words);
  }

  /**
   * @param {string} name of the part
   * @param {string} kind of message
   * @param {string} state empty for no mark
   */
  #mark(name, kind, state) {
    const mark = part(this.root, name);
    mark.hidden = state === "";
    mark.dataset.mood = MOODS[state] ?? "";
    mark.textContent = state ? say(`${kind}.${state}`) : "";
  }

  #showPicture() {
    const link = find(this.root, "[data-part=picture]", HTMLAnchorElement);
    const { thumbnail_url: thumbnail, result_url: result } = this.job;
    if (!thumbnail || link.dataset.shows === thumbnail) return;
    link.dataset.shows = thumbnail;
    if (result) link.href = ownAddress(result);
    link.replaceChildren(image(ownAddress(thumbnail), say("console.picture", { number: this.job.job_id })));
  }

  #showDeeds() {
    const { job } = this;
    const page = find(this.root, "[data-part=guest-page]", HTMLAnchorElement);
    page.hidden = !job.share_url;
    if (job.share_url) page.href = ownAddress(job.share_url);
    const drive = find(this.root, "[data-part=drive-file]", HTMLAnchorElement);
    const link = linkIntoDrive(job);
    drive.hidden = !link;
    if (link) drive.href = link;
    part(this.root, "retry").hidden = job.status !== "failed" && job.delivery !== "failed";
    part(this.root, "delete").title = say("console.delete");
  }
}
