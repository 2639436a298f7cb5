// The guest's details, where the event asks for them.

import { Refused, Unreachable } from "../../api/client.js";
import { find, onPress, part } from "../../page/elements.js";
import { startSession } from "../send.js";
import { newKey } from "../visit.js";

/**
 * @param {import("../evening.js").Attended} booth
 * @param {import("../visit.js").Visit} visit gets the guest, and its session where the service answers
 * @returns {Promise<"back" | "done">}
 */
export function askDetails(booth, visit) {
  return booth.stage.ask("details", booth.idle.signal, (root, answer, fail) => {
    const form = find(root, "form", HTMLFormElement);
    onPress(root, { back: () => answer("back") });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      visit.guest = guestOf(new FormData(form));
      // Corrected details are another request: the key of the refused ones would not fit them.
      visit.key = newKey();
      try {
        await introduce(booth, visit);
        answer("done");
      } catch (error) {
        if (error instanceof Refused && error.status === 422) showWrong(root, error.message);
        else fail(error);
      }
    });
  });
}

/**
 * @param {import("../evening.js").Attended} booth
 * @param {import("../visit.js").Visit} visit
 */
async function introduce(booth, visit) {
  try {
    await startSession(booth.service, visit);
  } catch (error) {
    // Without the service the visit goes on; its session starts when the shots are sent.
    if (!(error instanceof Unreachable)) throw error;
  }
}

/**
 * @param {HTMLElement} root
 * @param {string} words the service's own sentence
 */
function showWrong(root, words) {
  const email = find(root, "[name=email]", HTMLInputElement);
  part(root, "wrong").textContent = words;
  email.setAttribute("aria-invalid", "true");
  email.focus();
}

/**
 * @param {FormData} form
 * @returns {import("../visit.js").Guest}
 */
function guestOf(form) {
  const field = (/** @type {string} */ name) => String(form.get(name) ?? "").trim();
  return { name: field("name"), email: field("email"), phone: field("phone") };
}
