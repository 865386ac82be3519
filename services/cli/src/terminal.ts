import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { styleText } from 'node:util';

export type Stream = Writable & { readonly isTTY?: boolean };
export type InputStream = Readable & { readonly isTTY?: boolean };

/** No red for what is bad: in this trade red is honour (product §B.7). */
const paints = { good: 'green', bad: 'yellow', faint: 'gray', strong: 'bold' } as const;
export type Paint = keyof typeof paints;

/** Data go to stdout, talk to stderr; colour only where a person looks. */
export class Terminal {
  private readonly colours: { data: boolean; talk: boolean };

  constructor(
    readonly out: Stream,
    readonly err: Stream,
    readonly input: InputStream,
    colour: boolean,
  ) {
    this.colours = { data: colour && out.isTTY === true, talk: colour && err.isTTY === true };
  }

  /** Whether somebody can be asked. */
  get canAsk(): boolean {
    return this.input.isTTY === true && this.err.isTTY === true;
  }

  /** Writes data as they are, and waits while the reader is slow: memory stays flat. */
  async write(text: string): Promise<void> {
    if (!this.out.write(text)) await once(this.out, 'drain');
  }

  data(line: string): Promise<void> {
    return this.write(`${line}\n`);
  }

  say(line: string): void {
    this.err.write(`${line}\n`);
  }

  paintData(paint: Paint, text: string): string {
    return this.colours.data ? styleText(paints[paint], text, { validateStream: false }) : text;
  }

  paintTalk(paint: Paint, text: string): string {
    return this.colours.talk ? styleText(paints[paint], text, { validateStream: false }) : text;
  }

  /** An empty screen before the next picture of a watch; where nobody looks nothing is sent. */
  clear(): Promise<void> {
    return this.out.isTTY === true ? this.write('\x1b[H\x1b[2J') : Promise.resolve();
  }
}
