// The kiosk page: asks the service who it serves, then runs guest after guest.

import { CredentialWanted, Service } from "../api/client.js";
import { say, speak, translate } from "../page/messages.js";
import { boothKey } from "./booth-key.js";
import { evening } from "./evening.js";
import { readConfig, warmThumbnails } from "./event.js";
import { Outbox } from "./outbox.js";
import { Pulse } from "./pulse.js";
import { keepScreenOn, lockGestures } from "./screen.js";
import { askForKey } from "./screens/key.js";
import { showNotices } from "./notices.js";
import { Stage } from "./stage.js";

const pulse = new Pulse();
const service = new Service(boothKey.headers, (answered) => pulse.report(answered));
const stage = new Stage();
const outbox = new Outbox(service, pulse);

lockGestures();
keepScreenOn();
await speak(navigator.languages);
translate(document);
pulse.watch(service);
showNotices(pulse, outbox);

const config = await firstConfig();
await speak([config.locale, ...navigator.languages]);
translate(document);
document.title = config.event_name || say("attract.call");
await outbox.resume();
warmThumbnails(service, pulse).catch(() => {});
await evening({ service, pulse, stage, outbox, config });

/** The key is asked for before anything else can work. */
async function firstConfig() {
  for (;;) {
    try {
      return await readConfig(service, pulse);
    } catch (error) {
      if (!(error instanceof CredentialWanted)) throw error;
      await askForKey(stage, service);
    }
  }
}
