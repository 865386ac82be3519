import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { run } from '../src/run.ts';

export interface Heard {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: unknown;
}
export interface Said {
  readonly status: number;
  readonly body: unknown;
}

/** Stands where the gateway would, says what a test wants it to say, and keeps what a command asked. */
export class Door {
  readonly heard: Heard[] = [];
  private constructor(
    private readonly server: Server,
    private readonly answers: { current: (asked: Heard) => Said },
  ) {}

  static async open(): Promise<Door> {
    const answers = { current: (): Said => ({ status: 404, body: { title: 'x', status: 404, code: 'NOT_FOUND', detail: 'x' } }) };
    const door: { current?: Door } = {};
    const server = createServer(async (request, response) => {
      const body = await text(request);
      const asked = { method: request.method ?? '', path: request.url ?? '', body: body === '' ? null : (JSON.parse(body) as unknown) };
      door.current?.heard.push(asked);
      const said: Said = (answers.current as (asked: Heard) => Said)(asked);
      const isText = typeof said.body === 'string';
      response.writeHead(said.status, { 'content-type': isText ? 'application/pdf' : 'application/json' });
      response.end(isText ? said.body : JSON.stringify(said.body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    door.current = new Door(server, answers);
    return door.current;
  }

  says(answer: (asked: Heard) => Said): void {
    this.heard.length = 0;
    this.answers.current = answer;
  }

  /** Runs `lianxin` with these words against this door, and says how it ended. */
  async typed(...words: string[]): Promise<{ code: number; out: string; err: string }> {
    const [out, err] = [new PassThrough(), new PassThrough()];
    const environment = {
      LIANXIN_URL: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`,
      LIANXIN_KEY: 'lx_test_secretsecret',
    };
    const code = await run(words, { environment, out, err, input: new PassThrough() });
    out.end();
    err.end();
    return { code, out: await text(out), err: await text(err) };
  }

  close(): void {
    this.server.close();
  }
}
