/**
 * Standard input and output as the protocol uses them, and the signal that ends a run.
 *
 * Made first: it turns standard output's stream aside, so that whatever a library prints ends up on
 * standard error; the protocol's own lines are written to the descriptor.
 */
import { writeSync } from 'node:fs';

const LINE_MAX = 16 << 20;
const STDOUT_FD = 1;

export class Channel {
  /** Resolves at SIGTERM, once: stop and drain are now. */
  terminated;
  #lines = [];
  #partial = '';
  #ended = false;
  #wake = () => {};

  constructor() {
    process.stdout.write = process.stderr.write.bind(process.stderr);
    this.terminated = new Promise((resolve) => {
      process.on('SIGTERM', resolve);
      process.on('SIGINT', resolve);
    });
    process.stdin.setEncoding('utf8');
    process.stdin.on('data', (text) => this.#take(text));
    process.stdin.on('end', () => this.#end());
    process.stdin.on('error', () => this.#end());
  }

  /** The next line; null at the end of input and at SIGTERM. */
  async readMessage() {
    let over = false;
    this.terminated.then(() => { over = true; this.#wake(); });
    while (this.#lines.length === 0 && !this.#ended && !over) {
      await new Promise((resolve) => { this.#wake = resolve; });
    }
    return over ? null : this.#lines.shift() ?? null;
  }

  say(message) {
    const line = Buffer.from(`${JSON.stringify(message)}\n`);
    for (let sent = 0; sent < line.length;) sent += writeSync(STDOUT_FD, line, sent);
  }

  sayError(kind, text) {
    this.say({ type: 'error', class: kind, message: text });
  }

  #take(text) {
    const parts = (this.#partial + text).split('\n');
    this.#partial = parts.pop();
    this.#lines.push(...parts);
    if (this.#partial.length > LINE_MAX) this.#end();
    this.#wake();
  }

  #end() {
    this.#ended = true;
    this.#wake();
  }
}
