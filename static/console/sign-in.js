// The operator's token: asked for when the service wants one, kept until this tab is closed.

import { CredentialWanted, Unreachable } from "../api/client.js";
import { find, part } from "../page/elements.js";
import { say } from "../page/messages.js";

const PLACE = "boothline.operator-token";

export const operatorToken = {
  /** @returns {Record<string, string>} */
  headers() {
    const token = sessionStorage.getItem(PLACE);
    return token ? { Authorization: `Bearer ${token}` } : {};
  },
};

/**
 * Repeats the call until the service accepts the token, and while it does not answer.
 *
 * @template T
 * @param {() => Promise<T>} call
 * @returns {Promise<T>}
 */
export async function withToken(call) {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (error instanceof CredentialWanted) await askForToken();
      else if (error instanceof Unreachable) await new Promise((resolve) => setTimeout(resolve, 2_000));
      else throw error;
    }
  }
}

/** @returns {Promise<void>} once something was entered */
function askForToken() {
  const dialog = find(document, "#sign-in", HTMLDialogElement);
  const input = find(dialog, "input", HTMLInputElement);
  part(dialog, "wrong").textContent = sessionStorage.getItem(PLACE) ? say("sign_in.unknown") : "";
  sessionStorage.removeItem(PLACE);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    dialog.addEventListener(
      "close",
      () => {
        sessionStorage.setItem(PLACE, input.value.trim());
        input.value = "";
        resolve();
      },
      { once: true },
    );
  });
}
