import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listEntryActivated } from '@lianxin/contracts';
import { EventFeeder, eventually, KillableService, TestCity } from '@lianxin/testing';
import type { JobView } from '../src/import.view.ts';
import { wageOffice } from './city.ts';
import { publishCatalogue } from './designations.ts';
import { fileOf, rowOf } from './list-file.ts';

const folder = join(import.meta.dirname, '..');
const rowCount = 6_000;

describe('an import whose process dies in the middle', () => {
  let city: TestCity;
  let feeder: EventFeeder;
  let process: KillableService | undefined;
  const start = async () => {
    process = await KillableService.start(folder, { ...city.environment, LIANXIN_IMPORT_LEASE_SECONDS: '3' });
    return process;
  };
  beforeAll(async () => {
    KillableService.build(folder);
    city = await TestCity.create('postgres', ['list-matching']);
    feeder = await EventFeeder.for(city);
    await feeder.listen(['lianxin.list_entry']);
    await publishCatalogue(feeder);
  }, 120_000);
  afterAll(async () => {
    await process?.end('SIGKILL');
    await feeder?.close();
    await city?.close();
  });

  const ready = (service: KillableService) =>
    eventually('the departments have arrived', async () => (await city.call(service, undefined, 'GET', '/readyz')).status === 200);
  const send = async (service: KillableService, prefix: string, mode: string) => {
    const rows = Array.from({ length: rowCount }, (_, index) =>
      rowOf({ sourceRecordId: `${prefix}-${index}`, ...(index === 4_000 && mode === 'partial' ? { 'decision.date': '' } : {}) }),
    );
    const path = `/api/v1/imports?kind=list-entries&mode=${mode}`;
    return (await city.call<JobView>(service, wageOffice, 'POST', path, { body: fileOf(rows), headers: { 'content-type': 'text/csv' } }))
      .body;
  };
  const jobOf = async (service: KillableService, id: string) =>
    (await city.call<JobView>(service, wageOffice, 'GET', `/api/v1/jobs/${id}`)).body;
  const under = (service: KillableService, id: string) =>
    eventually('the import is under way', async () => {
      const { done } = (await jobOf(service, id)).progress;
      if (done >= rowCount) throw new Error('too late: the import is over');
      return done > 200;
    });
  const ended = (service: KillableService, id: string) =>
    eventually(
      'the import has ended',
      async () => {
        const job = await jobOf(service, id);
        return job.finishedAt !== null && job;
      },
      90_000,
    );
  const entriesFrom = async (prefix: string) =>
    (
      await city.query<{ id: string }>(
        `SELECT id FROM list_matching.list_entry WHERE starts_with(source_record_id, $1) AND status = 'ACTIVE'`,
        [prefix],
      )
    ).map((row) => row.id);

  test('killed twice and stopped once, it goes on where it stood: every good row once, every bad row once', async () => {
    let service = await start();
    await ready(service);
    const job = await send(service, 'partial', 'partial');
    for (const signal of ['SIGKILL', 'SIGTERM', 'SIGKILL'] as const) {
      await under(service, job.id);
      await service.end(signal);
      service = await start();
    }
    const over = await ended(service, job.id);
    expect(over).toMatchObject({
      status: 'partially_succeeded',
      progress: { total: rowCount, done: rowCount, succeeded: rowCount - 1, failed: 1 },
    });
    expect(over.errors.map((error) => [error.line, error.field])).toEqual([[4_002, 'decision.date']]);
    const entries = new Set(await entriesFrom('partial'));
    expect(entries.size).toBe(rowCount - 1);
    await eventually('every entry is told once', () => {
      const told = feeder.eventsOf(listEntryActivated).filter((event) => entries.has(event.data.entryId));
      return new Set(told.map((event) => event.id)).size === entries.size;
    });
    await service.end('SIGTERM');
  }, 180_000);

  test('all or nothing: before its end nothing stands, after the kill everything, once', async () => {
    let service = await start();
    const job = await send(service, 'whole', 'all');
    await under(service, job.id);
    await service.end('SIGKILL');
    expect(await entriesFrom('whole')).toEqual([]);
    service = await start();
    expect(await ended(service, job.id)).toMatchObject({
      status: 'succeeded',
      progress: { total: rowCount, succeeded: rowCount, failed: 0 },
    });
    expect(await entriesFrom('whole')).toHaveLength(rowCount);
    await service.end('SIGTERM');
  }, 180_000);
});
