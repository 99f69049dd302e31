/**
 * The outcomes a worker may report, one taxonomy for all languages (docs/worker-protocol.md).
 * 7 (status) and 9 (verify) are missing: judging a complete response is the runner's business.
 */
export const OK = 0;
export const DNS = 1;
export const CONNECT = 2;
export const TLS = 3;
export const TIMEOUT = 4;
export const RESET = 5;
export const PROTOCOL = 6;
export const LENGTH = 8;
export const CLIENT_EXCEPTION = 10;

export const NAMES = {
  [OK]: 'ok', [DNS]: 'dns', [CONNECT]: 'connect', [TLS]: 'tls', [TIMEOUT]: 'timeout', [RESET]: 'reset',
  [PROTOCOL]: 'protocol', [LENGTH]: 'length', [CLIENT_EXCEPTION]: 'client_exception',
};
