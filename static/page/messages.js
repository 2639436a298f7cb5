// The words on the screens: one file of messages for each language, English where a language has none.

/** @type {Record<string, string>} */
let messages = {};
let plurals = new Intl.PluralRules("en");
let ages = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });

/**
 * Takes the first of the wanted languages that has a file.
 *
 * @param {readonly string[]} wanted BCP 47, best first
 */
export async function speak(wanted) {
  const english = await fetchMessages("en");
  for (const language of wanted.map((tag) => tag.toLowerCase().split("-")[0])) {
    const own = language === "en" ? english : await fetchMessages(language).catch(() => null);
    if (!own) continue;
    messages = { ...english, ...own };
    return settle(language);
  }
  messages = english;
  settle("en");
}

/** @param {string} language */
function settle(language) {
  plurals = new Intl.PluralRules(language);
  ages = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  document.documentElement.lang = language;
}

/**
 * @param {string} language
 * @returns {Promise<Record<string, string>>}
 */
async function fetchMessages(language) {
  const answer = await fetch(`/assets/messages/${language}.json`);
  if (!answer.ok) throw new Error(`no messages in ${language}`);
  return answer.json();
}

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values] for `{name}`; a `count` also picks the plural form, `key.one` or `key.other`
 */
export function say(key, values = {}) {
  const form = typeof values.count === "number" ? `${key}.${plurals.select(values.count)}` : key;
  const message = messages[form] ?? messages[`${key}.other`] ?? messages[key] ?? key;
  return message.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/**
 * Puts the words into elements marked `data-say` (text) and `data-say-label` (accessible name).
 *
 * @param {ParentNode} root
 */
export function translate(root) {
  for (const element of root.querySelectorAll("[data-say]")) {
    element.textContent = say(element.getAttribute("data-say") ?? "");
  }
  for (const element of root.querySelectorAll("[data-say-label]")) {
    element.setAttribute("aria-label", say(element.getAttribute("data-say-label") ?? ""));
  }
}

/**
 * @param {string} instant RFC 3339
 * @returns {string} such as "3 min ago"
 */
export function age(instant) {
  const seconds = Math.min(0, (Date.parse(instant) - Date.now()) / 1000);
  const [unit, length] = UNITS.find(([, size]) => -seconds >= size) ?? ["second", 1];
  return ages.format(Math.trunc(seconds / length), unit);
}

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];
