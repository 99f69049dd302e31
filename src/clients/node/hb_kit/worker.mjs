/** The order of events of a worker: job, ready, go, done. */
import { fstatSync } from 'node:fs';

import { Channel } from './channel.mjs';
import { Refusal } from './client.mjs';
import { now } from './clock.mjs';
import { asksForVersion } from './installed.mjs';
import { parseJob, PROTOCOL } from './job.mjs';
import { Loop } from './loop.mjs';

const SAMPLE_FD = 3;

/** Be a worker for this client, or tell its version. Ends the process. */
export async function run(ClientClass) {
  if (asksForVersion()) {
    process.stdout.write(`${ClientClass.version}\n`);
    return;
  }
  try {
    fstatSync(SAMPLE_FD);
  } catch {
    process.stderr.write(`descriptor ${SAMPLE_FD} is not open: this program is a worker (docs/worker-protocol.md)\n`);
    process.exit(1);
  }
  let code = 1;
  try {
    code = await work(new Channel(), ClientClass);
  } catch (failure) {
    process.stderr.write(`${failure.stack}\n`);
  }
  process.exit(code);
}

/** The whole conversation; resolves to the exit code. */
async function work(channel, ClientClass) {
  const jobLine = await channel.readMessage();
  if (jobLine === null) return 0;
  const loop = await prepare(jobLine, channel, ClientClass);
  if (loop === null) return 1;
  const goLine = await channel.readMessage();
  if (goLine === null) return 0;
  const go = JSON.parse(goLine);
  await loop.run({ startNs: BigInt(go.start_ns), stopNs: BigInt(go.stop_ns), drainNs: BigInt(go.drain_ns) },
                 channel.terminated);
  loop.recorder.close();
  channel.say({ type: 'done', ...loop.counts });
  return 0;
}

/** Answers the job with *ready* and resolves to what drives it, or with *error* and null. */
async function prepare(line, channel, ClientClass) {
  try {
    const job = parseJob(line);
    refuseWhatCannotBe(job, ClientClass);
    const loop = new Loop(job, SAMPLE_FD);
    const client = new ClientClass(job, loop.connected);
    await loop.open(client);
    channel.say(ready(job, client));
    return loop;
  } catch (failure) {
    channel.sayError(failure instanceof Refusal ? failure.kind : 'internal', `${failure.message}`);
    return null;
  }
}

function refuseWhatCannotBe(job, { clientName, protocols }) {
  if (job.mode !== 'async') throw new Refusal('unsupported', `${clientName} has no mode ${job.mode}`);
  if (!protocols.includes(job.http)) throw new Refusal('unsupported', `${clientName} does not speak HTTP/${job.http}`);
}

function ready(job, client) {
  const { clientName: name, version } = client.constructor;
  return {
    type: 'ready', protocol: PROTOCOL,
    client: { name, version },
    runtime: { name: 'Node', version: process.versions.node },
    http: job.http, clock_ns: Number(now()), pid: process.pid,
    cannot_honour: client.cannotHonour,
    libraries: client.libraries(),
  };
}
