import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RunningService } from '@lianxin/platform';
import { type CollectedSpan, eventually, principalOf, TestCity, TraceCollector, testServer } from '@lianxin/testing';
import pg from 'pg';
import { followerService, originService } from './telemetry.fixture.ts';

const handler = principalOf(['DEPT_HANDLER'], ['RSJ']);
const note = '张某某 110101199003078515';

/** What one flag leaves behind in traces, in the answers and in the figures, across two services of one process. */
export function describeTelemetry(engine: 'postgres' | 'kafka'): void {
  describe(`traces and figures on ${engine}`, () => {
    let city: TestCity;
    let collector: TraceCollector;
    let origin: RunningService;
    let follower: RunningService;

    const register = async (subjectId: string, headers: Record<string, string> = {}) => {
      const answer = await city.call(origin, handler, 'POST', '/api/v1/registrations', { body: { subjectId, note }, headers });
      expect(answer.status).toBe(201);
      return { answer, traceId: traceIdOf(answer.headers.get('traceparent')) };
    };
    const heard = (schema: string, subjectId: string) =>
      city.query<{ traceparent: string }>(`SELECT traceparent FROM ${schema}.heard WHERE subject_id = $1`, [subjectId]);
    const comeBack = (subjectId: string) =>
      eventually('the answer has come back', async () => (await heard('trace_origin', subjectId)).length === 1);
    const figures = async (service: RunningService) => (await fetch(`${service.url}/metrics`)).text();
    const figure = async (service: RunningService, name: string, labels: string[]) => {
      const lines = (await figures(service)).split('\n');
      const line = lines.find((row) => row.startsWith(`${name}{`) && labels.every((label) => row.includes(label)));
      return line === undefined ? undefined : Number(line.split(' ').at(-1));
    };
    /** A table that nobody may touch until the session ends. */
    const holdTable = async (table: string) => {
      const url = new URL(testServer('POSTGRES_URL'));
      url.pathname = new URL(city.environment['LIANXIN_DATABASE_URL'] ?? '').pathname;
      const session = new pg.Client({ connectionString: url.toString() });
      await session.connect();
      await session.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
      return session;
    };
    const settings = () => ({ LIANXIN_OTLP_ENDPOINT: collector.url });

    beforeAll(async () => {
      collector = await TraceCollector.start();
      city = await TestCity.create(engine, ['trace-origin', 'trace-follower']);
      origin = await city.boot(originService, settings());
      follower = await city.boot(followerService, settings());
    });
    afterAll(async () => {
      await city.close();
      await collector.close();
    });

    test('one flag reads as one trace: request, SQL, outbox, log, the other service and back', async () => {
      const subjectId = randomUUIDv7();
      const { traceId } = await register(subjectId);
      await comeBack(subjectId);
      const last = await eventually('the end of the road has arrived', () =>
        collector.ofTrace(traceId).find((span) => span.service === 'trace-origin' && span.name === 'process lianxin.subject.changed.v1'),
      );
      const road = await eventually('the whole road has arrived', () => {
        const found = collector.road(last);
        return found.length >= 7 && found;
      });
      expect(road.reverse().map(({ service, name }) => [service, name])).toEqual([
        ['trace-origin', 'POST /api/v1/registrations'],
        ['trace-origin', 'transaction'],
        ['trace-origin', 'publish lianxin.subject.registered.v1'],
        ['trace-follower', 'process lianxin.subject.registered.v1'],
        ['trace-follower', 'transaction'],
        ['trace-follower', 'publish lianxin.subject.changed.v1'],
        ['trace-origin', 'process lianxin.subject.changed.v1'],
      ]);
      const below = (service: string) => collector.ofTrace(traceId).filter((span) => span.service === service);
      await eventually('statements and relay of both have arrived', () =>
        ['trace-origin', 'trace-follower'].every((service) => namesOf(below(service)).includes('send outbox')),
      );
      expect(namesOf(below('trace-origin'))).toEqual(expect.arrayContaining(['INSERT registration', 'INSERT outbox']));
      expect(namesOf(below('trace-follower'))).toEqual(expect.arrayContaining(['INSERT inbox', 'INSERT heard', 'INSERT outbox']));
      const [transaction] = below('trace-follower').filter((span) => span.name === 'transaction');
      expect(transaction?.attributes).toMatchObject({ 'db.namespace': 'trace_follower', 'lianxin.statements': expect.any(Number) });
    });

    test('nothing that somebody entered stands in any span', async () => {
      const { traceId } = await register(randomUUIDv7());
      await eventually('its statements have arrived', () => namesOf(collector.ofTrace(traceId)).includes('INSERT registration'));
      expect(JSON.stringify(collector.spans)).not.toMatch(/张某某|110101199003078515/);
    });

    test("a caller's own trace goes on, and a malformed one begins anew", async () => {
      const traceId = randomBytes(16).toString('hex');
      const subjectId = randomUUIDv7();
      const going = await register(subjectId, { traceparent: `00-${traceId}-00f067aa0ba902b7-01` });
      expect(going.traceId).toBe(traceId);
      await comeBack(subjectId);
      const [event] = await heard('trace_origin', subjectId);
      expect(traceIdOf(event?.traceparent)).toBe(traceId);
      const other = randomUUIDv7();
      const begun = await register(other, { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` });
      expect(begun.traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
      await comeBack(other);
    });

    test('several flags in one batch: one span that links to each, and every answer stays in the trace of its flag', async () => {
      await follower.close();
      const subjectId = randomUUIDv7();
      // Of one key, so that they wait in one partition.
      const traces: string[] = [];
      for (let count = 0; count < 3; count++) {
        await city.query('DELETE FROM trace_origin.registration WHERE subject_id = $1', [subjectId]);
        traces.push((await register(subjectId)).traceId);
      }
      await eventually('all wait in the log', async () => (await city.query('SELECT 1 FROM trace_origin.outbox')).length === 0);
      follower = await city.boot(followerService, settings());
      await eventually('all answers have come back', async () => (await heard('trace_origin', subjectId)).length === 3);
      const linked = (span: CollectedSpan) => span.links.map((link) => link.traceId);
      const batch = await eventually('the batch has arrived', () =>
        collector.spans.find((span) => span.service === 'trace-follower' && traces.every((traceId) => linked(span).includes(traceId))),
      );
      expect(batch).toMatchObject({ parentSpanId: undefined, attributes: { 'messaging.batch.message_count': 3 } });
      expect((await heard('trace_origin', subjectId)).map((event) => traceIdOf(event.traceparent)).sort()).toEqual([...traces].sort());
      const answers = collector.spans.filter((span) => span.name === 'publish lianxin.subject.changed.v1' && traces.includes(span.traceId));
      expect(answers).toHaveLength(3);
      for (const answer of answers) expect(linked(answer)).toEqual([batch.traceId]);
    });

    test('an event that fails shows its failure in its own trace, and its redrive too', async () => {
      const subjectId = randomUUIDv7();
      await city.query('INSERT INTO trace_follower.fault (key) VALUES ($1)', [subjectId]);
      const { traceId } = await register(subjectId);
      await eventually('it is parked', async () => (await figure(follower, 'lx_dlq_depth', ['group="trace-follower"'])) === 1);
      const failed = await eventually('its failure has arrived', () =>
        collector.ofTrace(traceId).find((span) => span.name === 'process alone lianxin.subject.registered.v1'),
      );
      expect(failed.failure).toBe('told to fail');
      await city.query('DELETE FROM trace_follower.fault');
      const redriven = await city.call(follower, principalOf(['REPLAY_ADMIN']), 'POST', `/api/v1/parked/${subjectId}/redrive`);
      expect(redriven.status).toBe(200);
      await comeBack(subjectId);
      const [event] = await heard('trace_origin', subjectId);
      expect(traceIdOf(event?.traceparent)).toBe(traceId);
      expect(await figure(follower, 'lx_dlq_depth', ['group="trace-follower"'])).toBe(0);
    });

    test('lag is told by the log: 0 when all is handled, growing while the consumer stands still, and again 0', async () => {
      const lag = () => figure(follower, 'lx_consumer_lag_seconds', ['group="trace-follower"', 'topic="lianxin.subject"']);
      await eventually('nothing waits', async () => (await lag()) === 0);
      const subjectId = randomUUIDv7();
      const holder = await holdTable('trace_follower.heard');
      await register(subjectId);
      const first = await eventually('the lag shows', async () => {
        const seconds = await lag();
        return seconds !== undefined && seconds > 0 ? seconds : undefined;
      });
      await eventually('it grows', async () => ((await lag()) ?? 0) > first + 1);
      expect((await lag()) ?? 0).toBeLessThan(10);
      await holder.end();
      await comeBack(subjectId);
      await eventually('nothing waits', async () => (await lag()) === 0);
    });

    test('the figures tell requests by route, time to handling by type, and connections', async () => {
      await city.call(origin, handler, 'GET', `/api/v1/registrations/${encodeURIComponent(note)}`);
      const answered = (labels: string[]) => figure(origin, 'lx_http_request_seconds_count', labels);
      await eventually('the unknown path is counted', async () => (await answered(['route="none"', 'status="4xx"'])) === 1);
      expect(await answered(['method="POST"', 'route="/api/v1/registrations"', 'status="2xx"'])).toBeGreaterThan(0);
      const text = await figures(origin);
      expect(text).not.toContain('110101199003078515');
      expect(await figure(follower, 'lx_event_to_handled_seconds_count', ['type="lianxin.subject.registered.v1"'])).toBeGreaterThan(0);
      expect(await figure(origin, 'lx_database_connections', ['pool="app"', 'state="waiting"'])).toBe(0);
      expect(await figure(origin, 'lx_outbox_oldest_seconds', [])).toBe(0);
    });

    test('a problem carries the id of its trace, and every answer the id of its request', async () => {
      const refused = await city.call(origin, handler, 'POST', '/api/v1/registrations', {
        body: { subjectId: 1 },
        headers: { 'x-request-id': 'case-7' },
      });
      expect(refused.status).toBe(400);
      expect(refused.headers.get('x-request-id')).toBe('case-7');
      expect(refused.body['traceId']).toBe(traceIdOf(refused.headers.get('traceparent')));
      const broken = await city.call(origin, handler, 'GET', '/api/v1/registrations/broken');
      expect([broken.status, broken.body['traceId']]).toEqual([500, traceIdOf(broken.headers.get('traceparent'))]);
      const unknown = await city.call(origin, undefined, 'GET', '/nowhere');
      expect([unknown.status, unknown.body['traceId']]).toEqual([404, traceIdOf(unknown.headers.get('traceparent'))]);
      expect((await fetch(`${origin.url}/livez`)).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    });
  });
}

function traceIdOf(traceparent: string | null | undefined): string {
  const traceId = /^00-([0-9a-f]{32})-[0-9a-f]{16}-0[01]$/.exec(traceparent ?? '')?.[1];
  if (traceId === undefined) throw new Error(`no traceparent: ${traceparent}`);
  return traceId;
}

function namesOf(spans: readonly CollectedSpan[]): string[] {
  return spans.map((span) => span.name);
}
