// Server-sent events read with fetch, because EventSource cannot send the header that says who calls.

import { Unreachable } from "./client.js";

/** A stream is not late until it has been silent for a very long evening. */
const DAY_MS = 86_400_000;

/** @typedef {{ event: string, data: string }} ServerEvent */

/**
 * Connects; reconnecting when the stream ends is the caller's choice.
 *
 * @param {import("./client.js").Service} service
 * @param {string} path
 * @param {AbortSignal} [signal] ends the stream
 * @returns {Promise<AsyncGenerator<ServerEvent>>} each event until the stream ends
 */
export async function serverEvents(service, path, signal) {
  const answer = await service.open(path, { signal, patienceMs: DAY_MS });
  if (!answer.body) throw new Unreachable();
  return read(answer.body);
}

/**
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} body
 * @returns {AsyncGenerator<ServerEvent>}
 */
async function* read(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      text = (text + value).replaceAll("\r\n", "\n");
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      yield* blocks.map(parse).filter((event) => event.data !== "");
    }
  } finally {
    // A reader who has heard enough hangs up; the service counts its listeners.
    reader.cancel().catch(() => {});
  }
}

/**
 * @param {string} block the lines of one event
 * @returns {ServerEvent} data is empty for a comment or a keep-alive
 */
function parse(block) {
  let event = "message";
  /** @type {string[]} */
  const data = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) event = line.slice(6).trim();
    if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
  }
  return { event, data: data.join("\n") };
}
