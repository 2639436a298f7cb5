// The set-up screen: the booth key, asked for once.

import { CredentialWanted } from "../../api/client.js";
import { find, part } from "../../page/elements.js";
import { say } from "../../page/messages.js";
import { boothKey } from "../booth-key.js";

/**
 * @param {import("../stage.js").Stage} stage
 * @param {import("../../api/client.js").Service} service
 * @returns {Promise<void>} once the service knows the key
 */
export function askForKey(stage, service) {
  return stage.ask("key", null, (root, answer) => {
    const input = find(root, "input", HTMLInputElement);
    root.addEventListener("submit", async (event) => {
      event.preventDefault();
      boothKey.keep(input.value.trim());
      const wrong = await trouble(service);
      if (!wrong) return answer(undefined);
      part(root, "wrong").textContent = wrong;
      input.setAttribute("aria-invalid", "true");
      input.select();
    });
  });
}

/**
 * @param {import("../../api/client.js").Service} service
 * @returns {Promise<string>} empty when the key is good
 */
async function trouble(service) {
  try {
    await service.call("/kiosk/config");
    return "";
  } catch (error) {
    if (!(error instanceof CredentialWanted)) return say("notice.down");
    boothKey.forget();
    return say("key.unknown");
  }
}
