/**
 * No wake-up is lost when an instant passes before the thread that set it goes on, as it may on a busy
 * machine: here it stands still for 5 ms after each setting, and the instants are 1 ms apart.
 */
import assert from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';

import { Alarm } from '../../../src/clients/node/hb_kit/alarm.mjs';
import { now } from '../../../src/clients/node/hb_kit/clock.mjs';

const SLEEPERS = 20;
const notify = Atomics.notify;
Atomics.notify = (...cell) => {
  const woken = notify(...cell);
  for (const end = now() + 5_000_000n; now() < end;);
  return woken;
};

const alarm = new Alarm();
const beginNs = now() + 100_000_000n; // the thread has started by then
let woken = 0;
for (let i = 0; i < SLEEPERS; i++) alarm.until(beginNs + BigInt(i) * 1_000_000n).then(() => { woken += 1; });
for (let waits = 0; woken < SLEEPERS && waits < 200; waits++) await sleep(50);
assert.strictEqual(woken, SLEEPERS, 'some sleepers were never woken');
process.exit(0);
