// The attract screen: the event's name, the last pictures, one button.

import { CredentialWanted } from "../../api/client.js";
import { onPress, part } from "../../page/elements.js";
import { say } from "../../page/messages.js";
import { Wall } from "../wall.js";

const REFRESH_MS = 10_000;
const GALLERY_LIMIT = 24;

/**
 * @param {import("../evening.js").Booth} booth
 * @returns {Promise<void>} when a guest touches it
 */
export function attract(booth) {
  return booth.stage.ask("attract", null, (root, answer, fail) => {
    part(root, "event").textContent = booth.config.event_name || say("attract.call");
    part(root, "call").hidden = booth.config.event_name === "";
    onPress(root, { start: () => answer(undefined) });
    const wall = new Wall(part(root, "wall"));
    const refresh = () => freshen(booth, root, wall).catch((error) => error instanceof CredentialWanted && fail(error));
    const clock = setInterval(refresh, REFRESH_MS);
    refresh();
    return () => {
      clearInterval(clock);
      wall.close();
    };
  });
}

/**
 * @param {import("../evening.js").Booth} booth
 * @param {HTMLElement} root
 * @param {Wall} wall
 */
async function freshen(booth, root, wall) {
  wall.show(await booth.service.call(`/gallery?limit=${GALLERY_LIMIT}`));
  const drive = await booth.service.call("/drive/status");
  const note = part(root, "operator-note");
  note.hidden = drive.ok;
  part(note, "words").textContent = drive.ok ? "" : say("attract.delivery_needs_operator", { message: drive.message });
}
