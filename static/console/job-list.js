// The jobs on the page: newest first, one status or all, page by page, changed as events come.

import { part } from "../page/elements.js";
import { say } from "../page/messages.js";
import { JobRow } from "./job-row.js";

/** @typedef {import("../api/contract.js").Job} Job */
/** @typedef {{ items: Job[], next_cursor: string | null }} Page */

const PAGE = 50;

export class JobList {
  #service;
  /** @type {Map<number, JobRow>} */
  #rows = new Map();
  #status = "";
  /** @type {string | null} */
  #cursor = null;

  /** @param {import("../api/client.js").Service} service */
  constructor(service) {
    this.#service = service;
  }

  /** @param {string} status empty for all */
  filter(status) {
    this.#status = status;
    return this.reload();
  }

  /** The first page, fresh. */
  async reload() {
    const wanted = this.#status;
    const page = await this.attempt(() => this.#page(null));
    if (!page || wanted !== this.#status) return;
    this.#rows.clear();
    this.#append(page);
  }

  async more() {
    const page = await this.attempt(() => this.#page(this.#cursor));
    if (page) this.#append(page);
  }

  /**
   * @param {string | null} cursor
   * @returns {Promise<Page>}
   */
  async #page(cursor) {
    if (!this.#status) return this.#ask(cursor, {});
    if (this.#status !== "failed") return this.#ask(cursor, { status: this.#status });
    const kinds = ["status", "delivery"];
    return merged(await Promise.all(kinds.map((kind) => this.#ask(cursor, { [kind]: "failed" }))));
  }

  /**
   * @param {string | null} cursor
   * @param {Record<string, string>} filter
   * @returns {Promise<Page>}
   */
  #ask(cursor, filter) {
    const query = new URLSearchParams({ limit: String(PAGE), ...filter });
    if (cursor) query.set("cursor", cursor);
    return this.#service.call(`/jobs?${query}`);
  }

  /** @param {Page} page */
  #append(page) {
    this.#cursor = page.next_cursor;
    for (const job of page.items) this.#rows.set(job.job_id, new JobRow(job));
    this.#lay();
  }

  /** @param {Job} job new, or changed */
  put(job) {
    if (!this.#wants(job)) return this.remove(job.job_id);
    const row = this.#rows.get(job.job_id);
    if (row) return row.show(job);
    // Older than the last row: it belongs to a page that is not here yet.
    if (this.#cursor && job.job_id < Math.min(...this.#rows.keys())) return;
    this.#rows.set(job.job_id, new JobRow(job));
    this.#lay();
  }

  /** @param {Job} job */
  #wants(job) {
    if (!this.#status || job.status === this.#status) return true;
    return this.#status === "failed" && job.delivery === "failed";
  }

  /** @param {number} id */
  remove(id) {
    if (this.#rows.delete(id)) this.#lay();
  }

  refreshAges() {
    for (const row of this.#rows.values()) row.showAge();
  }

  /** @param {HTMLElement} button within a row */
  idOf(button) {
    return Number(button.closest("[data-job]")?.getAttribute("data-job"));
  }

  /** @param {number} id */
  job(id) {
    return this.#rows.get(id)?.job;
  }

  /** @param {number} id */
  async retry(id) {
    const job = await this.attempt(() => this.#service.call(`/jobs/${id}/retry`, { method: "POST" }));
    if (job) this.put(job);
  }

  #lay() {
    const newestFirst = [...this.#rows.entries()].sort(([a], [b]) => b - a);
    part(document, "list").replaceChildren(...newestFirst.map(([, row]) => row.root));
    part(document, "more").hidden = this.#cursor === null;
    const none = part(document, "none");
    none.hidden = newestFirst.length > 0;
    none.textContent = say(this.#status ? "console.none_such" : "console.none");
  }

  /**
   * @template T
   * @param {() => Promise<T>} call to the service
   * @returns {Promise<T | null>} null after a failure, which is shown above the list
   */
  async attempt(call) {
    const trouble = part(document, "trouble");
    try {
      const answer = await call();
      trouble.hidden = true;
      return answer;
    } catch (error) {
      trouble.textContent = error instanceof Error ? error.message : String(error);
      trouble.hidden = false;
      return null;
    }
  }
}

/**
 * The next page begins where the first of the pages ends (a cursor is its last job's id); what lies beyond comes then.
 *
 * @param {Page[]} pages of the same cursor, each newest first
 * @returns {Page}
 */
function merged(pages) {
  const ends = pages.flatMap(({ next_cursor: end }) => (end === null ? [] : [Number(end)]));
  const end = Math.max(0, ...ends);
  const items = pages.flatMap((page) => page.items).filter((job) => job.job_id >= end);
  return { items, next_cursor: end > 0 ? String(end) : null };
}
