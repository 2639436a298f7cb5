// The browser's camera: opened late, closed early, and its refusals told apart.

/** @typedef {"insecure" | "denied" | "none" | "busy"} CameraTrouble */

export class CameraRefused extends Error {
  /** @param {CameraTrouble} trouble */
  constructor(trouble) {
    super(`camera: ${trouble}`);
    this.trouble = trouble;
  }
}

/** More than any webcam has: the browser gives the best it can. */
const WISHES = { width: { ideal: 3840 }, height: { ideal: 2160 }, facingMode: "user" };

/** Hardly any loss; the service makes the final encoding. */
const JPEG_QUALITY = 0.95;

export class Camera {
  /** @type {MediaStream | null} */
  #stream = null;
  #closings = 0;

  /**
   * Shows the live picture.
   *
   * @param {HTMLVideoElement} video
   * @param {() => void} lost called when the camera goes away by itself, such as by its cable
   * @returns {Promise<void>} once the first frame is there; fails with {@link CameraRefused}
   */
  async showIn(video, lost) {
    this.#stream ??= await this.#openUnlessClosed();
    for (const track of this.#stream.getTracks()) {
      track.onended = () => {
        this.close();
        lost();
      };
    }
    video.srcObject = this.#stream;
    await video.play();
  }

  /** A guest may leave while the browser still wakes the camera: its light must not stay on. */
  async #openUnlessClosed() {
    const closings = this.#closings;
    const stream = await open();
    if (closings === this.#closings) return stream;
    stop(stream);
    throw new Error("the camera was closed before it was open");
  }

  close() {
    this.#closings += 1;
    stop(this.#stream);
    this.#stream = null;
  }
}

/** @param {MediaStream | null} stream */
function stop(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** @returns {Promise<MediaStream>} */
async function open() {
  if (!navigator.mediaDevices) throw new CameraRefused("insecure");
  try {
    return await navigator.mediaDevices.getUserMedia({ video: WISHES, audio: false });
  } catch (error) {
    throw new CameraRefused(trouble(error instanceof DOMException ? error.name : ""));
  }
}

/**
 * @param {string} name of the DOMException, as the Media Capture specification has them
 * @returns {CameraTrouble}
 */
function trouble(name) {
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  return name === "NotFoundError" || name === "OverconstrainedError" ? "none" : "busy";
}

/**
 * The whole frame, not mirrored: writing on a shirt reads the right way round.
 *
 * @param {HTMLVideoElement} video
 * @returns {Promise<Blob>} a JPEG
 */
export async function frameOf(video) {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser cannot draw");
  context.drawImage(video, 0, 0);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", JPEG_QUALITY));
  if (!(blob instanceof Blob)) throw new Error("this browser could not encode the shot");
  return blob;
}
