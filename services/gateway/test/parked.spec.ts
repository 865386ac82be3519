import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { incidentRaised, type ProblemBody } from '@lianxin/contracts';
import { EventFeeder, eventually } from '@lianxin/testing';
import type { ParkedList, RedriveReport } from '../src/parked.api.ts';
import { serviceNames } from '../src/route.rules.ts';
import { GatewayCity } from './gateway.city.ts';
import { failing } from './neighbours.ts';

let city: GatewayCity;
let feeder: EventFeeder;
let admin: string;

beforeAll(async () => {
  city = await GatewayCity.create();
  feeder = await EventFeeder.for(city.city);
  admin = await city.register('运维', ['REPLAY_ADMIN']);
});
afterAll(async () => {
  failing.clear();
  await feeder.close();
  await city.close();
});

const incident = () => ({
  incidentId: randomUUID(),
  cause: 'NO_MEASURE_FOUND' as const,
  groupKey: 'BL-X',
  entryId: randomUUID(),
  listCode: 'BL-X',
  measureCode: null,
});
const list = async (key = admin) => (await city.call<ParkedList>(key, 'GET', '/api/v1/parked')).body;
const redrive = (parkedKey: string, key = admin) =>
  city.call<RedriveReport & ProblemBody>(key, 'POST', `/api/v1/parked/${encodeURIComponent(parkedKey)}/redrive`);

describe('parked keys of all services', () => {
  test('stand in one list, severe ones first, and are redriven wherever they are parked', async () => {
    failing.add('monitoring').add('execution-feedback');
    const plain: string = randomUUID();
    const severe: string = randomUUID();
    await feeder.send(incidentRaised, plain, incident());
    // A type that nobody knows may be a lift: a person might stay punished.
    const { record } = feeder.make(incidentRaised, severe, incident());
    await feeder.sendRecords([{ ...record, headers: { ...record.headers, ce_type: 'lianxin.incident.lifted.v9' } }]);
    const all = await eventually('both keys are parked', async () => {
      const found = await list();
      const ours = found.data.filter((row) => [plain, severe].includes(row.key));
      return ours.filter((row) => row.key === plain).length === 2 && ours.filter((row) => row.key === severe).length === serviceNames.length
        ? found
        : undefined;
    });
    expect(all.unavailable).toEqual([]);
    const ranks = all.data.map((row) => row.severity);
    expect(ranks).toEqual([...ranks].sort((left, right) => Number(right === 'SEVERE') - Number(left === 'SEVERE')));

    const failed = await redrive(plain);
    expect([failed.status, failed.body.code]).toEqual([409, 'REDRIVE_FAILED']);
    expect(failed.body.detail).toContain('monitoring');
    failing.clear();
    const done = await redrive(plain);
    expect(done.status).toBe(200);
    expect(done.body).toMatchObject({ key: plain, handled: 2, remaining: 0 });
    expect(done.body.services.map((row) => row.service).sort()).toEqual(['execution-feedback', 'monitoring']);
    const unknown = await redrive(plain);
    expect([unknown.status, unknown.body.code]).toEqual([404, 'PARKED_KEY_UNKNOWN']);
  });

  test('are shown to those who answer for them, and redriven by fewer', async () => {
    const handler = await city.register('经办', ['DEPT_HANDLER'], ['RSJ']);
    const auditor = await city.register('审计', ['AUDITOR']);
    expect((await city.call(handler, 'GET', '/api/v1/parked')).status).toBe(403);
    expect((await city.call(auditor, 'GET', '/api/v1/parked')).status).toBe(200);
    expect((await redrive(randomUUID(), auditor)).status).toBe(403);
  });

  test('of a service that is down are missing from the list, and the list says so', async () => {
    await city.services.monitoring.close();
    expect((await list()).unavailable).toEqual(['monitoring']);
    const unclear = await redrive(randomUUID());
    expect([unclear.status, unclear.body.code]).toEqual([503, 'UNAVAILABLE']);
    expect(unclear.body.detail).toContain('monitoring');
  });
});
