// The shapes the service answers with, for the type checker; nothing here runs.

/**
 * @typedef {object} KioskConfig
 * @property {string} event_name
 * @property {boolean} guest_form whether guests are asked for their details
 * @property {number} countdown_seconds from the touch to the flash
 * @property {number} idle_seconds without a touch until the guest is taken to have left
 * @property {string} locale BCP 47, the language of the screens
 */

/**
 * @typedef {object} Theme what the guest picks
 * @property {string} id
 * @property {string} title
 * @property {string | null} thumbnail_url
 * @property {{ aspect_ratio?: string, shots?: number, recipe?: Partial<Recipe> }} params
 */

/**
 * @typedef {object} Recipe how the picture is laid out; lengths in pixels of the canvas
 * @property {{ width?: number, height?: number }} canvas 1200x1800 where it says nothing
 * @property {string | { colour?: string, gradient?: { from: string, to: string, angle?: number }, image?: string }} background
 * @property {Slot[]} slots none: one photo fills the canvas
 * @property {string | { name: string, strength?: number }} filter
 * @property {{ kind: string }} animation the shots become a moving picture
 */

/**
 * @typedef {object} Slot a window that shows one shot
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {number} [photo] which shot, from 0; else the slot's own place in the list
 * @property {number} [rotation] degrees clockwise
 * @property {{ x: number, y: number }} [focus] fractions of the shot
 * @property {number} [corner_radius]
 * @property {string | null} [mask]
 * @property {{ width: number, bottom?: number, colour?: string } | null} [border]
 * @property {{ x?: number, y?: number, blur?: number, colour?: string } | null} [shadow]
 */

/**
 * @typedef {object} Session one guest's visit
 * @property {number} session_id
 * @property {"draft" | "theme_selected" | "photo_uploaded"} status
 * @property {string | null} theme_id
 */

/**
 * @typedef {object} Job links are null until they are known
 * @property {number} job_id
 * @property {number} session_id
 * @property {"queued" | "processing" | "done" | "failed"} status
 * @property {string | null} result_url
 * @property {string | null} [compressed_url]
 * @property {string | null} [thumbnail_url]
 * @property {{format: "gif" | "webp" | "mp4", url: string, bytes: number}[]} [animations] what moves, once it is done
 * @property {string | null} [drive_link] for people: the file in Drive, or with local delivery our own page
 * @property {string | null} download_link
 * @property {string | null} qr_url
 * @property {string | null} [share_url] our own page; null where guests are led to Drive
 * @property {string | null} error_message
 * @property {string | null} log_text
 * @property {"pending" | "uploading" | "waiting" | "delivered" | "failed"} [delivery]
 * @property {string | null} [delivery_message] for the operator, not for guests
 * @property {string} [created_at] RFC 3339
 */

/**
 * @typedef {object} GalleryPicture
 * @property {number} id
 * @property {string} url
 * @property {string | null} [thumbnail_url]
 */

/**
 * @typedef {object} Lane
 * @property {string} name
 * @property {number} ready
 * @property {number} running
 * @property {number} dead
 * @property {number | null} oldest_waiting_s
 * @property {string | null} blocked_reason
 */

/**
 * @typedef {object} Status
 * @property {string} version
 * @property {number} uptime_s
 * @property {{ queued: number, processing: number, done: number, failed: number }} jobs
 * @property {{ lanes: Lane[], oldest_waiting_s: number | null }} queue
 * @property {{ free_bytes: number, total_bytes: number, low: boolean }} disk
 * @property {{ target: string, pending: number, delivered: number, waiting: number, failed: number }} delivery
 * @property {string[]} warnings
 */

export {};
