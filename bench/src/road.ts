import { listEntryActivated, measurePlanMade } from '@lianxin/contracts';
import { Kafka, logLevel } from 'kafkajs';
import { median } from './report.ts';

/** When an event was decided and when its relay handed it to Kafka, in milliseconds of the machine's clock. */
interface Passage {
  readonly recorded: number;
  readonly sent: number;
}

/** How long one leg of a flag's road took, for each flag. */
export interface Leg {
  readonly what: string;
  readonly times: number[];
}

/**
 * Where the time of flags went, as the log itself tells it: each event carries when it was recorded, and its record when the relay sent it.
 * @param flags when each entry was accepted and when its tasks were seen, in milliseconds of the machine's clock.
 */
export async function legsOf(
  brokers: readonly string[],
  prefix: string,
  flags: ReadonlyMap<string, { readonly accepted: number; readonly seen: number }>,
): Promise<Leg[]> {
  const entries = new Map<string, Passage>();
  const plans = new Map<string, Passage>();
  await readTopics(brokers, [`${prefix}${listEntryActivated.topic}`, `${prefix}${measurePlanMade.topic}`], (type, passage, entryId) => {
    if (type === listEntryActivated.type) entries.set(entryId, passage);
    if (type === measurePlanMade.type) plans.set(entryId, passage);
  });
  const legs: Leg[] = [
    { what: 'entry decided → commit, answer', times: [] },
    { what: 'answer → entry sent to Kafka (relay)', times: [] },
    { what: 'entry sent → plan decided (Kafka, handler)', times: [] },
    { what: 'plan decided → sent to Kafka (commit, relay)', times: [] },
    { what: 'plan sent → tasks committed (Kafka, handler)', times: [] },
  ];
  for (const [entryId, { accepted, seen }] of flags) {
    const entry = entries.get(entryId);
    const plan = plans.get(entryId);
    if (entry === undefined || plan === undefined) continue;
    const took = [
      accepted - entry.recorded,
      entry.sent - accepted,
      plan.recorded - entry.sent,
      plan.sent - plan.recorded,
      seen - plan.sent,
    ];
    for (const [index, time] of took.entries()) legs[index]?.times.push(time);
  }
  return legs;
}

export const medianOf = (leg: Leg): number => median(leg.times);

async function readTopics(
  brokers: readonly string[],
  topics: readonly string[],
  hear: (type: string, passage: Passage, entryId: string) => void,
): Promise<void> {
  const kafka = new Kafka({ brokers: [...brokers], clientId: 'bench-road', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  let waiting = 0;
  for (const topic of topics) for (const { low, high } of await admin.fetchTopicOffsets(topic)) waiting += Number(high) - Number(low);
  await admin.disconnect();
  const consumer = kafka.consumer({ groupId: `bench-road-${process.pid}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    if (waiting === 0) resolve();
    consumer
      .run({
        autoCommit: false,
        eachMessage: async ({ message }) => {
          const header = (name: string) => String(message.headers?.[name] ?? '');
          const { entryId } = JSON.parse(message.value?.toString('utf8') ?? '{}') as { entryId?: string };
          hear(header('ce_type'), { recorded: Date.parse(header('ce_recordedtime')), sent: Number(message.timestamp) }, entryId ?? '');
          if (--waiting === 0) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
}
