/** Reading a response's body to its end, for undici's and fetch's bodies alike. */
import { causes } from './failures.mjs';

/** The connection ended in order, but within the body. */
class EndedEarly extends Error {
  code = 'ENDED_EARLY';
}

/** The bytes of the body: as a whole (an ArrayBuffer of `source`), or by the pieces of `source.body`. */
export async function bodyBytes(source, inPieces = false) {
  try {
    if (!inPieces) return (await source.arrayBuffer()).byteLength;
    let bytes = 0;
    for await (const piece of source.body ?? source) bytes += piece.length;
    return bytes;
  } catch (failure) {
    const codes = causes(failure).map(({ code }) => code);
    throw codes.includes('UND_ERR_SOCKET') && !codes.includes('ECONNRESET')
      ? new EndedEarly('the connection ended within the body', { cause: failure }) : failure;
  }
}
