import { describe, expect, test } from '@jest/globals';
import { lagOfServices } from './lag.rules.ts';
import { readSamples } from './prometheus.rules.ts';

const metricsOf = (lines: readonly string[]) => readSamples(lines.join('\n'), 'lx_');
const well = [
  '# HELP lx_service_up Whether a service answered',
  'lx_service_up{service="gateway",target="list-matching"} 1',
  'lx_consumer_lag_seconds{topic="lianxin.catalogue",service="list-matching"} 0.5',
  'lx_consumer_lag_seconds{topic="lianxin.repair",service="list-matching"} 1.25',
  'lx_outbox_oldest_seconds{service="list-matching"} 0',
  'lx_parked_keys{severity="severe",service="list-matching"} 0',
  'lx_parked_keys{severity="normal",service="list-matching"} 0',
  'process_cpu_seconds_total{service="gateway"} 12',
];

describe('how far a service is behind', () => {
  test('a service that keeps up is well; the slowest topic is told', () => {
    expect(lagOfServices(metricsOf(well))).toEqual([
      {
        service: 'list-matching',
        state: 'WELL',
        consumerLagSeconds: 1.25,
        slowestTopic: 'lianxin.repair',
        outboxOldestSeconds: 0,
        parkedSevere: 0,
        parkedNormal: 0,
      },
    ]);
  });

  test.each([
    ['does not answer', 'lx_service_up{service="gateway",target="list-matching"} 0', 'DOWN'],
    ['has parked an exit', 'lx_parked_keys{severity="severe",service="list-matching"} 1', 'PARKED_SEVERE'],
    ['has parked something', 'lx_parked_keys{severity="normal",service="list-matching"} 2', 'PARKED'],
    ['sends nothing out', 'lx_outbox_oldest_seconds{service="list-matching"} 75', 'OUTBOX_STUCK'],
    ['sends late', 'lx_outbox_oldest_seconds{service="list-matching"} 6', 'OUTBOX_SLOW'],
    ['hears nothing', 'lx_consumer_lag_seconds{topic="t",service="list-matching"} 90', 'CONSUMER_STUCK'],
    ['hears late', 'lx_consumer_lag_seconds{topic="t",service="list-matching"} 7', 'CONSUMER_SLOW'],
  ])('a service that %s is said so', (_what, line, state) => {
    const name = line.split('{')[0] ?? '';
    const severity = /severity="\w+"/.exec(line)?.[0] ?? '';
    const others = well.filter((other) => !other.startsWith(`${name}{`) || !other.includes(severity));
    expect(lagOfServices(metricsOf([...others, line])).map((service) => service.state)).toEqual([state]);
  });

  test('a parked exit is worse than a slow outbox', () => {
    const lines = [
      ...well,
      'lx_parked_keys{severity="severe",service="monitoring"} 1',
      'lx_outbox_oldest_seconds{service="monitoring"} 500',
    ];
    expect(lagOfServices(metricsOf(lines)).at(-1)).toMatchObject({
      service: 'monitoring',
      state: 'PARKED_SEVERE',
      outboxOldestSeconds: 500,
    });
  });

  test('the text format is read with its escapes, and what is no sample is passed over', () => {
    expect(readSamples('lx_a{b="x\\"y\\\\z\\n",c=""} +Inf 123\nlx_b 1e3\nnot a sample {\nother 1', 'lx_')).toEqual([
      { name: 'lx_a', labels: { b: 'x"y\\z\n', c: '' }, value: Number.POSITIVE_INFINITY },
      { name: 'lx_b', labels: {}, value: 1000 },
    ]);
  });
});
