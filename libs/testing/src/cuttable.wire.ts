import { connect, createServer, type Server, type Socket } from 'node:net';

/** A wire to a server that can be stopped (nothing comes back) or cut, and opened again on the same port. */
export class CuttableWire {
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private stopped = false;
  port = 0;

  /** @param target `host:port` in a URL of any scheme. */
  constructor(private readonly target: string) {}

  async open(): Promise<void> {
    const target = new URL(this.target);
    this.server = createServer((near) => {
      const far = connect(Number(target.port), target.hostname);
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('error', () => socket.destroy()).on('close', () => this.sockets.delete(socket));
      }
      near.on('data', (data) => far.write(data));
      far.on('data', (data) => {
        if (!this.stopped) near.write(data);
      });
    });
    const { server } = this;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address === 'object' && address !== null) this.port = address.port;
  }

  stopAnswers(): void {
    this.stopped = true;
  }

  async cut(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server?.close(resolve));
    this.stopped = false;
  }
}
