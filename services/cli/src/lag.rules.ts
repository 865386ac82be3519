import type { Sample } from './prometheus.rules.ts';

/** From here on somebody should look; from there on the road stands still. */
const slowSeconds = 5;
const stuckSeconds = 60;

/** What is the matter with one service, worst first. */
export type LagState = 'DOWN' | 'PARKED_SEVERE' | 'OUTBOX_STUCK' | 'CONSUMER_STUCK' | 'PARKED' | 'OUTBOX_SLOW' | 'CONSUMER_SLOW' | 'WELL';

export interface ServiceLag {
  readonly service: string;
  readonly state: LagState;
  /** Age of the oldest event of the last batch when it was taken, the slowest topic; null where nothing was heard yet. */
  readonly consumerLagSeconds: number | null;
  readonly slowestTopic: string | null;
  /** Age of the oldest event that has not reached the log. */
  readonly outboxOldestSeconds: number | null;
  readonly parkedSevere: number;
  readonly parkedNormal: number;
}

/** One line per service from the figures of all (product §B.8), the gateway too if it has any. */
export function lagOfServices(samples: readonly Sample[]): ServiceLag[] {
  const services = new Set(samples.flatMap((sample) => nameOf(sample) ?? []));
  return [...services].sort().map((service) =>
    lagOf(
      service,
      samples.filter((sample) => nameOf(sample) === service),
    ),
  );
}

/** Only figures of the event road name a service here; those of the gateway's own process do not make it one. */
function nameOf({ name, labels }: Sample): string | undefined {
  if (name === 'lx_service_up') return labels['target'];
  return ['lx_consumer_lag_seconds', 'lx_outbox_oldest_seconds', 'lx_parked_keys'].includes(name) ? labels['service'] : undefined;
}

function lagOf(service: string, samples: readonly Sample[]): ServiceLag {
  const named = (name: string) => samples.filter((sample) => sample.name === name);
  const slowest = named('lx_consumer_lag_seconds').sort((left, right) => right.value - left.value)[0];
  const outboxOldestSeconds = named('lx_outbox_oldest_seconds')[0]?.value ?? null;
  const parkedOf = (severity: string) => named('lx_parked_keys').find((sample) => sample.labels['severity'] === severity)?.value ?? 0;
  const figures = {
    consumerLagSeconds: slowest?.value ?? null,
    slowestTopic: slowest?.labels['topic'] ?? null,
    outboxOldestSeconds,
    parkedSevere: parkedOf('severe'),
    parkedNormal: parkedOf('normal'),
  };
  const isDown = named('lx_service_up').some((sample) => sample.value === 0);
  return { service, state: isDown ? 'DOWN' : stateOf(figures), ...figures };
}

function stateOf(figures: Omit<ServiceLag, 'service' | 'state'>): LagState {
  const outbox = figures.outboxOldestSeconds ?? 0;
  const consumer = figures.consumerLagSeconds ?? 0;
  // A parked exit, hold or lift keeps a person punished: nothing is worse but silence.
  if (figures.parkedSevere > 0) return 'PARKED_SEVERE';
  if (outbox >= stuckSeconds) return 'OUTBOX_STUCK';
  if (consumer >= stuckSeconds) return 'CONSUMER_STUCK';
  if (figures.parkedNormal > 0) return 'PARKED';
  if (outbox >= slowSeconds) return 'OUTBOX_SLOW';
  return consumer >= slowSeconds ? 'CONSUMER_SLOW' : 'WELL';
}
