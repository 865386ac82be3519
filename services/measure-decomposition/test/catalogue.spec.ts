import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { catalogueKey, cataloguePublished, departmentViewSchema, measureViewSchema, memorandumViewSchema } from '@lianxin/contracts';
import { type RunningService } from '@lianxin/platform';
import { EventFeeder, eventually, principalOf, type TestAnswer, TestCity } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import { catalogue } from './plan-fixtures.ts';

const published = 168 + 230 + 36;
const anyone = principalOf(['DEPT_HANDLER'], ['RSJ']);
interface PageBody {
  data: Record<string, unknown>[];
  page: { nextCursor: string | null; hasMore: boolean };
}

let city: TestCity;
let feeder: EventFeeder;
let running: RunningService;

beforeAll(async () => {
  city = await TestCity.create('postgres', ['measure-decomposition']);
  // Two replicas of a fresh city start at the same moment.
  const [first] = await Promise.all([city.boot(service), city.boot(service)]);
  running = first;
  feeder = await EventFeeder.for(city);
  await feeder.listen([cataloguePublished.topic]);
});

afterAll(async () => {
  await feeder.close();
  await city.close();
});

const get = <Body = PageBody>(path: string) => city.call<Body>(running, anyone, 'GET', path);
const everyPage = async (path: string) => {
  const rows: Record<string, unknown>[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body }: TestAnswer<PageBody> = await get(
      `${path}${path.includes('?') ? '&' : '?'}limit=50${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    rows.push(...body.data);
    cursor = body.page.nextCursor;
  }
  return rows;
};

describe('publication of version 1', () => {
  test('every row is said once and in order, though two replicas start at the same moment', async () => {
    await eventually('all rows are heard', () => feeder.eventsOf(cataloguePublished).length >= published);
    await eventually(
      'nothing is left to be sent',
      async () => (await city.query('SELECT 1 FROM measure_decomposition.outbox')).length === 0,
    );
    const events = feeder.eventsOf(cataloguePublished);
    expect(events.map((event) => event.data.rowNumber)).toEqual(Array.from({ length: published }, (_, place) => place + 1));
    expect(new Set(events.map((event) => event.key))).toEqual(new Set([catalogueKey]));
    expect(new Set(events.map((event) => event.data.rowCount))).toEqual(new Set([published]));
    expect(events.flatMap(({ data }) => (data.row.kind === 'MEASURE' ? [data.row.measure] : []))).toEqual(catalogue.measures);
  });

  test('a restart says nothing again', async () => {
    const another = await city.boot(service);
    expect((await city.call(another, anyone, 'GET', '/api/v1/measures/WAGE-01')).status).toBe(200);
    expect(await city.query('SELECT version, row_count FROM measure_decomposition.catalogue_version')).toEqual([
      { version: 1, row_count: published },
    ]);
    expect(
      await city.query('SELECT last_sequence::integer AS last FROM measure_decomposition.subject_sequence WHERE subject_key = $1', [
        catalogueKey,
      ]),
    ).toEqual([{ last: published }]);
  });

  test('a failure on the way leaves nothing behind, and the next start publishes all', async () => {
    const broken = await TestCity.create('postgres', ['measure-decomposition']);
    try {
      const refuse = await refuseInserts(broken);
      await expect(broken.boot(service)).rejects.toThrow('refused for the test');
      expect(await broken.query('SELECT 1 FROM measure_decomposition.catalogue_version')).toEqual([]);
      expect(await broken.query('SELECT 1 FROM measure_decomposition.catalogue_row')).toEqual([]);
      await refuse.end();
      await broken.boot(service);
      expect(await broken.query('SELECT count(*)::integer AS rows FROM measure_decomposition.catalogue_row')).toEqual([
        { rows: published + 22 + 50 },
      ]);
    } finally {
      await broken.close();
    }
  });

  test('a published row can be changed by no role of the service', async () => {
    const rights = await city.query(
      `SELECT grantee, privilege_type FROM information_schema.role_table_grants
       WHERE table_schema = 'measure_decomposition' AND table_name = 'catalogue_row' AND grantee LIKE '%\\_app' OR
             table_schema = 'measure_decomposition' AND table_name = 'catalogue_row' AND grantee LIKE '%\\_consumer' ORDER BY 1, 2`,
    );
    expect(rights.map((right) => `${right['grantee']} ${right['privilege_type']}`)).toEqual([
      'measure_decomposition_app SELECT',
      'measure_decomposition_consumer INSERT',
      'measure_decomposition_consumer SELECT',
    ]);
  });
});

/** The schema is migrated first, as a first start would; then the last table to be written refuses. */
async function refuseInserts(broken: TestCity): Promise<{ end: () => Promise<void> }> {
  await broken.boot({ ...service, module: () => ({ module: class {} }) });
  await broken.query(`CREATE FUNCTION measure_decomposition.refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'refused for the test'; END $$`);
  await broken.query(`CREATE TRIGGER refuse BEFORE INSERT ON measure_decomposition.outbox FOR EACH STATEMENT
    EXECUTE FUNCTION measure_decomposition.refuse()`);
  return { end: async () => void (await broken.query('DROP TRIGGER refuse ON measure_decomposition.outbox')) };
}

describe('reading the catalogue', () => {
  test('a measure tells its bases, executors and the state of its gate on the day asked', async () => {
    const { status, body } = await get<Record<string, unknown>>('/api/v1/measures/COURT-10?asOf=2024-06-30');
    expect(status).toBe(200);
    expect(measureViewSchema.parse(body)).toMatchObject({ gates: [{ listCode: 'BL-COURT', status: 'CLOSED' }], classNameZh: '限制任职' });
    const later = await get<Record<string, unknown>>('/api/v1/measures/COURT-10?asOf=2024-07-01');
    expect(later.body['gates']).toEqual([{ listCode: 'BL-COURT', status: 'OPEN', basisRefs: [0] }]);
  });

  test('an unknown measure is not found', async () => {
    const { status, body } = await get<Record<string, unknown>>('/api/v1/measures/NOPE-1');
    expect({ status, code: body['code'] }).toEqual({ status: 404, code: 'NOT_FOUND' });
  });

  test('all measures, departments and memorandums come page by page, each once, in the order of the catalogue', async () => {
    const measures = await everyPage('/api/v1/measures');
    expect(measures.map((row) => measureViewSchema.parse(row).code)).toEqual(catalogue.measures.map((measure) => measure.code));
    const departments = await everyPage('/api/v1/departments');
    expect(departments.map((row) => departmentViewSchema.parse(row).code)).toEqual(catalogue.departments.map(({ code }) => code));
    const memorandums = await everyPage('/api/v1/memorandums');
    expect(memorandums.map((row) => memorandumViewSchema.parse(row).code)).toEqual(catalogue.memoranda.map(({ code }) => code));
  });

  test('filters narrow', async () => {
    const codes = async (path: string) => (await everyPage(path)).map((row) => row['code']);
    expect(await codes('/api/v1/measures?listCode=BL-WAGE&department=CZJ')).toEqual(['WAGE-01', 'WAGE-02']);
    expect(await codes('/api/v1/measures?listCode=BL-WAGE&class=C13')).toEqual(['WAGE-04']);
    expect(await codes('/api/v1/departments?parent=XBW')).toEqual([]);
    expect(await codes('/api/v1/departments?parent=CGJ&level=COUNTY')).toHaveLength(10);
    const wage = await everyPage('/api/v1/memorandums?listCode=BL-WAGE');
    expect(wage.map((row) => [row['code'], row['measureCodes']])).toEqual([
      ['M-30', catalogue.measuresByList.get('BL-WAGE')?.map(({ code }) => code)],
    ]);
  });

  test.each([
    ['/api/v1/measures?limit=0', 'VALIDATION_FAILED'],
    ['/api/v1/measures?asOf=2026-02-30', 'VALIDATION_FAILED'],
    ['/api/v1/measures?cursor=x', 'CURSOR_INVALID'],
    ['/api/v1/departments?level=MOON', 'VALIDATION_FAILED'],
  ])('%s is refused', async (path, code) => {
    const { status, body } = await get<Record<string, unknown>>(path);
    expect({ status, code: body['code'] }).toEqual({ status: 400, code });
  });

  test('nobody reads without having signed in', async () => {
    expect((await city.call(running, undefined, 'GET', '/api/v1/measures')).status).toBe(401);
  });
});
