// The guest's details, where the event asks for them.

import { Refused, Unreachable } from "../../api/client.js";
import { find, onPress } from "../../page/elements.js";
import { say } from "../../page/messages.js";
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
      if (!complete(form)) return;
      visit.guest = guestOf(new FormData(form));
      // Corrected details are another request: the key of the refused ones would not fit them.
      visit.key = newKey();
      try {
        await introduce(booth, visit);
        answer("done");
      } catch (error) {
        if (error instanceof Refused && error.status === 422) showRefusal(form, error);
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
 * The browser knows what is missing, but its own words are too small for a kiosk and not in the event's language.
 *
 * @param {HTMLFormElement} form
 * @returns {boolean} after saying what is wrong with the first field that is
 */
function complete(form) {
  const inputs = [...form.querySelectorAll("input")];
  for (const input of inputs) showWrong(input, "");
  const wrong = inputs.find((input) => !input.validity.valid);
  if (wrong) showWrong(wrong, say(`details.wrong_${wrong.name}`));
  return !wrong;
}

/**
 * @param {HTMLFormElement} form
 * @param {Refused} refusal
 */
function showRefusal(form, refusal) {
  const words = refusal.code === "email_invalid" ? say("details.wrong_email") : refusal.message;
  showWrong(find(form, "[name=email]", HTMLInputElement), words);
}

/**
 * @param {HTMLInputElement} input
 * @param {string} words empty where nothing is wrong
 */
function showWrong(input, words) {
  find(input.closest(".field") ?? input, ".wrong", HTMLElement).textContent = words;
  input.setAttribute("aria-invalid", String(words !== ""));
  if (words) input.focus();
}

/**
 * @param {FormData} form
 * @returns {import("../visit.js").Guest}
 */
function guestOf(form) {
  const field = (/** @type {string} */ name) => String(form.get(name) ?? "").trim();
  return { name: field("name"), email: field("email"), phone: field("phone") };
}
