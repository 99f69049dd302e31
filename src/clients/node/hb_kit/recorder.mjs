/**
 * Samples: 32 bytes a record, stored in one buffer that was made beforehand, written 128 at a time.
 * tests/bench/node_recording_cost.mjs measures what that costs.
 */
import { closeSync, writeSync } from 'node:fs';

import { OK } from './outcome.mjs';

const REQUEST = 0;
const CONNECT = 1;
const TICK = 2;

const RECORDS = 128; // 4096 bytes, PIPE_BUF: a pipe keeps a write of this size whole
const RECORD_BYTES = 32;
const U32_MAX = 0xffffffff;
const U16_MAX = 0xffff;

/** Totals are those of the records written. */
export class Recorder {
  started = 0; // requests begun: the loop adds one before each
  requests = 0;
  connections = 0;
  bytes = 0;
  #fd;
  #batch = Buffer.alloc(RECORDS * RECORD_BYTES);
  #u64 = new BigUint64Array(this.#batch.buffer, this.#batch.byteOffset, RECORDS * 4);
  #u32 = new Uint32Array(this.#batch.buffer, this.#batch.byteOffset, RECORDS * 8);
  #count = 0;

  constructor(fd) {
    this.#fd = fd;
  }

  request(startNs, endNs, lagUs, ttfbUs, bytes, status, outcome) {
    this.requests += 1;
    this.bytes += bytes > U32_MAX ? U32_MAX : bytes;
    this.#add(startNs, endNs, lagUs, ttfbUs, bytes, status, REQUEST, outcome);
  }

  connect(startNs, endNs, outcome) {
    if (outcome === OK) this.connections += 1;
    this.#add(startNs, endNs, 0, 0, 0, 0, CONNECT, outcome);
  }

  tick(dueNs, firedNs) {
    this.#add(dueNs, firedNs, 0, 0, 0, 0, TICK, OK);
  }

  flush() {
    const length = this.#count * RECORD_BYTES;
    for (let sent = 0; sent < length;) sent += writeSync(this.#fd, this.#batch, sent, length - sent);
    this.#count = 0;
  }

  close() {
    this.flush();
    closeSync(this.#fd);
  }

  #add(startNs, endNs, lagUs, ttfbUs, bytes, status, kind, outcome) {
    const at64 = this.#count * 4;
    const at32 = this.#count * 8 + 4;
    this.#u64[at64] = startNs;
    this.#u64[at64 + 1] = endNs;
    this.#u32[at32] = lagUs > U32_MAX ? U32_MAX : lagUs;
    this.#u32[at32 + 1] = ttfbUs > U32_MAX ? U32_MAX : ttfbUs;
    this.#u32[at32 + 2] = bytes > U32_MAX ? U32_MAX : bytes;
    this.#u32[at32 + 3] = (status > U16_MAX ? U16_MAX : status) | (kind << 16) | (outcome << 24);
    this.#count += 1;
    if (this.#count === RECORDS) this.flush();
  }
}
