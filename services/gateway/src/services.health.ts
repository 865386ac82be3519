import { readFile } from 'node:fs/promises';
import { Health } from '@lianxin/platform';
import { z } from 'zod';
import type { ServiceName } from './route.rules.ts';
import { Services } from './services.client.ts';

const timeoutMs = 3_000;
const readinessSchema = z.object({ checks: z.record(z.string(), z.string()) });

/** The file in which the launcher notes how far the demo city is. */
export const seedProgressSchema = z.object({ done: z.int(), total: z.int(), complete: z.boolean() });

/** The system is ready when every service is and, in demo mode, the city is whole. */
export function watchServices(health: Health, services: Services, seedFile: string | undefined): void {
  for (const name of services.names) health.addCheck(name, () => checkService(services, name));
  if (seedFile !== undefined) health.addCheck('demo city', () => checkSeed(seedFile));
}

async function checkService(services: Services, name: ServiceName): Promise<void> {
  const answer = await services.ask(name, '/readyz', { timeoutMs }).catch((error: unknown) => {
    throw new Error('does not answer', { cause: error });
  });
  if (answer.status === 200) return;
  const report = readinessSchema.safeParse(parseJson(answer.text));
  const missing = Object.entries(report.data?.checks ?? {}).filter(([, state]) => state !== 'ok');
  throw new Error(missing.map(([part, state]) => `${part}: ${state}`).join('; ') || `answers ${answer.status}`);
}

async function checkSeed(file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '{}');
  const progress = seedProgressSchema.safeParse(parseJson(text));
  if (progress.data?.complete === true) return;
  throw new Error(progress.success ? `${progress.data.done} of ${progress.data.total} records are in` : 'not begun');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
