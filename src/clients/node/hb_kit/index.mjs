/**
 * What every Node client of http-benchmark shares: the worker protocol, pacing and recording.
 *
 * A client module says how to build the client, how to send one request, and which outcome an error
 * means where Node's own error codes do not tell; the rest is here. A whole client, as an example:
 *
 *     import { Client, run } from './hb_kit/index.mjs';
 *
 *     class Plain extends Client {
 *       static clientName = 'plain';
 *       static version = process.versions.undici;
 *
 *       sender() {
 *         return {
 *           async send({ method, url, headers, body }) {
 *             const response = await fetch(url, { method, headers, body });
 *             return { status: response.status, bytes: (await response.arrayBuffer()).byteLength };
 *           },
 *         };
 *       }
 *     }
 *
 *     run(Plain);
 *
 * The files: `client` is the contract above, `job` what the runner asks for, `channel` its two lines
 * each way and SIGTERM, `recorder` the samples, `loop` the tasks, `alarm` their waking in an open
 * loop, `failures` the outcomes, `worker` the order of events; `connector`, `tls` and `bodies` are for
 * clients that stand on undici, as npm's does and Node's fetch. Node 20 or newer, on Linux, with nothing
 * installed. Instants are BigInt nanoseconds of CLOCK_MONOTONIC throughout.
 */
export { bodyBytes } from './bodies.mjs';
export { Client, Refusal } from './client.mjs';
export { now } from './clock.mjs';
export { connector } from './connector.mjs';
export { causes } from './failures.mjs';
export { installed } from './installed.mjs';
export * as outcomes from './outcome.mjs';
export { tlsOptions } from './tls.mjs';
export { run } from './worker.mjs';
