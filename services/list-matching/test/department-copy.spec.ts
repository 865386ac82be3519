import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { catalogueKey, cataloguePublished } from '@lianxin/contracts';
import { EventFeeder, eventually, principalOf, TestCity } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import { catalogueRows, publishCatalogue } from './designations.ts';

const admin = principalOf(['REPLAY_ADMIN']);

describe.each(['postgres', 'kafka'] as const)('the copy of the departments, heard from %s', (engine) => {
  let city: TestCity;
  let feeder: EventFeeder;
  beforeEach(async () => {
    city = await TestCity.create(engine, ['list-matching']);
    feeder = await EventFeeder.for(city);
  });
  afterEach(async () => {
    await feeder.close();
    await city.close();
  });

  const table = () => city.query('SELECT code, level, parent_code, catalogue_version FROM list_matching.department ORDER BY code');
  const copies = () => city.query('SELECT version, row_count, highest_row FROM list_matching.catalogue_copy ORDER BY version');
  const complete = (version: number) =>
    eventually(`version ${version} is complete`, async () =>
      (await copies()).some((copy) => copy['version'] === version && copy['highest_row'] === copy['row_count']),
    );

  test('works: a version is used once all its rows have come; a newer one replaces it, an older one never', async () => {
    const running = await city.boot(service);
    const rows = catalogueRows(2);
    await feeder.sendRecords(rows.slice(0, -1).map((row) => feeder.make(cataloguePublished, catalogueKey, row).record));
    await eventually('all but the last row have come', async () => (await copies())[0]?.['highest_row'] === rows.length - 1);
    const health = await city.call<{ checks: Record<string, string> }>(running, undefined, 'GET', '/readyz');
    expect([health.status, health.body.checks['department copy']]).toEqual([503, expect.stringContaining('catalogue')]);
    await feeder.sendRecords(rows.slice(-1).map((row) => feeder.make(cataloguePublished, catalogueKey, row).record));
    await complete(2);
    const departments = await table();
    expect(departments).toContainEqual({ code: 'HZ-SCJGJ', level: 'COUNTY', parent_code: 'SCJGJ', catalogue_version: 2 });
    await publishCatalogue(feeder, 1);
    await complete(1);
    expect(await table()).toEqual(departments);
    // Version 3 has only two departments.
    const newer = catalogueRows(3)
      .slice(0, 2)
      .map((row, index) => ({ ...row, rowNumber: index + 1, rowCount: 2 }));
    await feeder.sendRecords(newer.map((row) => feeder.make(cataloguePublished, catalogueKey, row).record));
    await eventually('only the new departments are left', async () => (await table()).length === 2);
  });

  test('redelivered: every row twice gives the same tables', async () => {
    await city.boot(service);
    const records = catalogueRows(1).map((row) => feeder.make(cataloguePublished, catalogueKey, row).record);
    await feeder.sendRecords(records);
    await complete(1);
    const before = [await table(), await copies()];
    const end = async () =>
      (await city.query<{ sum: number }>('SELECT sum(next_offset)::int AS sum FROM list_matching.consumer_position'))[0]?.sum;
    const position = (await end()) ?? 0;
    await feeder.sendRecords([...records, ...records]);
    await eventually('both deliveries are taken', async () => (await end()) === position + 2 * records.length);
    expect([await table(), await copies()]).toEqual(before);
    expect(await city.query('SELECT 1 FROM list_matching.parked_key')).toEqual([]);
  });

  test.each(['department', 'catalogue_copy', 'consumer_position'])(
    'fails while it writes %s: the rows wait parked or come again, and nothing is half',
    async (name) => {
      const running = await city.boot(service);
      // A sequence remembers tries that were rolled back.
      await city.query('CREATE SEQUENCE list_matching.tries; GRANT USAGE ON SEQUENCE list_matching.tries TO PUBLIC');
      await city.query(`CREATE FUNCTION list_matching.fail() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM nextval('list_matching.tries'); RAISE EXCEPTION 'broken on purpose'; END $$`);
      const when = name === 'consumer_position' ? 'BEFORE UPDATE' : 'BEFORE INSERT';
      await city.query(`CREATE TRIGGER fail ${when} ON list_matching.${name} FOR EACH ROW EXECUTE FUNCTION list_matching.fail()`);
      await publishCatalogue(feeder);
      await eventually(
        'a try has failed',
        async () => (await city.query('SELECT 1 FROM list_matching.tries WHERE is_called')).length === 1,
      );
      if (name !== 'consumer_position')
        await eventually('the key is parked', async () => (await city.query('SELECT 1 FROM list_matching.parked_key')).length === 1);
      expect(await table()).toEqual([]);
      await city.query(`DROP TRIGGER fail ON list_matching.${name}`);
      if (name !== 'consumer_position') {
        const redriven = await city.call(running, admin, 'POST', `/api/v1/parked/${catalogueKey}/redrive`, { body: {} });
        expect(redriven.status).toBeLessThan(300);
      }
      await complete(1);
      expect((await table()).length).toBe(catalogueRows(1).length);
    },
  );

  test('poison: an unreadable row parks the catalogue, and the redrive brings what follows it', async () => {
    const running = await city.boot(service);
    const [first, ...others] = catalogueRows(1).map((row) => feeder.make(cataloguePublished, catalogueKey, row).record);
    if (first === undefined) throw new Error('no rows');
    const poison = { ...first, headers: { ...first.headers, ce_id: randomUUID() }, value: Buffer.from('{"version":"one"}') };
    await feeder.sendRecords([poison, first, ...others]);
    const parked = await eventually('the key is parked with all that follows', async () => {
      const rows = await city.query<{ count: number }>('SELECT count(*)::int AS count FROM list_matching.parked_event');
      return rows[0]?.count === others.length + 2 && rows;
    });
    expect(parked).toHaveLength(1);
    expect(await table()).toEqual([]);
    await city.call(running, admin, 'POST', `/api/v1/parked/${catalogueKey}/redrive`, { body: {} });
    await complete(1);
  });
});
