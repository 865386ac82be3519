import { createHmac } from 'node:crypto';
import pg from 'pg';

/** The three database roles of a service's schema (design §6). */
export interface DatabaseRoles {
  readonly schema: string;
  readonly owner: string;
  readonly app: string;
  readonly consumer: string;
}

/** `list-matching` → schema `list_matching`, roles `list_matching_owner`, `_app`, `_consumer`. */
export function databaseRolesOf(service: string): DatabaseRoles {
  const schema = service.replaceAll('-', '_');
  return { schema, owner: `${schema}_owner`, app: `${schema}_app`, consumer: `${schema}_consumer` };
}

/** Password of a role, derived from the secret so that no list of passwords has to be kept. */
export function rolePassword(secret: string, role: string): string {
  return createHmac('sha256', secret).update(`lianxin database role ${role}`).digest('base64url');
}

/** Connection URL of one role. */
export function roleUrl(databaseUrl: string, secret: string, role: string): string {
  const url = new URL(databaseUrl);
  url.username = role;
  url.password = rolePassword(secret, role);
  return url.toString();
}

/**
 * Creates the schema and roles of a service, or brings their passwords up to date. Idempotent; run by whoever holds the administrator's URL
 * (the launcher, the compose init container, a database administrator), never by a service.
 * @param adminUrl a superuser's URL of the product's database.
 */
export async function provisionSchema(adminUrl: string, service: string, secret: string): Promise<void> {
  const roles = databaseRolesOf(service);
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    // Two launchers may provision at once; CREATE ROLE has no IF NOT EXISTS.
    await client.query("SELECT pg_advisory_xact_lock(hashtext('lianxin provision'))");
    for (const role of [roles.owner, roles.app, roles.consumer]) {
      const exists = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
      const verb = exists.rowCount === 0 ? 'CREATE' : 'ALTER';
      await client.query(
        `${verb} ROLE ${role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD '${rolePassword(secret, role)}'`,
      );
      await client.query(`ALTER ROLE ${role} SET search_path = ${roles.schema}`);
    }
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${roles.schema} AUTHORIZATION ${roles.owner}`);
    await client.query(`GRANT USAGE ON SCHEMA ${roles.schema} TO ${roles.app}, ${roles.consumer}`);
    // The owner's tables are usable by the two running roles, whichever migration makes them; row security narrows it.
    for (const role of [roles.app, roles.consumer]) {
      await client.query(
        `ALTER DEFAULT PRIVILEGES FOR ROLE ${roles.owner} IN SCHEMA ${roles.schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${role}`,
      );
      await client.query(
        `ALTER DEFAULT PRIVILEGES FOR ROLE ${roles.owner} IN SCHEMA ${roles.schema} GRANT USAGE, SELECT ON SEQUENCES TO ${role}`,
      );
    }
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

/** Creates a database if it is not there. */
export async function createDatabase(adminUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const exists = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (exists.rowCount === 0) await client.query(`CREATE DATABASE "${name}"`);
  } finally {
    await client.end();
  }
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.toString();
}
