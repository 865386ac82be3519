import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { createLogger, Metrics, noteTenant, Telemetry, withLogFields } from '@lianxin/platform';
import { principalOf } from '@lianxin/testing';
import { context, trace } from '@opentelemetry/api';

const silent = createLogger('test', 'silent');
const { tracing } = await Telemetry.open('test', { LIANXIN_OTLP_ENDPOINT: undefined, LIANXIN_TRACE_RATIO: 1 }, silent);
const flag = () => `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
const traceOf = (traceparent: string | undefined) => traceparent?.split('-')[1];
const activeTrace = async () => trace.getActiveSpan()?.spanContext().traceId;

test('events of a hundred flags in one batch stay in the traces of their flags, in their order', async () => {
  const causes = Array.from({ length: 100 }, flag);
  const sayings = causes.map((cause) => ({ type: 'lianxin.measure_plan.made.v1', cause }));
  const said = await tracing.inBatch('process', causes, {}, async () => tracing.traceparentsOf(sayings));
  expect(said.map(traceOf)).toEqual(causes.map(traceOf));
});

test('a batch of one trace is part of it; of several it is part of none', async () => {
  const [one = '', other = ''] = [flag(), flag()];
  const again = `${one.slice(0, 36)}${randomBytes(8).toString('hex')}-01`;
  expect(await tracing.inBatch('process', [one, again, undefined, 'nonsense'], {}, activeTrace)).toBe(traceOf(one));
  const own = await tracing.inBatch('process', [one, other], {}, activeTrace);
  expect(own).toMatch(/^[0-9a-f]{32}$/);
  expect([traceOf(one), traceOf(other)]).not.toContain(own);
});

test('what is said on request belongs to the trace of the request, what nobody asked for begins one', async () => {
  const said = await tracing.inSpan('request', {}, async () => {
    const [first, second] = tracing.traceparentsOf(Array.from({ length: 2 }, () => ({ type: 'x', cause: undefined })));
    expect(first).toBe(second);
    expect(traceOf(first)).toBe(await activeTrace());
    return first;
  });
  const [alone] = tracing.traceparentsOf([{ type: 'x', cause: undefined }]);
  expect(traceOf(alone)).toMatch(/^[0-9a-f]{32}$/);
  expect(traceOf(alone)).not.toBe(traceOf(said));
});

test('a log line names trace, span and tenant of what runs', async () => {
  const lines: string[] = [];
  const stream = new Writable({
    write: (line, _encoding, done) => {
      lines.push(String(line));
      done();
    },
  });
  const logger = createLogger('test', 'info', stream);
  await tracing.inSpan('request', {}, async (span) => {
    context.with(withLogFields(context.active()), () => {
      noteTenant(principalOf(['DEPT_HANDLER'], ['RSJ', 'ZJJ']));
      logger.info('inside');
    });
    const { traceId, spanId } = span.spanContext();
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ service: 'test', traceId, spanId, tenant: 'RSJ,ZJJ' });
  });
  logger.info('outside');
  expect(JSON.parse(lines[1] ?? '')).not.toHaveProperty('traceId');
});

test('a figure that cannot be looked up is missing and counted, and holds up no other', async () => {
  const metrics = new Metrics('test', false);
  const look = { fails: false, count: 0 };
  metrics.watch({
    name: 'lx_test_fragile',
    help: 'fails on demand',
    read: async () => {
      if (look.fails) throw new Error('the database is away');
      return [{ value: 7 }];
    },
  });
  metrics.watch({
    name: 'lx_test_kept',
    help: 'kept for a while',
    labels: ['topic'],
    keptMs: 60_000,
    read: async () => [{ labels: { topic: 'a' }, value: ++look.count }],
  });
  metrics.watch({ name: 'lx_test_hanging', help: 'never answers', read: () => new Promise(() => undefined) });
  expect(await metrics.text()).toContain('lx_test_fragile{service="test"} 7');
  look.fails = true;
  const began = performance.now();
  const text = await metrics.text();
  expect(performance.now() - began).toBeLessThan(4_000);
  expect(text).not.toMatch(/^lx_test_(fragile|hanging)\{/m);
  expect(text).toContain('lx_test_kept{topic="a",service="test"} 1');
  expect(await metrics.text()).toMatch(/lx_figures_failed_total\{figure="lx_test_fragile",service="test"\} [12]/);
});
