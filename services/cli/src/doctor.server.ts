import { z } from 'zod';
import { metaSchema, type ParkedKey, parkedListSchema } from './answers.ts';
import type { ApiClient } from './api.client.ts';
import type { Check } from './doctor.check.ts';
import { ApiRefusal, CommandFault, NoAnswer } from './faults.ts';
import { readSamples, type Sample } from './prometheus.rules.ts';
import type { Session } from './session.ts';
import type { Texts } from './texts.ts';
import { cliVersion } from './version.ts';

const healthSchema = z.looseObject({ status: z.string(), checks: z.record(z.string(), z.string()).default({}) });
const fewSeconds = 5;
const manySeconds = 60;

/** What the system tells of itself from outside. */
export interface ServerReport {
  readonly checks: Check[];
  readonly samples: readonly Sample[];
  readonly parked: readonly ParkedKey[];
}

/** Looks at the running system through its door; when nobody is behind it the rest is skipped. */
export async function checkServer(session: Session): Promise<ServerReport> {
  const { texts } = session;
  const open = session.clientWith(undefined);
  const port = await checkPort(open, session.connections.url(), texts);
  if (port.state !== 'OK') {
    const skipped = (['livez', 'readyz', 'healthz', 'version', 'clock', 'parked'] as const).map(
      (name): Check => ({ name, state: 'SKIPPED', detail: texts.doctor.skipped }),
    );
    return { checks: [port, ...skipped], samples: [], parked: [] };
  }
  const live = await open.look('/livez');
  const health = [...(await checkHealth(open, 'readyz', texts)), ...(await checkHealth(open, 'healthz', texts))];
  const admin = adminClient(session);
  const parked = await readParked(admin, texts);
  return {
    checks: [
      port,
      { name: 'livez', state: 'OK', detail: String(live.status) },
      ...health,
      await checkVersion(admin, texts),
      checkClock(live.date, Date.now(), texts),
      parked.check,
    ],
    samples: readSamples((await open.look('/metrics')).text, 'lx_'),
    parked: parked.keys,
  };
}

async function checkPort(client: ApiClient, url: URL, texts: Texts): Promise<Check> {
  const t = texts.doctor.port;
  try {
    const answer = await client.look('/livez');
    if (answer.status === 200 && healthSchema.safeParse(parseJson(answer.text)).data?.status === 'ok')
      return { name: 'port', state: 'OK', detail: url.host };
    return { name: 'port', state: 'FAULT', detail: url.host, cause: t.other(answer.status), remedy: t.otherRemedy };
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return { name: 'port', state: 'FAULT', detail: url.host, cause: texts.noAnswer[error.reason](url.origin), remedy: t.silentRemedy };
  }
}

async function checkHealth(client: ApiClient, name: 'readyz' | 'healthz', texts: Texts): Promise<Check[]> {
  const answer = await client.look(`/${name}`);
  const health = healthSchema.safeParse(parseJson(answer.text));
  const t = texts.doctor.health;
  const whole: Check =
    answer.status === 200
      ? { name, state: 'OK', detail: String(answer.status) }
      : { name, state: 'FAULT', detail: String(answer.status), cause: t.notReady, remedy: t.remedy };
  const parts = Object.entries(health.data?.checks ?? {}).map(
    ([part, state]): Check =>
      state === 'ok'
        ? { name, part, state: 'OK', detail: state }
        : { name, part, state: 'FAULT', detail: state, cause: t.part(part, state), remedy: t.remedy },
  );
  return [whole, ...parts];
}

/** Somebody who may see versions and parked keys; undefined where no key is at hand. */
function adminClient(session: Session): ApiClient | undefined {
  try {
    return session.client('ADMIN');
  } catch (error) {
    // Without a key the open pages are still looked at, and these checks say that they were skipped.
    if (error instanceof CommandFault) return undefined;
    throw error;
  }
}

async function checkVersion(client: ApiClient | undefined, texts: Texts): Promise<Check> {
  const t = texts.doctor.version;
  if (client === undefined) return { name: 'version', state: 'SKIPPED', detail: texts.doctor.noKey };
  try {
    const meta = await client.prepare({ path: '/api/v1/meta' }, metaSchema);
    const detail = t.both(cliVersion, meta.version, meta.commit ?? '-', meta.mode);
    if (meta.version === cliVersion) return { name: 'version', state: 'OK', detail };
    return { name: 'version', state: 'WARNING', detail, cause: t.differs, remedy: t.remedy };
  } catch (error) {
    if (!(error instanceof ApiRefusal)) throw error;
    return {
      name: 'version',
      state: 'WARNING',
      detail: error.problem.code,
      cause: error.problem.title,
      remedy: error.problem.remedy ?? t.remedy,
    };
  }
}

/** @param date the answer's Date header, whole seconds */
export function checkClock(date: string | null, nowMs: number, texts: Texts): Check {
  const t = texts.doctor.clock;
  if (date === null || Number.isNaN(Date.parse(date))) return { name: 'clock', state: 'SKIPPED', detail: t.unknown };
  const apart = Math.abs(Math.round((Date.parse(date) - nowMs) / 1000));
  const detail = t.apart(apart);
  if (apart <= fewSeconds) return { name: 'clock', state: 'OK', detail };
  return { name: 'clock', state: apart > manySeconds ? 'FAULT' : 'WARNING', detail, cause: t.cause, remedy: t.remedy };
}

async function readParked(client: ApiClient | undefined, texts: Texts): Promise<{ check: Check; keys: readonly ParkedKey[] }> {
  const t = texts.doctor.parked;
  if (client === undefined) return { check: { name: 'parked', state: 'SKIPPED', detail: texts.doctor.noKey }, keys: [] };
  try {
    const { data } = await client.prepare({ path: '/api/v1/parked', query: { limit: 1000 } }, parkedListSchema);
    const severe = data.filter((key) => key.severity === 'SEVERE').length;
    const detail = t.count(data.length, severe);
    if (data.length === 0) return { check: { name: 'parked', state: 'OK', detail }, keys: data };
    return {
      check: { name: 'parked', state: severe > 0 ? 'FAULT' : 'WARNING', detail, cause: severe > 0 ? t.severe : t.normal, remedy: t.remedy },
      keys: data,
    };
  } catch (error) {
    if (!(error instanceof ApiRefusal)) throw error;
    return { check: { name: 'parked', state: 'SKIPPED', detail: error.problem.title }, keys: [] };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
