/**
 * Node's own global fetch as a worker, with nothing installed: https://nodejs.org/api/globals.html#fetch
 *
 * At its best under equal conditions: the dispatcher behind fetch is made anew by its own class, with a
 * connection for each task and the job's trust. In the stock profile it stays as Node made it. Measured is
 * what its users write: `await (await fetch(url, options)).arrayBuffer()`, with an AbortController, which is
 * fetch's one way to limit a request's time.
 */
import net from 'node:net';
import tls from 'node:tls';

import { causes, Client, now, outcomes, run, tlsOptions } from './hb_kit/index.mjs';

const ADDED = ['accept', 'accept-language', 'sec-fetch-mode', 'user-agent', 'accept-encoding', 'connection'];
const WITHOUT_BODY = ['GET', 'HEAD'];
const WITH_BODY = ['POST', 'PUT', 'PATCH']; // with others that have one, and with HEAD, it keeps no connection
const KEEP_ALIVE_MS = 3_600_000;
const DISPATCHER = Symbol.for('undici.globalDispatcher.1'); // there once anything of fetch was touched

class FetchClient extends Client {
  static clientName = 'fetch';

  constructor(job, connected) {
    super(job, connected);
    this.cannot('headers', `adds ${ADDED.join(', ')} where they are not given; names in lower case`);
    this.cannot('decompression', 'always decodes gzip, deflate and br; bytes are those after decoding');
    const bodiesWith = job.requests.filter(({ body }) => body !== null).map(({ method }) => method);
    if (bodiesWith.some((method) => WITHOUT_BODY.includes(method))) {
      this.cannot('requests.body_path', `sends no body with ${WITHOUT_BODY.join(' and ')}`);
    }
    if (job.requests.some(({ method }) => method === 'HEAD') || bodiesWith.some((method) => !WITH_BODY.includes(method))) {
      this.cannot('keepalive', `closes the connection after HEAD, and after a body with a method other than ${WITH_BODY.join(', ')}`);
    }
  }

  version() {
    return process.versions.undici;
  }

  libraries() {
    return { llhttp: process.versions.llhttp, openssl: process.versions.openssl };
  }

  async open() {
    void globalThis.Response; // makes Node load fetch, and with it the dispatcher
    const Agent = globalThis[DISPATCHER]?.constructor;
    if (this.job.profile === 'stock') return;
    if (Agent === undefined) {
      for (const what of ['concurrency', 'connect_timeout_ns', 'tls']) this.cannot(what, 'its pool is out of reach in this Node');
      return;
    }
    this.seesConnections = true;
    globalThis[DISPATCHER] = new Agent({
      connections: this.job.concurrency, pipelining: 1, keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS, headersTimeout: 0, bodyTimeout: 0, connect: this.#connector(),
    });
  }

  /** Sets up connections as the dispatcher's own does, with the job's trust, telling the kit of each. */
  #connector() {
    const trust = tlsOptions(this.job, (...why) => this.cannot(...why));
    return ({ hostname: host, protocol, port, servername }, callback) => {
      const beginNs = now();
      const secure = protocol === 'https:';
      const socket = secure
        ? tls.connect({ host, port: port || 443, ALPNProtocols: ['http/1.1'], servername: servername || undefined, ...trust })
        : net.connect({ host, port: port || 80 });
      const timer = setTimeout(() => socket.destroy(connectTimeout()), this.job.connectTimeoutMs);
      const settle = (failure) => {
        clearTimeout(timer);
        socket.off('error', settle).off(secure ? 'secureConnect' : 'connect', settle);
        this.connected(beginNs, now(), failure);
        if (failure === undefined) callback(null, socket);
        else callback(failure);
      };
      socket.setNoDelay(true).on('error', settle).on(secure ? 'secureConnect' : 'connect', settle);
    };
  }

  prepare({ method, url, headers, body }) {
    const all = this.job.keepalive ? headers : [...headers, ['connection', 'close']];
    return { url, options: { method, headers: all, body: WITHOUT_BODY.includes(method) ? null : body, redirect: 'manual' } };
  }

  sender() {
    let controller;
    return {
      async send({ url, options }) {
        controller = new AbortController();
        const response = await fetch(url, { ...options, signal: controller.signal });
        const headersNs = now();
        return { status: response.status, bytes: await received(response), headersNs };
      },
      abort() {
        controller.abort();
      },
    };
  }

  classify(failure) {
    return failure instanceof Ended ? outcomes.LENGTH : super.classify(failure);
  }
}

function connectTimeout() {
  return Object.assign(new Error('connect timeout'), { code: 'ETIMEDOUT' });
}

/** The connection ended in order, but within the body. */
class Ended extends Error {}

async function received(response) {
  try {
    return (await response.arrayBuffer()).byteLength;
  } catch (failure) {
    const codes = causes(failure).map(({ code }) => code);
    throw codes.includes('UND_ERR_SOCKET') && !codes.includes('ECONNRESET') ? new Ended('', { cause: failure }) : failure;
  }
}

run(FetchClient);
