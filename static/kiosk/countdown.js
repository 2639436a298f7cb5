// The seconds before the flash.

/**
 * @param {number} seconds
 * @param {AbortSignal} signal ends it early
 * @param {(left: number) => void} tell each second, down to 1
 * @returns {Promise<void>} when it is time; fails with the signal's reason
 */
export async function countDown(seconds, signal, tell) {
  for (let left = seconds; left > 0; left -= 1) {
    tell(left);
    await pause(1000, signal);
  }
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} signal ends it early
 * @returns {Promise<void>} fails with the signal's reason
 */
export function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(clock);
      reject(signal.reason);
    };
    const clock = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve(undefined);
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}
