// The operator's console: is it safe, and what became of each picture.

import { Service } from "../api/client.js";
import { onPress, part } from "../page/elements.js";
import { speak, translate } from "../page/messages.js";
import { deleteJob } from "./delete-job.js";
import { JobList } from "./job-list.js";
import { listenForever } from "./live.js";
import { showOverview } from "./overview.js";
import { operatorToken, withToken } from "./sign-in.js";
import { Throttle } from "./throttle.js";

const STATUS_MS = 5_000;
const AGES_MS = 20_000;

const service = new Service(operatorToken.headers);
const list = new JobList(service);
let target = "";
const status = new Throttle(async () => {
  target = (await showOverview(service)).delivery.target;
});

await speak(navigator.languages);
translate(document);
await withToken(() => service.call("/status"));
wireButtons();
setInterval(() => status.soon(), STATUS_MS);
setInterval(() => list.refreshAges(), AGES_MS);
await listenForever(service, {
  connected: () => Promise.all([list.reload(), status.soon()]),
  job: (job) => {
    list.put(job);
    status.soon();
  },
  deleted: (id) => {
    list.remove(id);
    status.soon();
  },
});

function wireButtons() {
  onPress(document.body, {
    filter: (button) => pickFilter(button),
    more: () => list.more(),
    retry: (button) => list.retry(list.idOf(button)),
    delete: (button) => deleteJob(service, list, list.idOf(button), target),
  });
}

/** @param {HTMLElement} pressed */
function pickFilter(pressed) {
  for (const button of part(document, "filters").children) {
    button.setAttribute("aria-pressed", String(button === pressed));
  }
  list.filter(pressed.dataset.status ?? "");
}
