/**
 * undici as a worker: https://undici.nodejs.org. Usage: undici_client.mjs FOLDER-WITH-NODE_MODULES [--version]
 *
 * Tuned: a Pool for each origin, with a connection for each task and no pipelining, and `pool.request`.
 * Stock: `undici.request(url)` over its global Agent, as its first example has it.
 */
import { EventEmitter } from 'node:events';

import { bodyBytes, Client, connector, installed, now, Refusal, run } from './hb_kit/index.mjs';

const folder = process.argv[2] ?? '.';
const undici = await installed(folder, 'undici');
const { version } = await installed(folder, 'undici/package.json');

const KEEP_ALIVE_MS = 3_600_000;

class UndiciClient extends Client {
  static clientName = 'undici';
  static protocols = ['1.1', '2'];
  static version = version;
  seesConnections = true;
  #pools = new Map();
  #isStock = this.job.profile === 'stock';

  libraries() {
    return { llhttp: process.versions.llhttp, openssl: process.versions.openssl };
  }

  async open() {
    if (this.job.http === '2' && this.job.requests.some(({ url }) => url.startsWith('http:'))) {
      throw new Refusal('unsupported', 'speaks HTTP/2 over TLS only');
    }
    const connect = connector(this);
    this.cannot('headers', 'adds Connection');
    if (this.#isStock) {
      this.cannot('timeout_ns', 'stock: its own limits, five minutes for the headers and between pieces of the body');
      undici.setGlobalDispatcher(new undici.Agent({ connect }));
      return;
    }
    for (const origin of new Set(this.job.requests.map(({ url }) => new URL(url).origin))) {
      this.#pools.set(origin, new undici.Pool(origin, {
        connect, connections: this.job.concurrency, pipelining: 1, allowH2: this.job.http === '2',
        keepAliveTimeout: KEEP_ALIVE_MS, keepAliveMaxTimeout: KEEP_ALIVE_MS,
        headersTimeout: 0, bodyTimeout: 0, // the kit limits the whole request
      }));
    }
  }

  /** A function that sends the request. */
  prepare({ method, url, headers, body }) {
    const options = { method, headers: headers.flat(), body };
    if (!this.job.keepalive) options.reset = true;
    if (this.#isStock) return () => undici.request(url, options);
    const { origin, pathname, search } = new URL(url);
    const pool = this.#pools.get(origin);
    options.path = pathname + search;
    options.reset = !this.job.keepalive; // unsaid, it closes the connection after HEAD
    return (signal) => pool.request({ ...options, signal });
  }

  sender() {
    const signal = new EventEmitter();
    const inPieces = this.job.options.stream;
    const send = async (request) => {
      const { statusCode: status, body } = await request(signal);
      const headersNs = now();
      return { status, bytes: await bodyBytes(body, inPieces), headersNs };
    };
    return this.#isStock ? { send } : { send, abort: () => signal.emit('abort') };
  }
}

run(UndiciClient);
