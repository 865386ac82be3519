import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Role } from '@lianxin/contracts';
import { z } from 'zod';
import { findFile, writeFileAtomic } from './atomic-file.ts';
import { type DemoApi, inParallel } from './demo.api.ts';

const credentialsSchema = z.object({ baseUrl: z.string(), apiKeys: z.record(z.string(), z.string()) });
/** `demo-credentials.json`: who may be whom in the demo city. */
export type Credentials = z.infer<typeof credentialsSchema>;

interface DemoClient {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly departments: readonly string[];
}

const parallel = 8;
const fileName = 'demo-credentials.json';
const cityClients: readonly DemoClient[] = [
  { name: 'CREDIT_OFFICE', roles: ['CREDIT_OFFICE'], departments: [] },
  // What one of the office drafts the other publishes (R-4-8).
  { name: 'CREDIT_OFFICE2', roles: ['CREDIT_OFFICE'], departments: [] },
  { name: 'ADMIN', roles: ['REPLAY_ADMIN'], departments: [] },
  { name: 'ADMIN2', roles: ['REPLAY_ADMIN'], departments: [] },
  { name: 'AUDITOR', roles: ['AUDITOR'], departments: [] },
  { name: 'WINDOW', roles: ['WINDOW_CLERK'], departments: ['DATAJ'] },
];

/** Where the keys of the demo city are kept. */
export function credentialsFile(dataDir: string): string {
  return join(dataDir, fileName);
}

export async function findCredentials(dataDir: string): Promise<Credentials | undefined> {
  const text = await findFile(credentialsFile(dataDir));
  if (text === undefined) return undefined;
  try {
    return credentialsSchema.parse(JSON.parse(text));
  } catch {
    // Damaged: keys are made anew, and the clients of the old ones are revoked.
    return undefined;
  }
}

export async function saveCredentials(dataDir: string, credentials: Credentials): Promise<void> {
  await writeFileAtomic(credentialsFile(dataDir), `${JSON.stringify(credentials, null, 2)}\n`);
}

/**
 * Gives every department a key to hand in and one to approve, and the city's offices theirs. The keys are written down first and registered by their hash
 * afterwards: after a kill at any moment the same keys are registered again, and the file stays valid over restarts.
 */
export async function issueCredentials(api: DemoApi, bootstrapKey: string, dataDir: string, baseUrl: string): Promise<Credentials> {
  const known = (await findCredentials(dataDir))?.apiKeys ?? {};
  const clients = [...(await departmentClients(api, bootstrapKey)), ...cityClients];
  const apiKeys = Object.fromEntries(clients.map(({ name }) => [name, known[name] ?? `lx_test_${randomBytes(32).toString('base64url')}`]));
  const credentials = { baseUrl, apiKeys };
  await saveCredentials(dataDir, credentials);
  await inParallel(clients, parallel, (client) => register(api, bootstrapKey, client, apiKeys[client.name] ?? ''));
  return credentials;
}

const departmentsPageSchema = z.object({
  data: z.array(z.object({ code: z.string(), tenant: z.boolean() })),
  page: z.object({ nextCursor: z.string().nullable() }),
});

async function departmentClients(api: DemoApi, bootstrapKey: string): Promise<DemoClient[]> {
  const codes: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const answer = await api.call(bootstrapKey, 'GET', `/api/v1/departments?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`);
    const page: z.infer<typeof departmentsPageSchema> = departmentsPageSchema.parse(answer.body);
    codes.push(...page.data.filter((department) => department.tenant).map((department) => department.code));
    cursor = page.page.nextCursor;
  }
  return codes.flatMap((code): DemoClient[] => [
    { name: code, roles: ['DEPT_HANDLER'], departments: [code] },
    { name: `${code}:APPROVER`, roles: ['DEPT_APPROVER'], departments: [code] },
  ]);
}

async function register(api: DemoApi, bootstrapKey: string, client: DemoClient, key: string): Promise<void> {
  const body = { ...client, name: `demo ${client.name}`, keySha256: createHash('sha256').update(key).digest('hex') };
  for (let attempt = 0; attempt < 2; attempt++) {
    const answer = await api.call(bootstrapKey, 'POST', '/api/v1/api-clients', body);
    if (answer.status === 200 || answer.status === 201) return;
    if (answer.status !== 409) throw new Error(`demo client ${client.name} was refused: ${JSON.stringify(answer.body)}`);
    // The name is held by a key that is lost.
    await revokeNamed(api, bootstrapKey, body.name);
  }
  throw new Error(`demo client ${client.name} cannot be registered: its name or key is taken`);
}

const clientsPageSchema = z.object({
  data: z.array(z.object({ id: z.string(), name: z.string(), revokedAt: z.string().nullable() })),
  page: z.object({ nextCursor: z.string().nullable() }),
});

async function revokeNamed(api: DemoApi, bootstrapKey: string, name: string): Promise<void> {
  let cursor: string | null = '';
  while (cursor !== null) {
    const answer = await api.call(bootstrapKey, 'GET', `/api/v1/api-clients?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`);
    const page: z.infer<typeof clientsPageSchema> = clientsPageSchema.parse(answer.body);
    for (const client of page.data.filter((candidate) => candidate.name === name && candidate.revokedAt === null)) {
      await api.call(bootstrapKey, 'POST', `/api/v1/api-clients/${client.id}/revoke`);
    }
    cursor = page.page.nextCursor;
  }
}
