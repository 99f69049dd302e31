/** Getting at packages in the client's environment, which is not where this program lies. */
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

import { Channel } from './channel.mjs';

/** A package below `folder`/node_modules. One that is missing is answered as `unavailable`. */
export async function installed(folder, name) {
  try {
    return createRequire(resolve(folder, 'package.json'))(name);
  } catch (failure) {
    const channel = new Channel();
    if (await channel.readMessage() !== null) {
      channel.sayError('unavailable', `${name} cannot be loaded by Node ${process.versions.node}: ${failure.message}`);
    }
    return process.exit(1);
  }
}
