import pg from 'pg';

/** A PostgreSQL session that holds one advisory lock for as long as it lives: who holds it is the leader. */
export class SessionLock {
  private client: pg.Client | undefined;

  constructor(
    private readonly url: string,
    private readonly name: string,
    /** Of the session, as `name = value`. */
    private readonly settings: readonly string[] = [],
  ) {}

  /** Whether this process holds the lock now; tries to take it when it does not. */
  async isHeld(): Promise<boolean> {
    return (await this.findSession()) !== undefined;
  }

  /** The session that holds the lock, for work that only its holder may do: with the session both end. Undefined while another process holds it. */
  async findSession(): Promise<pg.Client | undefined> {
    if (this.client !== undefined) return this.client;
    const client = new pg.Client({ connectionString: this.url, keepAlive: true, application_name: this.name.slice(0, 60) });
    // The session's end is the lock's end; without a listener the error would end the process.
    client.on('error', () => this.forget(client));
    client.on('end', () => this.forget(client));
    await client.connect();
    const { rows } = await client.query<{ held: boolean }>(
      'SELECT pg_try_advisory_lock(hashtext($1), hashtext(current_schema())) AS held',
      [this.name],
    );
    if (rows[0]?.held !== true) {
      await client.end();
      return undefined;
    }
    for (const setting of this.settings) await client.query(`SET ${setting}`);
    this.client = client;
    return client;
  }

  async release(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }

  private forget(client: pg.Client): void {
    if (this.client === client) this.client = undefined;
  }
}
