/** Drives a client: one asynchronous task each, on Node's one event loop, with one recorder. */
import { Alarm, sleepUntil } from './alarm.mjs';
import { now } from './clock.mjs';
import { Failures } from './failures.mjs';
import { OK, TIMEOUT } from './outcome.mjs';
import { Recorder } from './recorder.mjs';

const FLUSH_MS = 250;
const TIMER_MAX_MS = 0x7fffffff; // setTimeout takes no more

export class Loop {
  #job;
  #client;
  #failures;
  #senders;
  #arguments;
  #alarm = null;
  #taken = 0;
  #go;

  constructor(job, fd) {
    this.#job = job;
    this.recorder = new Recorder(fd);
  }

  connected = (startNs, endNs, failure) => {
    this.recorder.connect(startNs, endNs, failure === undefined ? OK : this.#failures.outcome(failure));
  };

  /** Everything that must be there before *ready*. */
  async open(client) {
    this.#client = client;
    this.#failures = new Failures(client);
    await client.open();
    this.#arguments = this.#job.requests.map((request) => client.prepare(request));
    this.#senders = Array.from({ length: this.#job.concurrency }, (_, index) => client.sender(index));
    if (this.#job.offsets !== null) this.#alarm = new Alarm();
  }

  /** Resolves when all tasks have ended, at the drain, or when `terminated` does. */
  async run({ startNs, stopNs, drainNs }, terminated) {
    this.#go = { startNs, stopNs };
    setInterval(() => this.recorder.flush(), FLUSH_MS);
    if (this.#job.tickMs > 0) this.#startTicks();
    const tasks = this.#senders.map((sender, index) => this.#task(sender, index));
    await Promise.race([Promise.all(tasks), sleepUntil(drainNs), terminated]);
  }

  get counts() {
    const { requests, started, connections, bytes } = this.recorder;
    return {
      requests, bytes,
      unsent: this.#job.offsets === null ? 0 : this.#job.offsets.length - started,
      unfinished: started - requests,
      connections: this.#client.seesConnections ? connections : null,
    };
  }

  async #task(sender, index) {
    const { offsets, maxRequests, rampNs } = this.#job;
    const { startNs, stopNs } = this.#go;
    const deadline = new Deadline(sender, this.#job.timeoutMs);
    const last = Math.min(maxRequests || Infinity, offsets?.length ?? Infinity);
    await sleepUntil(startNs + BigInt(index) * rampNs);
    while (this.#taken < last) {
      const place = this.#taken++; // of this process
      const dueNs = offsets === null ? 0n : startNs + offsets[place];
      if (dueNs >= stopNs) break;
      if (dueNs > 0n) await this.#alarm.until(dueNs);
      const beginNs = now();
      if (beginNs >= stopNs) break;
      await this.#send(sender, deadline, place, beginNs, dueNs);
    }
    deadline.end();
  }

  async #send(sender, deadline, place, beginNs, dueNs) {
    const { process, requests } = this.#job;
    const argument = this.#arguments[(process.index + place * process.count) % requests.length];
    const lagUs = dueNs === 0n ? 0 : Number(beginNs - dueNs) / 1e3;
    this.recorder.started += 1;
    deadline.start();
    try {
      const { status, bytes, headersNs } = await sender.send(argument);
      const endNs = now();
      const ttfbUs = headersNs === undefined ? 0 : Number(headersNs - beginNs) / 1e3;
      this.recorder.request(beginNs, endNs, lagUs, ttfbUs, bytes, status, OK);
    } catch (failure) {
      const endNs = now();
      this.recorder.request(beginNs, endNs, lagUs, 0, 0, 0, this.#outcome(failure, deadline));
    }
    deadline.stop();
  }

  #outcome(failure, deadline) {
    if (!deadline.passed) return this.#failures.outcome(failure);
    this.#failures.tell(TIMEOUT, failure);
    return TIMEOUT;
  }

  /**
   * A timer is set from the millisecond that the loop last saw, so on a busy loop it may fire up to one
   * before `dueNs`: then it was not late. On an idle loop it fires when due.
   */
  #startTicks() {
    const periodMs = Math.max(1, Math.round(this.#job.tickMs));
    const tick = () => {
      const dueNs = now() + BigInt(periodMs) * 1_000_000n;
      setTimeout(() => {
        const firedNs = now();
        this.recorder.tick(dueNs < firedNs ? dueNs : firedNs, firedNs);
        tick();
      }, periodMs);
    };
    tick();
  }
}

/** Ends a request whose time is over. One timer a task, moved for each request, which costs 0.1 µs. */
class Deadline {
  passed = false;
  #inFlight = false;
  #timer;

  constructor(sender, timeoutMs) {
    if (sender.abort === undefined) return;
    this.#timer = setTimeout(() => {
      if (!this.#inFlight) return;
      this.passed = true;
      sender.abort();
    }, Math.min(Math.ceil(timeoutMs), TIMER_MAX_MS));
  }

  start() {
    this.passed = false;
    this.#inFlight = true;
    this.#timer?.refresh();
  }

  stop() {
    this.#inFlight = false;
  }

  end() {
    clearTimeout(this.#timer);
  }
}
