import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { addDays, listEntryActivated, publicReportReceived } from '@lianxin/contracts';
import { EventFeeder, eventually, KillableService, TestCity } from '@lianxin/testing';
import type { JobView } from '../src/import.view.ts';
import type { SheetView } from '../src/public-sheet.view.ts';
import { wageOffice } from './city.ts';
import { nextUscc, publishCatalogue, today } from './designations.ts';
import { fileOf, rowOf } from './list-file.ts';
import { columns2, row2 } from './public-records.ts';

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
    await feeder.listen(['lianxin.list_entry', 'lianxin.public_report']);
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

  test('a file of penalties is reported once, and what was reported of its month is all counted (K18)', async () => {
    let service = await start();
    await ready(service);
    const [rows, lastDay] = [3_000, addDays(`${today.slice(0, 7)}-01`, -1)];
    const month = lastDay.slice(0, 7);
    const lines = Array.from({ length: rows }, (_, index) => row2(`断${index}`, index === 2_000 ? 'x' : nextUscc(), { CF_JDRQ: lastDay }));
    const call = <Body>(method: string, path: string, options: object = {}) => city.call<Body>(service, wageOffice, method, path, options);
    const declared = await call<SheetView>('POST', '/api/v1/public-record-declarations', {
      body: { kind: 'PENALTY', month, declared: rows },
    });
    expect(declared.body).toMatchObject({ declared: rows, reported: 0 });
    const headers = { 'content-type': 'text/csv' };
    const body = [columns2.join(','), ...lines].join('\r\n');
    const { body: job } = await call<JobView>('POST', '/api/v1/imports?kind=penalties&mode=partial', { body, headers });
    for (const after of [200, 1_500]) {
      await eventually('the import is under way', async () => {
        const { done } = (await jobOf(service, job.id)).progress;
        if (done >= rows) throw new Error('too late: the import is over');
        return done > after;
      });
      await service.end('SIGKILL');
      service = await start();
    }
    expect((await ended(service, job.id)).progress).toMatchObject({ done: rows, succeeded: rows - 1, failed: 1 });
    await eventually('all is counted', async () => {
      const { body: sheet } = await call<SheetView>('GET', `/api/v1/public-record-declarations/${declared.body.id}`);
      return sheet.reported === rows - 1;
    });
    const reports = () => feeder.eventsOf(publicReportReceived).filter(({ data }) => data.reportId === job.id);
    await eventually('it is reported', () => reports().length > 0);
    expect(reports().map(({ data }) => [data.reportVersion, data.received, data.valid])).toEqual([[1, rows, rows - 1]]);
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
