/**
 * The `connect` function of undici's classes, which npm's undici and Node's fetch share: like the one they
 * make for themselves, with the job's trust, and telling the kit about each set-up (name, TCP, TLS).
 */
import net from 'node:net';
import tls from 'node:tls';

import { now } from './clock.mjs';
import { tlsOptions } from './tls.mjs';

const TCP_KEEPALIVE_MS = 60_000;

export function connector(client) {
  const { job, connected } = client;
  const trust = tlsOptions(job, (what, why) => client.cannot(what, why));
  const timeoutMs = job.profile === 'stock' ? undefined : job.connectTimeoutMs;
  const sessions = new Map();
  return ({ hostname, protocol, port, servername }, callback) => {
    const beginNs = now();
    const place = { host: hostname, port: port || (protocol === 'https:' ? 443 : 80) };
    const socket = protocol === 'https:'
      ? secureSocket({ ...place, ...(servername && { servername }), ...trust }, job.http, sessions)
      : net.connect(place);
    socket.setNoDelay(true).setKeepAlive(true, TCP_KEEPALIVE_MS);
    settled(socket, timeoutMs, job.http === '2', (failure) => {
      connected(beginNs, now(), failure);
      if (failure === undefined) callback(null, socket);
      else callback(failure);
    });
  };
}

/** Over TLS, going on with the last session of that place. */
function secureSocket(options, http, sessions) {
  const place = `${options.host}:${options.port}`;
  const ALPNProtocols = http === '2' ? ['h2'] : ['http/1.1'];
  return tls.connect({ ...options, ALPNProtocols, session: sessions.get(place) })
    .on('session', (session) => sessions.set(place, session));
}

/** Calls `then(failure)` once: when the socket is ready, has failed, or has taken too long. */
function settled(socket, timeoutMs, wantsH2, then) {
  const event = socket instanceof tls.TLSSocket ? 'secureConnect' : 'connect';
  const timer = timeoutMs && setTimeout(() => socket.destroy(failed('ETIMEDOUT', 'not connected in time')), timeoutMs);
  const settle = (failure) => {
    clearTimeout(timer);
    socket.off(event, ready).off('error', settle);
    then(failure);
  };
  const ready = () => {
    if (!wantsH2 || socket.alpnProtocol === 'h2') settle();
    else socket.destroy(failed('ERR_HTTP2_NOT_OFFERED', 'the server does not speak HTTP/2'));
  };
  socket.on(event, ready).on('error', settle);
}

function failed(code, message) {
  return Object.assign(new Error(message), { code });
}
