/** The thread of `Alarm`: sleeps until the instant in its cell, tells, and waits for another. */
import { workerData as cells } from 'node:worker_threads';

import { DUE, FIRED } from './alarm.mjs';
import { now } from './clock.mjs';

for (;;) {
  const dueNs = Atomics.load(cells, DUE);
  const leftNs = dueNs - now();
  if (dueNs === 0n) {
    Atomics.wait(cells, DUE, 0n);
  } else if (leftNs > 0n) {
    Atomics.wait(cells, DUE, dueNs, Number(leftNs) / 1e6); // ends early when the instant is changed
  } else if (Atomics.compareExchange(cells, DUE, dueNs, 0n) === dueNs) {
    Atomics.add(cells, FIRED, 1n);
    Atomics.notify(cells, FIRED);
  }
}
