import { setTimeout as delay } from 'node:timers/promises';
import { ServerError } from '@lianxin/platform/servers';
import { z } from 'zod';
import type { LaunchSettings } from './config.ts';
import { seedDemoCity } from './demo.seeder.ts';
import type { Launch } from './launch.ts';
import type { Secrets } from './secrets.ts';

const readySchema = z.object({ status: z.string(), checks: z.record(z.string(), z.string()) });
const patienceMs = 120_000;
const seedCheck = 'demo city';

/** What `/readyz` still misses; undefined while it does not answer. */
async function findMissing(baseUrl: string, signal: AbortSignal): Promise<string[] | undefined> {
  try {
    const response = await fetch(`${baseUrl}/readyz`, { signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]) });
    const report = readySchema.parse(await response.json());
    return Object.entries(report.checks).flatMap(([name, state]) => (state === 'ok' ? [] : [`${name}: ${state}`]));
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}

async function waitUntilReady(launch: Launch, baseUrl: string, isPassedOver: (missing: string) => boolean): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const missing = await findMissing(baseUrl, launch.signal);
    const left = missing?.filter((part) => !isPassedOver(part));
    if (left?.length === 0) return;
    if (performance.now() > deadline) {
      throw new ServerError(
        `The system did not get ready: ${left?.join('; ') ?? `${baseUrl} does not answer`}.`,
        'Look at the lines above; start again with LIANXIN_LOG_LEVEL=info to see more.',
      );
    }
    await delay(50, undefined, { signal: launch.signal });
  }
}

/** Brings a system whose processes run to the point where it can be used: services ready, demo city whole; then says so. */
export async function bringToReady(
  launch: Launch,
  settings: LaunchSettings,
  secrets: Secrets,
  baseUrl: string,
  seedFile: string,
): Promise<void> {
  await launch.step('services ready', () => waitUntilReady(launch, baseUrl, (missing) => missing.startsWith(seedCheck)));
  if (settings.demo) {
    const { bootstrapKey } = secrets;
    const { dataDir } = settings;
    const tell = (text: string) => launch.tell(text);
    await launch.step('demo city', () => seedDemoCity({ baseUrl, bootstrapKey, dataDir, seedFile, signal: launch.signal, tell }));
  }
  await waitUntilReady(launch, baseUrl, () => false);
  launch.tell(settings.demo ? demoBanner(settings, baseUrl) : firstSteps(settings, baseUrl));
  launch.tell(`ready ${baseUrl}`);
}

function demoBanner(settings: LaunchSettings, baseUrl: string): string {
  return [
    '',
    '*** 演示模式 DEMO MODE ***  虚构的城市，密钥就在文件里，只能从本机访问。A made-up city; its keys lie in a file; reachable from this machine only.',
    `    API      ${baseUrl}/docs`,
    `    keys     ${settings.dataDir}/demo-credentials.json   (Authorization: Bearer …)`,
    '    real use LIANXIN_DEMO=off',
    '',
  ].join('\n');
}

function firstSteps(settings: LaunchSettings, baseUrl: string): string {
  return `\nAPI ${baseUrl}/docs. Register the first clients (POST /api/v1/api-clients) with the bootstrapKey in ${settings.dataDir}/secrets.json.\n`;
}
