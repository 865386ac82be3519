import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ProblemBody } from '@lianxin/contracts';
import type { ClientRegistered, ClientView } from '../src/api-client.api.ts';
import { GatewayCity } from './gateway.city.ts';

let city: GatewayCity;

beforeAll(async () => {
  city = await GatewayCity.create();
});
afterAll(() => city.close());

const path = '/api/v1/api-clients';
const register = (key: string, body: object, headers: Record<string, string> = {}) =>
  city.call<ClientRegistered & ProblemBody>(key, 'POST', path, body, headers);

describe('API clients', () => {
  test('are registered by an administrator alone, and their key is shown once and kept nowhere', async () => {
    const answer = await register(city.adminKey, { name: '税务局', roles: ['DEPT_HANDLER'], departments: ['SHUIJ'] });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const key = answer.body.key ?? '';
    expect(key).toMatch(/^lx_live_[A-Za-z0-9_-]{43}$/);
    const refused = await register(key, { name: '自己再来一个', roles: ['REPLAY_ADMIN'] });
    expect([refused.status, refused.body.code]).toEqual([403, 'FORBIDDEN']);
    const everything = await city.city.query(
      `SELECT to_jsonb(c)::text || (SELECT jsonb_agg(f)::text FROM gateway.account_fact f) AS text FROM gateway.api_client c`,
    );
    expect(JSON.stringify(everything)).not.toContain(key);
    const list = await city.call<{ data: ClientView[] }>(city.adminKey, 'GET', path);
    expect(JSON.stringify(list.body)).not.toContain(key);
    expect(list.body.data.map((client) => client.name)).toContain('税务局');
  });

  test('get no key twice: a repeated request finds the client, not the secret', async () => {
    const body = { name: '海关', roles: ['DEPT_HANDLER'], departments: ['HG'] };
    const first = await register(city.adminKey, body, { 'idempotency-key': 'customs-1' });
    const second = await register(city.adminKey, body, { 'idempotency-key': 'customs-1' });
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect([second.status, second.body.id, second.body.key]).toEqual([201, first.body.id, null]);
    const kept = await city.city.query('SELECT body FROM gateway.idempotency_key');
    expect(JSON.stringify(kept)).not.toContain(first.body.key);
    const other = await register(city.adminKey, { ...body, name: '另一个' }, { 'idempotency-key': 'customs-1' });
    expect([other.status, other.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  test('are exported for those who may list them, without a key', async () => {
    const auditor = await city.register('审计导出', ['AUDITOR']);
    const handler = await city.register('经办导出', ['DEPT_HANDLER'], ['RSJ']);
    const file = `${path}/export?format=csv&columns=name,roles,departments,revokedAt`;
    expect((await city.call(handler, 'GET', file)).status).toBe(403);
    const answer = await city.call<string>(auditor, 'GET', file);
    expect(answer.status).toBe(200);
    const list = await city.call<{ data: ClientView[] }>(auditor, 'GET', `${path}?limit=200`);
    const lines = answer.body.replace('\uFEFF', '').split('\r\n').slice(1, -1);
    expect(lines).toEqual(list.body.data.map((client) => `${client.name},${client.roles.join('、')},${client.departments.join('、')},`));
    expect(answer.body).not.toMatch(/lx_(live|test)_/);
    expect((await city.call(auditor, 'GET', `${file}&name=审计`)).status).toBe(400);
  });

  test('may bring a key of their own, of which only the hash travels', async () => {
    const key = `lx_live_${randomBytes(32).toString('base64url')}`;
    const body = { name: '法院', roles: ['DEPT_HANDLER'], departments: ['ZY'], keySha256: createHash('sha256').update(key).digest('hex') };
    const first = await register(city.adminKey, body);
    expect([first.status, first.body.key]).toEqual([201, null]);
    expect((await register(city.adminKey, body)).status).toBe(200);
    expect((await city.call(key, 'GET', '/api/v1/tasks')).status).toBe(200);
    const stolen = await register(city.adminKey, { ...body, name: '冒名', departments: ['RSJ'] });
    expect([stolen.status, stolen.body.code]).toEqual([409, 'CONFLICT']);
  });

  test('never mix a view of the whole city with acting for a department', async () => {
    const wrong: [object, string][] = [
      [{ name: 'a', roles: ['DEPT_HANDLER'] }, '/departments'],
      [{ name: 'a', roles: ['CREDIT_OFFICE'], departments: ['FGW'] }, '/departments'],
      [{ name: 'a', roles: ['CREDIT_OFFICE', 'DEPT_HANDLER'], departments: ['FGW'] }, '/roles'],
      [{ name: 'a', roles: ['SUBJECT'] }, '/roles'],
      [{ name: 'a', roles: ['EMPEROR'] }, '/roles/0'],
      [{ name: '', roles: ['AUDITOR'] }, '/name'],
      [{ name: 'a', roles: ['AUDITOR'], keySha256: 'abc' }, '/keySha256'],
    ];
    for (const [body, pointer] of wrong) {
      const answer = await register(city.adminKey, body);
      expect([answer.status, answer.body.code, answer.body.errors?.[0]?.pointer]).toEqual([400, 'VALIDATION_FAILED', pointer]);
    }
  });

  test('that are revoked are out at once, and it stays on record who did what', async () => {
    const { body: client } = await register(city.adminKey, { name: '旧系统', roles: ['DEPT_HANDLER'], departments: ['STHJJ'] });
    const key = client.key ?? '';
    expect((await city.call(key, 'GET', '/api/v1/tasks')).status).toBe(200);
    const twin = await register(city.adminKey, { name: '旧系统', roles: ['DEPT_HANDLER'], departments: ['STHJJ'] });
    expect([twin.status, twin.body.code]).toEqual([409, 'CONFLICT']);
    const revoked = await city.call<ClientView>(city.adminKey, 'POST', `${path}/${client.id}/revoke`);
    expect(revoked.status).toBe(200);
    expect(revoked.body.revokedAt).not.toBeNull();
    expect((await city.call(key, 'GET', '/api/v1/tasks')).status).toBe(401);
    const again = await city.call<ClientView>(city.adminKey, 'POST', `${path}/${client.id}/revoke`);
    expect(again.body.revokedAt).toBe(revoked.body.revokedAt);
    const facts = await city.city.query('SELECT fact, actor FROM gateway.account_fact WHERE client_id = $1 ORDER BY at', [client.id]);
    expect(facts).toEqual([
      { fact: 'CLIENT_REGISTERED', actor: 'bootstrap' },
      { fact: 'CLIENT_REVOKED', actor: 'bootstrap' },
    ]);
    const unknown = await city.call<ProblemBody>(city.adminKey, 'POST', `${path}/01920000-0000-7000-8000-000000000000/revoke`);
    expect([unknown.status, unknown.body.code]).toEqual([404, 'NOT_FOUND']);
  });

  test('show when they were last used', async () => {
    const key = await city.register('常用系统', ['AUDITOR']);
    await city.call(key, 'GET', '/api/v1/tasks');
    const clients = await city.call<{ data: ClientView[] }>(key, 'GET', `${path}?limit=200`);
    expect(clients.body.data.find((client) => client.name === '常用系统')?.lastUsedAt).not.toBeNull();
  });

  test('come page by page', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? 'limit=2' : `limit=2&cursor=${cursor}`;
      const answer = await city.call<{ data: ClientView[]; page: { nextCursor: string | null } }>(city.adminKey, 'GET', `${path}?${query}`);
      seen.push(...answer.body.data.map((client) => client.id));
      cursor = answer.body.page.nextCursor;
    }
    const [{ count } = { count: 0 }] = await city.city.query<{ count: number }>('SELECT count(*)::int AS count FROM gateway.api_client');
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(count);
  });

  test('cannot be changed or removed by the running program, only revoked', async () => {
    const rights = await city.city.query<{ denied: boolean }>(
      `SELECT NOT has_table_privilege('gateway_app', 'gateway.api_client', 'DELETE')
          AND NOT has_column_privilege('gateway_app', 'gateway.api_client', 'roles', 'UPDATE')
          AND NOT has_column_privilege('gateway_consumer', 'gateway.api_client', 'roles', 'UPDATE')
          AND NOT has_table_privilege('gateway_app', 'gateway.account_fact', 'UPDATE, DELETE') AS denied`,
    );
    expect(rights).toEqual([{ denied: true }]);
  });
});
