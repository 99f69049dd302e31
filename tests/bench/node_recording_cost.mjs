/**
 * What the Node kit adds to a request: nanoseconds of CPU, with recording and without.
 *
 * The same calls that answer at once are awaited bare and as the kit awaits them, in interleaved rounds.
 * Samples go to /dev/null, which leaves the kit's own cost, or down descriptor 3 to a process that waits for
 * them, which adds what it costs this machine to wake it. Prints a Markdown table.
 *
 *     node tests/bench/node_recording_cost.mjs [REQUESTS] [ROUNDS] 3> >(cat > /dev/null)
 */
import { openSync } from 'node:fs';

import { Client, now } from '../../src/clients/node/hb_kit/index.mjs';
import { Loop } from '../../src/clients/node/hb_kit/loop.mjs';
import { Recorder } from '../../src/clients/node/hb_kit/recorder.mjs';

const [requests, rounds] = [Number(process.argv[2] ?? 200_000), Number(process.argv[3] ?? 9)];
const AN_HOUR_NS = 3_600_000_000_000n;
const PIPE = 3;
const TARGET_US = 1; // a hundredth of what undici needs for a request

const job = {
  requests: [{}], concurrency: 1, rampNs: 0n, process: { index: 0, count: 1 }, timeoutMs: 30_000, offsets: null,
  maxRequests: requests, tickMs: 0,
};
const answer = { status: 200, bytes: 1024, headersNs: undefined };

class Instant extends Client {
  sender() {
    return { send: async () => answer, abort() {} };
  }
}

async function bare() {
  const { send } = new Instant(job).sender();
  for (let i = 0; i < requests; i += 1) await send({});
}

async function recordingAlone(fd) {
  const recorder = new Recorder(fd);
  const { send } = new Instant(job).sender();
  for (let i = 0; i < requests; i += 1) {
    const beginNs = now();
    const { status, bytes } = await send({});
    recorder.request(beginNs, now(), 0, 0, bytes, status, 0);
  }
  recorder.flush();
}

async function wholeLoop(fd) {
  const loop = new Loop(job, fd);
  await loop.open(new Instant(job, loop.connected));
  const stopNs = now() + AN_HOUR_NS;
  await loop.run({ startNs: 0n, stopNs, drainNs: stopNs }, new Promise(() => {}));
  loop.recorder.flush();
}

async function cpuNs(work, fd) {
  const before = process.cpuUsage();
  await work(fd);
  const { user, system } = process.cpuUsage(before);
  return (user + system) * 1000 / requests;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const nowhere = openSync('/dev/null', 'w');
const cases = [
  ['two clock readings and a record, to nowhere', recordingAlone, nowhere],
  ['two clock readings and a record, to a waiting reader', recordingAlone, PIPE],
  ['the whole loop, to a waiting reader', wholeLoop, PIPE],
];
const added = new Map(cases.map(([name]) => [name, []]));
await bare();
for (let round = 0; round < rounds; round += 1) {
  for (const [name, work, fd] of cases) added.get(name).push(await cpuNs(work, fd) - await cpuNs(bare, nowhere));
}
console.log(`\`node tests/bench/node_recording_cost.mjs ${requests} ${rounds}\`, Node ${process.versions.node}:`);
console.log('ns of CPU added to a request\n');
console.log('| what the kit does | median | least |\n|---|--:|--:|');
for (const [name, values] of added) {
  console.log(`| ${name} | ${median(values).toFixed(0)} | ${Math.min(...values).toFixed(0)} |`);
}
console.log(`\nTarget: ${TARGET_US * 1000} ns.`);
process.exit(0);
