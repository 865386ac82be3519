import type { Admin, Kafka } from 'kafkajs';
import type { LanePosition } from './event-log.ts';

/** First step back in time, and by how much each further step is longer. */
const firstStepMs = 500;
const stepFactor = 4;
const longestStepMs = 100 * 365 * 86_400_000;
/** The time is known well enough at this share of the age. */
const accuracy = 0.02;

/**
 * Tells how old the oldest unread record of each topic is. Kafka has no question for the time of an offset, only for the first offset from a time on;
 * so that question is asked for times between which the answer must lie. While a group stands still its answer stays the same and is kept.
 */
export class KafkaLag {
  /** By topic: the lanes that are behind, and when the oldest record in them was appended. */
  private readonly known = new Map<string, { lanes: string; oldest: Date }>();

  constructor(
    private readonly kafka: Kafka,
    private readonly prefix: string,
  ) {}

  /** @see EventLog.oldestUnread. A connection of its own for each look: an idle kafkajs client costs a core some per cent. */
  async oldestUnread(topics: readonly string[], positions: readonly LanePosition[]): Promise<ReadonlyMap<string, Date>> {
    const admin = this.kafka.admin({ retry: { retries: 2 } });
    await admin.connect();
    try {
      const found = await Promise.all(
        topics.map(async (topic) => [topic, await this.oldestOf(admin, topic, positionsOf(topic, positions))] as const),
      );
      return new Map(found.flatMap(([topic, oldest]) => (oldest === undefined ? [] : [[topic, oldest]])));
    } finally {
      await admin.disconnect();
    }
  }

  private async oldestOf(admin: Admin, topic: string, positions: ReadonlyMap<number, number>): Promise<Date | undefined> {
    const ends = await admin.fetchTopicOffsets(this.prefix + topic);
    // A partition may begin later than at 0 where somebody set a retention: what is gone cannot be unread.
    const behind = ends
      .map(({ partition, low, high }) => ({ partition, end: Number(high), position: Math.max(positions.get(partition) ?? 0, Number(low)) }))
      .filter(({ position, end }) => end > position);
    if (behind.length === 0) {
      this.known.delete(topic);
      return undefined;
    }
    const lanes = behind.map(({ partition, position }) => `${partition}:${position}`).join(' ');
    const known = this.known.get(topic);
    if (known?.lanes === lanes) return known.oldest;
    const oldest = await searchOldest(Date.now(), async (time) => {
      const offsets = new Map(
        (await admin.fetchTopicOffsetsByTimestamp(this.prefix + topic, time)).map((row) => [row.partition, Number(row.offset)]),
      );
      return behind.some(({ partition, position }) => (offsets.get(partition) ?? 0) > position);
    });
    this.known.set(topic, { lanes, oldest });
    return oldest;
  }
}

/**
 * The time of the oldest unread record.
 * @param isOlderThan whether one is older than this time; false for every earlier time once it is false.
 */
export async function searchOldest(now: number, isOlderThan: (time: number) => Promise<boolean>): Promise<Date> {
  let step = firstStepMs;
  let newer = now;
  while (step < longestStepMs && (await isOlderThan(now - step))) {
    newer = now - step;
    step *= stepFactor;
  }
  let older = now - step;
  while (newer - older > Math.max(firstStepMs / 5, (now - newer) * accuracy)) {
    const middle = Math.floor((newer + older) / 2);
    if (await isOlderThan(middle)) newer = middle;
    else older = middle;
  }
  return new Date(older);
}

function positionsOf(topic: string, positions: readonly LanePosition[]): ReadonlyMap<number, number> {
  return new Map(positions.filter((position) => position.topic === topic).map(({ partition, nextOffset }) => [partition, nextOffset]));
}
