// The guest's page, made handier where scripts run: it updates itself, shares the file, and speaks the guest's language.

const SHORTEST_WAIT_MS = 1_500;
const LONGEST_WAIT_MS = 15_000;

/** @type {Record<string, string>} */
let words = {};

translate(navigator.languages);
if (document.body.dataset.state === "developing") waitForPicture(SHORTEST_WAIT_MS);
if (document.body.dataset.state === "ready") offerSharing();
calmFilm();

/**
 * Asks whether the picture is there, less and less often, and at once when the guest looks at the page again.
 *
 * @param {number} wait in milliseconds
 */
async function waitForPicture(wait) {
  await pause(wait);
  const state = await pictureState();
  if (state === "developing") return waitForPicture(Math.min(wait * 1.2, LONGEST_WAIT_MS));
  location.reload();
}

/** @returns {Promise<string>} "developing" also while the phone has no network */
async function pictureState() {
  try {
    const answer = await fetch(`${location.pathname.replace(/\/$/, "")}/status`, { cache: "no-store" });
    if (answer.status === 404) return "gone";
    return answer.ok ? (await answer.json()).state : "developing";
  } catch {
    return "developing";
  }
}

/** @param {number} milliseconds */
function pause(milliseconds) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(clock);
      document.removeEventListener("visibilitychange", looked);
      resolve(undefined);
    };
    const looked = () => document.visibilityState === "visible" && end();
    const clock = setTimeout(end, milliseconds);
    document.addEventListener("visibilitychange", looked);
  });
}

/** Leaves it to guests who asked for less motion whether the film plays. */
function calmFilm() {
  const film = document.querySelector("video");
  if (!film || !matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  film.pause();
  film.autoplay = false;
  film.controls = true;
}

/** Shows Share where the phone can, and lets Save reach the photo library where only the share sheet can. */
async function offerSharing() {
  const save = document.querySelector("#save");
  const share = document.querySelector("#share");
  if (!(save instanceof HTMLAnchorElement) || !(share instanceof HTMLButtonElement)) return;
  share.hidden = !navigator.share && !navigator.clipboard;
  share.addEventListener("click", () => shareLink());
  const picture = await pictureFile(save).catch(() => null);
  if (!picture || !navigator.canShare?.({ files: [picture] })) return;
  share.addEventListener("click", (event) => sharePicture(event, picture, shareLink), { capture: true });
  // Downloads of iOS land in Files; its share sheet has "Save Image", which is what the guest wants.
  if (isIos()) save.addEventListener("click", (event) => sharePicture(event, picture, () => location.assign(save.href)));
}

/**
 * Fetched before the touch, because the share sheet opens only right after one.
 *
 * @param {HTMLAnchorElement} save
 */
async function pictureFile(save) {
  const image = document.querySelector("#picture");
  if (image instanceof HTMLImageElement) await image.decode();
  const blob = await (await fetch(save.href)).blob();
  return new File([blob], save.download || "picture.jpg", { type: blob.type });
}

/**
 * @param {Event} event
 * @param {File} picture
 * @param {() => void} otherwise where the phone refuses
 */
function sharePicture(event, picture, otherwise) {
  event.preventDefault();
  event.stopImmediatePropagation();
  // A guest who closes the sheet has changed their mind.
  navigator.share({ files: [picture] }).catch((error) => error.name === "AbortError" || otherwise());
}

async function shareLink() {
  if (navigator.share) return navigator.share({ title: document.title, url: location.href }).catch(() => {});
  await navigator.clipboard.writeText(location.href);
  const said = document.querySelector("#said");
  if (said) said.textContent = words["guest.copied"] ?? "The link is copied.";
}

function isIos() {
  // An iPad calls itself a Mac, but no Mac has a touch screen.
  return /iPad|iPhone|iPod/.test(navigator.userAgent) || (/Mac/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
}

/**
 * The page comes in English; other languages replace its words.
 *
 * @param {readonly string[]} languages BCP 47, best first
 */
async function translate(languages) {
  for (const language of languages.map((tag) => tag.toLowerCase().split("-")[0])) {
    if (language === "en") return;
    const answer = await fetch(`/assets/messages/${language}.json`).catch(() => null);
    if (!answer?.ok) continue;
    words = await answer.json();
    document.documentElement.lang = language;
    return putWords();
  }
}

function putWords() {
  for (const element of document.querySelectorAll("[data-say]")) {
    element.textContent = words[element.getAttribute("data-say") ?? ""] ?? element.textContent;
  }
  for (const image of document.querySelectorAll("[data-say-alt]")) {
    const word = words[image.getAttribute("data-say-alt") ?? ""];
    if (word) image.setAttribute("alt", word);
  }
}
