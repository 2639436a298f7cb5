// Brings a visit to the service: session, look, photos, job; each step repeatable after a lost answer.

import { Refused } from "../api/client.js";
import { newKey } from "./visit.js";

/** @typedef {import("../api/client.js").Service} Service */
/** @typedef {import("./visit.js").Visit} Visit */
/** @typedef {import("../api/contract.js").Job} Job */

/** Uploads may be slow on a booth's Wi-Fi, but not endless. */
const UPLOAD_PATIENCE_MS = 90_000;

/**
 * @param {Service} service
 * @param {Visit} visit changed as the service takes its steps
 * @returns {Promise<Job>} accepted, its QR address with it
 */
export async function send(service, visit) {
  try {
    return await sendOnce(service, visit);
  } catch (error) {
    if (!(await mended(error, service, visit))) throw error;
    return sendOnce(service, visit);
  }
}

/**
 * @param {Service} service
 * @param {Visit} visit
 */
async function sendOnce(service, visit) {
  await startSession(service, visit);
  await service.call(`/sessions/${visit.sessionId}/theme`, { method: "PATCH", json: { theme_id: visit.themeId } });
  await sendShots(service, visit);
  const order = { session_id: visit.sessionId, mode: "event", overlay_url: null };
  return service.call("/jobs", { json: order, idempotencyKey: `${visit.key}-job` });
}

/**
 * Also called as soon as the guest has filled in the form, so that a bad address is said while they stand there.
 *
 * @param {Service} service
 * @param {Visit} visit
 */
export async function startSession(service, visit) {
  if (visit.sessionId !== null) return;
  const session = await service.call("/sessions/start", {
    json: visit.guest ?? {},
    idempotencyKey: `${visit.key}-start`,
  });
  visit.sessionId = session.session_id;
}

/**
 * @param {Service} service
 * @param {Visit} visit
 */
async function sendShots(service, visit) {
  if (visit.photosSent) return;
  const form = new FormData();
  visit.shots.forEach((shot, index) => form.append("file", shot, `shot-${index + 1}.jpg`));
  const path = visit.shots.length === 1 ? "upload" : "photos";
  await service.call(`/sessions/${visit.sessionId}/${path}`, {
    form,
    idempotencyKey: `${visit.key}-photos`,
    patienceMs: UPLOAD_PATIENCE_MS,
  });
  visit.photosSent = true;
}

/**
 * While shots waited in the browser, their session may have been deleted or their look taken away.
 *
 * @param {unknown} error
 * @param {Service} service
 * @param {Visit} visit
 * @returns {Promise<boolean>} whether another try makes sense
 */
async function mended(error, service, visit) {
  if (!(error instanceof Refused) || error.status !== 404) return false;
  const themes = await service.call("/themes");
  if (!themes.some((/** @type {{ id: string }} */ theme) => theme.id === visit.themeId)) {
    if (themes.length === 0) return false;
    visit.themeId = themes[0].id;
  }
  visit.key = newKey();
  visit.sessionId = null;
  visit.photosSent = false;
  return true;
}
