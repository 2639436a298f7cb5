// Server-sent events read with fetch, because EventSource cannot send the header that says who calls.

/**
 * Yields each event until the stream ends or the signal fires; reconnecting is the caller's choice.
 *
 * @param {import("./client.js").Service} service
 * @param {string} path
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<{ event: string, data: string }>}
 */
export async function* serverEvents(service, path, signal) {
  const answer = await service.open(path, { signal, patienceMs: DAY_MS });
  if (!answer.body) return;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
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

const DAY_MS = 86_400_000;

/**
 * @param {string} block the lines of one event
 * @returns {{ event: string, data: string }} data is empty for a comment or a keep-alive
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
