import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CatalogueDepartment } from '@lianxin/contracts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/** A project of its own, so that a system that somebody uses on this engine is left alone. */
const compose = (port: number, ...words: string[]) =>
  run('docker', ['compose', '--project-name', 'lianxin-test', ...words], {
    cwd: root,
    env: { ...process.env, LIANXIN_PORT: String(port), COMPOSE_PARALLEL_LIMIT: '1' },
    maxBuffer: 64 * 1024 * 1024,
  });

/** Builds and starts the containers, and registers the same clients as the demo city has, with the bootstrap key of the installation. */
export async function composeUp(port: number, dataDir: string): Promise<void> {
  await compose(port, 'build', '--quiet');
  await compose(port, 'up', '--detach', '--wait');
  const { stdout: bootstrapKey } = await compose(port, 'exec', '-T', 'gateway', 'cat', '/run/lianxin/gateway/LIANXIN_BOOTSTRAP_KEY');
  const baseUrl = `http://127.0.0.1:${port}`;
  const call = async <Body>(method: string, path: string, body?: unknown): Promise<Body> => {
    const response = await fetch(baseUrl + path, {
      method,
      headers: { authorization: `Bearer ${bootstrapKey.trim()}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Body;
  };
  const departments: CatalogueDepartment[] = [];
  let cursor: string | null = null;
  do {
    const page: { data: CatalogueDepartment[]; page: { nextCursor: string | null } } = await call(
      'GET',
      `/api/v1/departments?limit=200${cursor === null ? '' : `&cursor=${cursor}`}`,
    );
    departments.push(...page.data);
    cursor = page.page.nextCursor;
  } while (cursor !== null);
  const clients = [
    ...departments
      .filter((department) => department.tenant)
      .flatMap(({ code }) => [
        { name: code, roles: ['DEPT_HANDLER'], departments: [code] },
        { name: `${code}:APPROVER`, roles: ['DEPT_APPROVER'], departments: [code] },
      ]),
    { name: 'CREDIT_OFFICE', roles: ['CREDIT_OFFICE'], departments: [] },
    { name: 'ADMIN', roles: ['REPLAY_ADMIN'], departments: [] },
  ];
  const apiKeys: Record<string, string> = {};
  for (const client of clients) apiKeys[client.name] = (await call<{ key: string }>('POST', '/api/v1/api-clients', client)).key;
  await writeFile(join(dataDir, 'demo-credentials.json'), JSON.stringify({ baseUrl, apiKeys }), { mode: 0o600 });
}

/** Removes containers and volumes of the test's own project. */
export async function composeDown(port: number): Promise<void> {
  await compose(port, 'down', '--volumes', '--timeout', '20');
}
