import pg from 'pg';

/** A PostgreSQL session that holds one advisory lock for as long as it lives: who holds it is the leader. */
export class SessionLock {
  private client: pg.Client | undefined;

  constructor(
    private readonly url: string,
    private readonly name: string,
  ) {}

  /** Whether this process holds the lock now; tries to take it when it does not. */
  async isHeld(): Promise<boolean> {
    if (this.client !== undefined) return true;
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
      return false;
    }
    this.client = client;
    return true;
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
