/**
 * The contract between the kit and a client module.
 *
 * The kit calls, in this order and before *ready*: the constructor, `open`, `prepare` once for each
 * entry of the job, `sender` once for each task. Nothing of that may send.
 */
import { outcomeByCode } from './failures.mjs';

/** The job cannot be done; becomes the protocol's *error* line. `kind` is its class. */
export class Refusal extends Error {
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

/** Base of every client. What a subclass leaves alone means "nothing to say here". */
export class Client {
  static clientName = '';
  static version = '';
  static protocols = ['1.1'];
  seesConnections = false; // whether `connected` is called for each
  cannotHonour = [];

  /** `connected(startNs, endNs, failure)` reports a connection's set-up; `failure` is undefined when it worked. */
  constructor(job, connected) {
    this.job = job;
    this.connected = connected;
  }

  /** Versions of what the client stands on, by name. */
  libraries() {
    return {};
  }

  cannot(what, why) {
    this.cannotHonour.push({ what, why });
  }

  async open() {}

  /** The argument of `send` for one entry of the job, built once, outside the loop. */
  prepare(request) {
    return request;
  }

  /**
   * With what task `index` sends: `send(argument)` resolves to {status, bytes, headersNs} once the whole
   * body is in memory (headersNs: when the headers were there; may be missing), and rejects with
   * whatever the library does. `abort()` ends what is in flight because its time is over; a sender
   * without it leaves limits to the library.
   */
  // eslint-disable-next-line no-unused-vars
  sender(index) {
    throw new Error('a client sends');
  }

  /** The outcome that an error means. */
  classify(failure) {
    return outcomeByCode(failure);
  }
}
