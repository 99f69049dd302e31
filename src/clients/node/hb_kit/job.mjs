/** The job as the runner asks for it: checked, with bodies and the schedule read. */
import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';

export const PROTOCOL = 1;

const OFFSET_BYTES = 8;
const ENDS_A_LINE = /[\r\n\0]/;

/** Throws for anything that the protocol does not allow. */
export function parseJob(line) {
  const message = JSON.parse(line);
  need(message.type === 'job', `expected a job, not ${message.type}`);
  need(message.protocol === PROTOCOL, `protocol ${message.protocol} instead of ${PROTOCOL}`);
  need(Array.isArray(message.requests) && message.requests.length > 0, 'the job has no requests');
  const process = { index: whole(message.process, 'index'), count: whole(message.process, 'count', 1) };
  return {
    client: message.client,
    mode: message.mode,
    profile: message.profile ?? 'tuned',
    options: message.options ?? {},
    requests: message.requests.map(parseRequest),
    concurrency: whole(message, 'concurrency', 1),
    rampNs: BigInt(whole(message, 'ramp_ns')),
    process,
    http: message.http,
    tls: message.tls,
    timeoutMs: whole(message, 'timeout_ns', 1) / 1e6,
    connectTimeoutMs: whole(message, 'connect_timeout_ns', 1) / 1e6,
    keepalive: message.keepalive,
    offsets: readOffsets(message.schedule, process),
    maxRequests: whole(message, 'max_requests'),
    tickMs: whole(message, 'tick_ns') / 1e6,
  };
}

function need(condition, text) {
  if (!condition) throw new Error(text);
}

function whole(message, key, least = 0) {
  const value = message?.[key];
  need(Number.isSafeInteger(value) && value >= least, `${key} is ${value}, not a whole number of at least ${least}`);
  return value;
}

function parseRequest({ method, url, headers, body_path: path, body_bytes: size }) {
  for (const part of [method, url, ...headers.flat()]) {
    need(typeof part === 'string' && !ENDS_A_LINE.test(part), `${JSON.stringify(part)} cannot be in a request`);
  }
  const body = path == null ? null : readFileSync(path);
  need(body === null || body.length === size, `${path} holds ${body?.length} bytes, not ${size}`);
  return { method, url, headers, body };
}

/** The due offsets of this process, which takes k ≡ index mod count; null in a closed loop. */
function readOffsets(schedule, { index, count: step }) {
  if (schedule == null) return null;
  need(endianness() === 'LE', 'the schedule is little-endian and this machine is not');
  const count = whole(schedule, 'count');
  const file = readFileSync(schedule.path);
  need(file.length >= count * OFFSET_BYTES, `${schedule.path} is shorter than its ${count} offsets`);
  const all = new BigUint64Array(new Uint8Array(file).buffer, 0, count);
  return step === 1 ? all : all.filter((_, k) => k % step === index);
}
