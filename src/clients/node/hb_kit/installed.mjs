/** Getting at packages in the client's environment, which is not where this program lies. */
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

import { Channel } from './channel.mjs';

/** A package below `folder`/node_modules. One that cannot be loaded is answered as `unavailable`. */
export async function installed(folder, name) {
  try {
    return createRequire(resolve(folder, 'package.json'))(name);
  } catch (failure) {
    const [reason] = failure.message.split('\n');
    const text = `${name} cannot be loaded by Node ${process.versions.node}: ${reason}`;
    process.stderr.write(`${text}\n`);
    if (!asksForVersion()) await answer(text);
    return process.exit(1);
  }
}

/** Whether this program was started for its version only. */
export function asksForVersion() {
  return process.argv.includes('--version');
}

async function answer(text) {
  const channel = new Channel();
  if (await channel.readMessage() !== null) channel.sayError('unavailable', text);
}
