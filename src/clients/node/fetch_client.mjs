/**
 * Node's own global fetch as a worker, with nothing installed: https://nodejs.org/api/globals.html#fetch
 *
 * Measured is what its users write, `await (await fetch(url, options)).arrayBuffer()`; tuned, with an
 * AbortController each, which is fetch's one way to limit a request's time, and with a pool as large as the
 * concurrency. The pool is reached through the symbol under which Node keeps it; npm's undici must not be
 * loaded here, since it puts its own there.
 */
import { bodyBytes, Client, connector, now, Refusal, run } from './hb_kit/index.mjs';

const ADDED = 'Accept, Accept-Language, Sec-Fetch-Mode, User-Agent, Accept-Encoding';
const MAY_NOT_HAVE_A_BODY = ['GET', 'HEAD'];
const KEEPS_CONNECTION_WITH_A_BODY = ['POST', 'PUT', 'PATCH'];
const KEEP_ALIVE_MS = 3_600_000;
const DISPATCHER = Symbol.for('undici.globalDispatcher.1');

class FetchClient extends Client {
  static clientName = 'fetch';
  static version = process.versions.undici ?? process.versions.node; // Debian's Node 18 does not tell
  seesConnections = true;
  #isStock = this.job.profile === 'stock';

  libraries() {
    return { llhttp: process.versions.llhttp, openssl: process.versions.openssl };
  }

  async open() {
    this.#sayWhatItCannot();
    void globalThis.Response; // makes Node load fetch, and with it the dispatcher
    const Agent = globalThis[DISPATCHER]?.constructor;
    if (Agent === undefined) {
      throw new Refusal('unsupported', `the pool of fetch is out of reach in Node ${process.versions.node}`);
    }
    const connect = connector(this);
    globalThis[DISPATCHER] = new Agent(this.#isStock ? { connect } : {
      connect, connections: this.job.concurrency, pipelining: 1, keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS, headersTimeout: 0, bodyTimeout: 0, // the kit limits the whole request
    });
  }

  #sayWhatItCannot() {
    const methods = this.job.requests.map(({ method }) => method);
    const withBody = this.job.requests.filter(({ body }) => body !== null).map(({ method }) => method);
    this.cannot('headers', `adds Connection, and ${ADDED} where they are not given; joins the values of a repeated one`);
    this.cannot('decompression', 'always decodes gzip, deflate and br; bytes are those after decoding');
    if (this.#isStock) {
      this.cannot('timeout_ns', 'stock: its own limits, five minutes for the headers and between pieces of the body');
    }
    if (withBody.some((method) => MAY_NOT_HAVE_A_BODY.includes(method))) {
      this.cannot('requests.body_path', `sends no body with ${MAY_NOT_HAVE_A_BODY.join(' and ')}`);
    }
    if (methods.includes('HEAD') || withBody.some((method) => !KEEPS_CONNECTION_WITH_A_BODY.includes(method))) {
      const kept = KEEPS_CONNECTION_WITH_A_BODY.join(', ');
      this.cannot('keepalive', `closes the connection after HEAD, and after a body that is not of ${kept}`);
    }
  }

  prepare({ method, url, headers: given, body: content }) {
    const headers = this.job.keepalive ? given : [...given, ['Connection', 'close']];
    const body = MAY_NOT_HAVE_A_BODY.includes(method) ? null : content;
    return { url, options: { method, headers, body, ...(!this.#isStock && { redirect: 'manual' }) } };
  }

  sender() {
    const inPieces = this.job.options.stream;
    const answer = async (response) => {
      const headersNs = now();
      return { status: response.status, bytes: await bodyBytes(response, inPieces), headersNs };
    };
    if (this.#isStock) return { send: async ({ url, options }) => answer(await fetch(url, options)) };
    let controller;
    return {
      async send({ url, options }) {
        controller = new AbortController();
        return answer(await fetch(url, { ...options, signal: controller.signal }));
      },
      abort: () => controller.abort(),
    };
  }
}

run(FetchClient);
