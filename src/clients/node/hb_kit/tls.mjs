/** The job's trust in the words of Node's `tls.connect`. */
import { existsSync, readFileSync } from 'node:fs';

const SYSTEM_BUNDLES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt'];

/** `cannot(what, why)` is told when the system's certificates are not found: Node then uses its own. */
export function tlsOptions(job, cannot) {
  const { verify, ca, cert, key, server_name: servername } = job.tls;
  const options = { rejectUnauthorized: verify };
  if (!job.requests.some(({ url }) => url.startsWith('https:'))) return options;
  if (servername != null) options.servername = servername;
  if (cert != null) Object.assign(options, { cert: readFileSync(cert), key: readFileSync(key ?? cert) });
  const bundle = ca ?? SYSTEM_BUNDLES.find((path) => existsSync(path));
  if (verify && bundle !== undefined) options.ca = readFileSync(bundle);
  else if (verify) cannot('tls.ca', 'found no certificates of the system: uses those within Node');
  return options;
}
