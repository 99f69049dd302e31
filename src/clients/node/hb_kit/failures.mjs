/** From an error to an outcome, by the codes of Node and of undici, which both its fetch and its users see. */
import * as outcomes from './outcome.mjs';

const CAUSES_MAX = 32;
const TEXT_MAX = 500;

// The first row that matches the code (without one: the name) of anything in the chain of causes wins.
const CODES = [
  [/^(ENOTFOUND|EAI_\w+|ENODATA)$/, outcomes.DNS],
  [/^(UND_ERR_CONNECT_TIMEOUT|UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT|ETIMEDOUT)$/, outcomes.TIMEOUT],
  [/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EMFILE|ENFILE)$/, outcomes.CONNECT],
  [/NO_APPLICATION_PROTOCOL$/, outcomes.PROTOCOL], // asked for HTTP/2, of a server without
  [/^(ERR_(TLS|SSL|OSSL)_\w+|EPROTO|HOSTNAME_MISMATCH)$/, outcomes.TLS],
  [/^(CERT_\w+|(DEPTH_ZERO_)?SELF_SIGNED_\w+|UNABLE_TO_\w+|INVALID_\w+)$/, outcomes.TLS],
  [/^(ENDED_EARLY|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/, outcomes.LENGTH],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET|ECONNABORTED)$/, outcomes.RESET],
  [/^(HTTPParserError|HPE_\w+|UND_ERR_HEADERS_OVERFLOW|ERR_HTTP2_\w+)$/, outcomes.PROTOCOL],
];

/** An error and what it stands for: libraries wrap in `cause` and `errors`. */
export function causes(failure) {
  const found = new Set();
  const pending = [failure];
  while (pending.length > 0 && found.size < CAUSES_MAX) {
    const link = pending.shift();
    if (typeof link !== 'object' || link === null || found.has(link)) continue;
    found.add(link);
    pending.push(link.cause, ...(Array.isArray(link.errors) ? link.errors : []));
  }
  return [...found];
}

/** The outcome that Node's codes tell, or CLIENT_EXCEPTION. */
export function outcomeByCode(failure) {
  const codes = causes(failure).map((link) => String(link.code ?? link.name));
  const row = CODES.find(([pattern]) => codes.some((code) => pattern.test(code)));
  return row === undefined ? outcomes.CLIENT_EXCEPTION : row[1];
}

/** Classifies for a client, telling the first of each kind on standard error. */
export class Failures {
  #client;
  #told = new Set();

  constructor(client) {
    this.#client = client;
  }

  outcome(failure) {
    let outcome;
    try {
      outcome = this.#client.classify(failure);
    } catch (mistake) { // a client's own mistake costs the record its reason, not the run
      failure = mistake;
      outcome = outcomes.CLIENT_EXCEPTION;
    }
    this.tell(outcome, failure);
    return outcome;
  }

  tell(outcome, failure) {
    if (this.#told.has(outcome)) return;
    this.#told.add(outcome);
    const text = causes(failure).map(String).join(' <- ') || String(failure);
    process.stderr.write(`first ${outcomes.NAMES[outcome]}: ${text.slice(0, TEXT_MAX)}\n`);
  }
}
