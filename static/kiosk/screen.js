// The kiosk's glass: it stays lit, fills the screen, and answers to one finger only.

/** Keeps the display from sleeping where the browser can. */
export function keepScreenOn() {
  const hold = () => {
    if (document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => {});
  };
  document.addEventListener("visibilitychange", hold);
  hold();
}

/** No context menu, no dragging of pictures, no pinch zoom. */
export function lockGestures() {
  for (const gesture of ["contextmenu", "dragstart", "gesturestart"]) {
    document.addEventListener(gesture, (event) => event.preventDefault());
  }
  const pinch = (/** @type {WheelEvent} */ event) => event.ctrlKey && event.preventDefault();
  document.addEventListener("wheel", pinch, { passive: false });
}

/** On a touch screen the first touch takes the whole screen; a browser that refuses changes nothing. */
export function fillScreen() {
  if (document.fullscreenElement || !matchMedia("(pointer: coarse)").matches) return;
  document.documentElement.requestFullscreen?.({ navigationUI: "hide" }).catch(() => {});
}
