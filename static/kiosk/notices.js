// The line at the foot of every screen: what is wrong with the service, and how long an idle screen stays.

import { part } from "../page/elements.js";
import { say } from "../page/messages.js";

/**
 * @param {import("./pulse.js").Pulse} pulse
 * @param {import("./outbox.js").Outbox} outbox
 */
export function showNotices(pulse, outbox) {
  const line = part(document, "service-notice");
  const show = () => {
    const words = serviceWords(pulse.up, outbox);
    line.hidden = words === "";
    part(line, "words").textContent = words;
  };
  pulse.addEventListener("change", show);
  outbox.addEventListener("change", show);
  show();
}

/**
 * @param {boolean} up
 * @param {import("./outbox.js").Outbox} outbox
 */
function serviceWords(up, outbox) {
  if (outbox.keyWanted) return say("notice.key");
  if (up) return outbox.waiting > 1 ? say("notice.sending", { count: outbox.waiting }) : "";
  return outbox.waiting > 0 ? say("notice.down_kept", { count: outbox.waiting }) : say("notice.down");
}

/** @param {import("./idle.js").Idle} idle */
export function announceIdle(idle) {
  const line = part(document, "idle-notice");
  idle.addEventListener("remaining", (event) => {
    const seconds = event instanceof CustomEvent ? event.detail : null;
    line.hidden = seconds === null;
    part(line, "words").textContent = seconds === null ? "" : say("notice.idle", { seconds });
  });
}
