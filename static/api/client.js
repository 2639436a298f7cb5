// Calls to the service: JSON in and out, and failures sorted by what the caller can do about them.

/** The service said no, and will say no again: the `detail` says why in one plain sentence. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {{ code?: string, detail?: string }} problem
   */
  constructor(status, problem) {
    super(problem.detail ?? `The service answered ${status}.`);
    this.status = status;
    this.code = problem.code ?? "";
  }
}

/** The service wants a booth key or an operator token, or does not know the one it got. */
export class CredentialWanted extends Refused {}

/** No answer, or a "not now": the same call may be repeated with the same idempotency key. */
export class Unreachable extends Error {
  /** @param {number} retryAfterSeconds as the service asked, else 0 */
  constructor(retryAfterSeconds = 0) {
    super("The service does not answer.");
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * @typedef {object} Call
 * @property {string} [method]
 * @property {unknown} [json] sent as JSON
 * @property {FormData} [form] sent as multipart
 * @property {string} [idempotencyKey]
 * @property {AbortSignal} [signal]
 * @property {number} [patienceMs] until the call counts as unanswered
 */

/** The service under `/api/v1`. */
export class Service {
  #credentials;
  #onAnswer;

  /**
   * @param {() => Record<string, string>} credentials headers that say who calls
   * @param {(answered: boolean) => void} [onAnswer] told after each call whether the service answered
   */
  constructor(credentials, onAnswer = () => {}) {
    this.#credentials = credentials;
    this.#onAnswer = onAnswer;
  }

  /**
   * @param {string} path below `/api/v1`
   * @param {Call} [call]
   * @returns {Promise<any>} the JSON answer, or null where there is none
   */
  async call(path, call = {}) {
    const answer = await this.open(path, call);
    return answer.status === 204 ? null : answer.json();
  }

  /**
   * @param {string} path
   * @param {Call} [call]
   * @returns {Promise<Response>} a successful answer, its body still to be read
   */
  async open(path, call = {}) {
    const answer = await this.#ask(path, call);
    if (answer.ok) return answer;
    throw await failure(answer);
  }

  /**
   * @param {string} path
   * @param {Call} call
   */
  async #ask(path, call) {
    const patience = AbortSignal.timeout(call.patienceMs ?? 20_000);
    const signal = call.signal ? AbortSignal.any([call.signal, patience]) : patience;
    try {
      const answer = await fetch(`/api/v1${path}`, { ...request(call, this.#credentials()), signal });
      this.#onAnswer(isOurs(answer));
      return answer;
    } catch (error) {
      if (call.signal?.aborted) throw error;
      this.#onAnswer(false);
      throw new Unreachable();
    }
  }
}

/**
 * @param {Call} call
 * @param {Record<string, string>} credentials
 * @returns {RequestInit}
 */
function request(call, credentials) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json, text/event-stream", ...credentials };
  if (call.idempotencyKey) headers["Idempotency-Key"] = call.idempotencyKey;
  if (call.json !== undefined) headers["Content-Type"] = "application/json";
  const body = call.form ?? (call.json === undefined ? undefined : JSON.stringify(call.json));
  return { method: call.method ?? (body ? "POST" : "GET"), headers, body, cache: "no-store" };
}

/** @param {Response} answer */
async function failure(answer) {
  if (unready(answer.status)) return new Unreachable(Number(answer.headers.get("Retry-After")) || 0);
  const problem = await answer.json().catch(() => ({}));
  return answer.status === 401 ? new CredentialWanted(401, problem) : new Refused(answer.status, problem);
}

/**
 * A proxy answers for a service that is gone, but not in the service's own shape of errors.
 *
 * @param {Response} answer
 */
function isOurs(answer) {
  return answer.status < 500 || (answer.headers.get("Content-Type") ?? "").startsWith("application/problem+json");
}

/** @param {number} status */
function unready(status) {
  return status >= 500 || status === 429 || status === 408;
}
