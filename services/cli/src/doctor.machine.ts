import { constants, existsSync, statSync } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { beijingDate, calendar2026 } from '@lianxin/contracts';
import type { Check } from './doctor.check.ts';
import type { Texts } from './texts.ts';

/** The Node that comes with the dependencies; older ones start `npm start` but not this command. */
const oldestNode: readonly [number, number] = [22, 12];
const projectNode = 24;
const gib = 1024 ** 3;
const leastFreeBytes = gib;
const fewFreeBytes = 5 * gib;

/** What can be seen on this machine without the system. */
export async function checkMachine(dataDir: string, texts: Texts): Promise<Check[]> {
  return [
    checkNode(process.versions.node, texts),
    await checkDataDir(dataDir, texts),
    ...checkCredentials(dataDir, texts),
    await checkDisk(dataDir, texts),
    checkCalendar(new Date(), texts),
  ];
}

/** @param version as in `process.versions.node` */
export function checkNode(version: string, texts: Texts): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const t = texts.doctor.node;
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]))
    return { name: 'node', state: 'FAULT', detail: version, cause: t.tooOld(oldestNode.join('.')), remedy: t.remedy };
  if (major !== projectNode) return { name: 'node', state: 'WARNING', detail: version, cause: t.other(projectNode), remedy: t.remedy };
  return { name: 'node', state: 'OK', detail: version };
}

async function checkDataDir(dataDir: string, texts: Texts): Promise<Check> {
  const detail = resolve(dataDir);
  const t = texts.doctor.dataDir;
  if (!existsSync(detail)) return { name: 'dataDir', state: 'WARNING', detail, cause: t.missing, remedy: t.missingRemedy };
  try {
    await access(detail, constants.R_OK | constants.W_OK | constants.X_OK);
    return { name: 'dataDir', state: 'OK', detail };
  } catch (error) {
    // That it cannot be used is the finding.
    return { name: 'dataDir', state: 'FAULT', detail, cause: t.unusable((error as Error).message), remedy: t.unusableRemedy };
  }
}

/** Keys that others on this machine can read are no keys. */
function checkCredentials(dataDir: string, texts: Texts): Check[] {
  const file = join(dataDir, 'demo-credentials.json');
  if (!existsSync(file)) return [];
  const mode = statSync(file).mode & 0o777;
  const detail = mode.toString(8).padStart(3, '0');
  const t = texts.doctor.credentials;
  if ((mode & 0o077) === 0) return [{ name: 'credentials', state: 'OK', detail }];
  return [{ name: 'credentials', state: 'WARNING', detail, cause: t.open, remedy: t.remedy(resolve(file)) }];
}

async function checkDisk(dataDir: string, texts: Texts): Promise<Check> {
  let folder = resolve(dataDir);
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  return diskCheck(bavail * bsize, texts);
}

/** @param freeBytes what an ordinary user may still write */
export function diskCheck(freeBytes: number, texts: Texts): Check {
  const t = texts.doctor.disk;
  const detail = t.free((freeBytes / gib).toFixed(1));
  if (freeBytes >= fewFreeBytes) return { name: 'disk', state: 'OK', detail };
  return { name: 'disk', state: freeBytes < leastFreeBytes ? 'FAULT' : 'WARNING', detail, cause: t.few, remedy: t.remedy };
}

/** Deadlines count working days: a year without its table of holidays counts them wrongly (R-7-5). */
export function checkCalendar(now: Date, texts: Texts): Check {
  const today = beijingDate(now);
  const year = today.slice(0, 4);
  const t = texts.doctor.calendar;
  if (calendar2026.years[year] !== undefined) return { name: 'calendar', state: 'OK', detail: today };
  return { name: 'calendar', state: 'WARNING', detail: today, cause: t.missing(year), remedy: t.remedy };
}
