import { createServer, type Server, type Socket } from 'node:net';

export interface ReceivedMail {
  readonly to: string;
  readonly raw: string;
}

/** A mail server that keeps what it takes, and may be told to refuse for now. */
export class MailServer {
  readonly mails: ReceivedMail[] = [];
  refusing = false;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<MailServer> {
    const server = createServer();
    const mails = new MailServer(server);
    server.on('connection', (socket) => mails.serve(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return mails;
  }

  get url(): string {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the mail server does not listen');
    return `smtp://127.0.0.1:${address.port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    let buffer = '';
    let to = '';
    let inData = false;
    const say = (line: string) => socket.write(`${line}\r\n`);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      buffer += chunk.toString('utf8');
      while (buffer !== '') {
        if (inData) {
          const end = buffer.indexOf('\r\n.\r\n');
          if (end < 0) return;
          this.mails.push({ to, raw: buffer.slice(0, end) });
          buffer = buffer.slice(end + 5);
          inData = false;
          say('250 taken');
          continue;
        }
        const end = buffer.indexOf('\r\n');
        if (end < 0) return;
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        const verb = line.slice(0, 4).toUpperCase();
        if (verb === 'RCPT') {
          to = /<(.*)>/.exec(line)?.[1] ?? '';
          say(this.refusing ? `451 <${to}> try later` : '250 ok');
        } else if (verb === 'DATA') {
          inData = true;
          say('354 go on');
        } else if (verb === 'QUIT') socket.end('221 bye\r\n');
        else say('250 ok');
      }
    });
    say('220 mail');
  }
}

/** The text of a mail, which travels in base64 because it is Chinese. */
export function textOf({ raw }: Pick<ReceivedMail, 'raw'>): string {
  const end = raw.indexOf('\r\n\r\n');
  if (!/content-transfer-encoding: base64/i.test(raw.slice(0, end))) throw new Error('a mail that is not in base64');
  return Buffer.from(raw.slice(end), 'base64').toString('utf8');
}
