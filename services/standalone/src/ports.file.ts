import { join } from 'node:path';
import { findFreePorts, isPortFree } from '@lianxin/platform/servers';
import { z } from 'zod';
import { findFile, writeFileAtomic } from './atomic-file.ts';

const portsSchema = z.record(z.string(), z.int().min(1).max(65_535));

/** A port for each name, the same as last time (`ports.json`) where it is still free: addresses hold over restarts of a service and of the system. */
export async function lastingPorts<Name extends string>(dataDir: string, names: readonly Name[]): Promise<Record<Name, number>> {
  const path = join(dataDir, 'ports.json');
  const noted = portsSchema.safeParse(parse(await findFile(path))).data ?? {};
  const fresh = (await findFreePorts(names.length)).values();
  const entries: [Name, number][] = [];
  for (const name of names) {
    const last = noted[name];
    entries.push([name, last !== undefined && (await isPortFree(last)) ? last : (fresh.next().value ?? 0)]);
  }
  const ports = Object.fromEntries(entries) as Record<Name, number>;
  await writeFileAtomic(path, `${JSON.stringify(ports, null, 2)}\n`, 0o644);
  return ports;
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
