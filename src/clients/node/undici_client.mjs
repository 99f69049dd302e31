/**
 * undici as a worker: https://undici.nodejs.org. Usage: undici_client.mjs FOLDER-WITH-NODE_MODULES
 *
 * At its best under equal conditions: a Pool for each origin with a connection for each task and no
 * pipelining, `pool.request`, which is what its users call, and the body as an ArrayBuffer.
 */
import { EventEmitter } from 'node:events';

import { Client, installed, now, outcomes, causes, run, tlsOptions } from './hb_kit/index.mjs';

const folder = process.argv[2] ?? '.';
const undici = await installed(folder, 'undici');
const { version } = await installed(folder, 'undici/package.json');

const KEEP_ALIVE_MS = 3_600_000;
const ADDED = 'connection: keep-alive cannot be left out';

class UndiciClient extends Client {
  static clientName = 'undici';

  #pools = new Map();
  #stock = this.job.profile === 'stock';

  constructor(job, connected) {
    super(job, connected);
    this.seesConnections = true;
    this.cannot('headers', ADDED);
  }

  version() {
    return version;
  }

  libraries() {
    return { llhttp: process.versions.llhttp, openssl: process.versions.openssl };
  }

  async open() {
    const options = { ...tlsOptions(this.job, (...why) => this.cannot(...why)), timeout: this.job.connectTimeoutMs };
    const connect = this.#reporting(undici.buildConnector(options), options.servername);
    for (const { url } of this.job.requests) {
      const { origin } = new URL(url);
      if (!this.#pools.has(origin)) this.#pools.set(origin, new undici.Pool(origin, this.#settings(connect)));
    }
  }

  #settings(connect) {
    if (this.#stock) return { connect };
    return {
      connect, connections: this.job.concurrency, pipelining: 1, allowH2: false,
      keepAliveTimeout: KEEP_ALIVE_MS, keepAliveMaxTimeout: KEEP_ALIVE_MS,
      headersTimeout: 0, bodyTimeout: 0, // the kit ends the whole request in time
    };
  }

  /** The library's own connector, telling the kit about each set-up (names, TCP, TLS). */
  #reporting(connector, servername) {
    return (options, callback) => {
      const beginNs = now();
      connector(servername === undefined ? options : { ...options, servername }, (failure, socket) => {
        this.connected(beginNs, now(), failure ?? undefined);
        callback(failure, socket);
      });
    };
  }

  prepare({ method, url, headers, body }) {
    const { origin, pathname, search } = new URL(url);
    const options = { method, path: pathname + search, headers: headers.flat(), body };
    // Said in so many words, since after HEAD it would close the connection otherwise.
    if (!this.#stock || !this.job.keepalive) options.reset = !this.job.keepalive;
    return { pool: this.#pools.get(origin), options };
  }

  sender() {
    const signal = new EventEmitter();
    return {
      async send({ pool, options }) {
        const { statusCode, body } = await pool.request({ ...options, signal });
        const headersNs = now();
        return { status: statusCode, bytes: await received(body), headersNs };
      },
      abort() {
        signal.emit('abort');
      },
    };
  }

  classify(failure) {
    return failure instanceof Ended ? outcomes.LENGTH : super.classify(failure);
  }
}

/** The connection ended in order, but within the body. */
class Ended extends Error {}

async function received(body) {
  try {
    return (await body.arrayBuffer()).byteLength;
  } catch (failure) {
    const codes = causes(failure).map(({ code }) => code);
    throw codes.includes('UND_ERR_SOCKET') && !codes.includes('ECONNRESET') ? new Ended('', { cause: failure }) : failure;
  }
}

run(UndiciClient);
