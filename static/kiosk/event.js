// The event's settings and looks, remembered so that the booth opens while the service is down.

import { ownAddress } from "../api/address.js";
import { Unreachable } from "../api/client.js";
import { image } from "../page/elements.js";

/** @typedef {import("../api/contract.js").KioskConfig} KioskConfig */
/** @typedef {import("../api/contract.js").Theme} Theme */

/**
 * @param {import("../api/client.js").Service} service
 * @param {import("./pulse.js").Pulse} pulse
 * @returns {Promise<KioskConfig>} fresh, or as last seen where the service does not answer
 */
export function readConfig(service, pulse) {
  return freshOrRemembered(service, pulse, "/kiosk/config", "boothline.config");
}

/**
 * @param {import("../api/client.js").Service} service
 * @param {import("./pulse.js").Pulse} pulse
 * @returns {Promise<Theme[]>} in display order
 */
export function readThemes(service, pulse) {
  return freshOrRemembered(service, pulse, "/themes", "boothline.themes");
}

/**
 * Has the browser fetch the looks' thumbnails before a guest comes to them; a fresh service draws them on demand.
 *
 * @param {import("../api/client.js").Service} service
 * @param {import("./pulse.js").Pulse} pulse
 */
export async function warmThumbnails(service, pulse) {
  for (const { thumbnail_url: thumbnail } of await readThemes(service, pulse)) {
    if (thumbnail) await image(ownAddress(thumbnail)).decode().catch(() => {});
  }
}

/**
 * Waits for the service only where nothing is remembered yet.
 *
 * @param {import("../api/client.js").Service} service
 * @param {import("./pulse.js").Pulse} pulse
 * @param {string} path
 * @param {string} place in the browser's storage; holds nothing of any guest
 */
async function freshOrRemembered(service, pulse, path, place) {
  for (;;) {
    try {
      const answer = await service.call(path, { patienceMs: 5_000 });
      localStorage.setItem(place, JSON.stringify(answer));
      return answer;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      const remembered = localStorage.getItem(place);
      if (remembered) return JSON.parse(remembered);
      await pulse.untilUp();
    }
  }
}
