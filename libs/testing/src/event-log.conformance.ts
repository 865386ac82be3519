import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ConsumeOptions, EventLog, LogBatch, LogConsumer, LogRecord, StoredRecord } from '@lianxin/messaging';
import { eventually } from './eventually.ts';

/** Two processes' views of one event log. */
export interface LogUnderTest {
  readonly log: EventLog;
  readonly other: EventLog;
  close(): Promise<void>;
}

const topic = 'lianxin.list_entry';

function record(key: string, text: string): LogRecord {
  return { topic, key, headers: { ce_type: 'test' }, value: Buffer.from(text) };
}

/** Remembers what a group was given, as the database of a consumer would: position and effect together. */
class Reader {
  readonly seen: StoredRecord[] = [];
  readonly positions = new Map<string, number>();
  readonly batches: LogBatch[] = [];
  consumer: LogConsumer | undefined;

  constructor(
    private readonly group: string,
    private readonly beforeCommit: (batch: LogBatch) => Promise<void> = async () => undefined,
  ) {}

  /** Takes what several partitions have at the same time in one call; `heard` is told of each call before anything of it is kept. */
  async startTogether(log: EventLog, maxBatch: number, heard: (batches: readonly LogBatch[]) => void): Promise<this> {
    this.consumer = await log.consume({
      ...this.options(maxBatch),
      onBatches: async (batches) => {
        heard(batches);
        for (const batch of batches) this.keep(batch);
      },
    });
    await this.consumer.ready;
    return this;
  }

  async start(log: EventLog, maxBatch = 50, unhurried = false): Promise<this> {
    this.consumer = await log.consume({ ...this.options(maxBatch), unhurried });
    await this.consumer.ready;
    return this;
  }

  private options(maxBatch: number): ConsumeOptions {
    return {
      group: this.group,
      topics: [topic],
      maxBatch,
      positionOf: async (name, partition) => this.positions.get(`${name}/${partition}`) ?? 0,
      onBatch: async (batch) => {
        this.batches.push(batch);
        await this.beforeCommit(batch);
        this.keep(batch);
      },
      onError: () => undefined,
    };
  }

  private keep(batch: LogBatch): void {
    const lane = `${batch.topic}/${batch.partition}`;
    const position = this.positions.get(lane) ?? 0;
    for (const row of batch.records.filter((candidate) => candidate.offset >= position)) {
      if (row.offset !== (this.positions.get(lane) ?? 0)) throw new Error(`gap: ${row.offset} after ${this.positions.get(lane)}`);
      this.seen.push(row);
      this.positions.set(lane, row.offset + 1);
    }
  }

  texts(key: string): string[] {
    return this.seen.filter((row) => row.key === key).map((row) => row.value.toString('utf8'));
  }
}

const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, index) => String(from + index));

/** What every engine of the event log must do (design §3). */
export function describeEventLog(engine: string, open: () => Promise<LogUnderTest>): void {
  describe(`the event log on ${engine}`, () => {
    let subject: LogUnderTest;
    const keys = Array.from({ length: 24 }, (_, index) => `key-${index}`);
    const readers: Reader[] = [];
    let groups = 0;
    const reader = (beforeCommit?: (batch: LogBatch) => Promise<void>) => {
      const made = new Reader(`group-${groups++}`, beforeCommit);
      readers.push(made);
      return made;
    };

    beforeAll(async () => {
      subject = await open();
      await subject.log.ensureTopics([topic]);
      await subject.other.ensureTopics([topic]);
    });
    afterAll(async () => {
      for (const started of readers) await started.consumer?.close();
      await subject.close();
    });

    test('gives each key its records in the order in which they were appended', async () => {
      for (let round = 0; round < 5; round++)
        await subject.log.append(keys.flatMap((key) => numbered(4, round * 4).map((text) => record(key, text))));
      const started = await reader().start(subject.log);
      await eventually('all records have come', () => started.seen.length >= keys.length * 20);
      for (const key of keys) expect(started.texts(key)).toEqual(numbered(20));
    });

    test('never lets a reader pass a gap while several processes append at once', async () => {
      const started = await reader().start(subject.other, 7);
      await eventually('the past has been read', () => started.seen.length >= keys.length * 20);
      const writers = numbered(6).map(async (writer) => {
        for (const round of numbered(15)) {
          const log = Number(writer) % 2 === 0 ? subject.log : subject.other;
          await log.append(keys.map((key) => record(key, `${writer}:${round}`)));
        }
      });
      await Promise.all(writers);
      await eventually('all records have come', () => started.seen.length >= keys.length * (20 + 6 * 15));
      for (const key of keys) {
        const texts = started.texts(key);
        for (const writer of numbered(6))
          expect(texts.filter((text) => text.startsWith(`${writer}:`))).toEqual(numbered(15).map((round) => `${writer}:${round}`));
      }
      const ends = await subject.log.endOffsets(topic);
      expect([...ends.values()].reduce((sum, end) => sum + end, 0)).toBe(keys.length * (20 + 6 * 15));
    });

    test('tells where a topic ends as soon as it is made', async () => {
      for (const round of numbered(5)) {
        const fresh = `${topic}-fresh-${round}`;
        await subject.log.ensureTopics([fresh]);
        const ends = await subject.log.endOffsets(fresh);
        expect([...ends.values()].filter((end) => end !== 0)).toEqual([]);
      }
    });

    test('gives the same records again when the reader failed before its commit', async () => {
      let failures = 0;
      const started = await reader(async () => {
        if (failures++ < 3) throw new Error('crash between effect and position');
      }).start(subject.log);
      const total = keys.length * (20 + 6 * 15);
      await eventually('all records have come', () => started.seen.length >= total, 40_000);
      expect(failures).toBeGreaterThan(3);
      expect(started.seen).toHaveLength(total);
    }, 60_000);

    test("starts where the reader's own database stands, not where the log believes", async () => {
      const key = keys[0] ?? '';
      const first = await reader().start(subject.log);
      await eventually('all records have come', () => first.seen.length >= keys.length * (20 + 6 * 15));
      await first.consumer?.close();
      // The database was restored from an older copy: five records of one partition are not known to it any more.
      const lane =
        [...first.positions.keys()].find((name) => first.seen.some((row) => row.key === key && `${row.topic}/${row.partition}` === name)) ??
        '';
      const end = first.positions.get(lane) ?? 0;
      first.positions.set(lane, end - 5);
      const before = first.seen.length;
      await first.start(subject.other);
      await eventually('the five have come again', () => first.seen.length >= before + 5);
      expect(first.seen.slice(before).map((row) => row.offset)).toEqual([end - 5, end - 4, end - 3, end - 2, end - 1]);
    });

    test('waits for a slow reader and never gives it more than it asked for', async () => {
      const inside = new Map<number, number>();
      let overlapping = 0;
      const started = await reader(async (batch) => {
        inside.set(batch.partition, (inside.get(batch.partition) ?? 0) + 1);
        if ((inside.get(batch.partition) ?? 0) > 1) overlapping++;
        await new Promise((resolve) => setImmediate(resolve));
        inside.set(batch.partition, (inside.get(batch.partition) ?? 0) - 1);
      }).start(subject.log, 10);
      await eventually('all records have come', () => started.seen.length >= keys.length * (20 + 6 * 15));
      expect(Math.max(...started.batches.map((batch) => batch.records.length))).toBeLessThanOrEqual(10);
      expect(overlapping).toBe(0);
    });

    test('tells how old the oldest record is that a group has not read, and nothing of a group that has read all', async () => {
      const startedAt = Date.now();
      const positions = async () =>
        [...(await subject.log.endOffsets(topic))].map(([partition, nextOffset]) => ({ topic, partition, nextOffset }));
      const read = await positions();
      expect(await subject.other.oldestUnread([topic], read)).toEqual(new Map());
      await subject.log.append([record('key-0', 'unread')]);
      const oldest = (await subject.other.oldestUnread([topic], read)).get(topic)?.getTime() ?? 0;
      expect(oldest).toBeGreaterThan(startedAt - 500);
      expect(oldest).toBeLessThan(Date.now() + 500);
      // Without any position the group has everything before it.
      const first = (await subject.log.oldestUnread([topic], [])).get(topic)?.getTime() ?? 0;
      expect(first).toBeLessThan(startedAt);
      expect(await subject.log.oldestUnread([topic], await positions())).toEqual(new Map());
    });

    test('lets the other partitions go on while one waits', async () => {
      let release: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      let stuck: number | undefined;
      const started = await reader(async (batch) => {
        stuck ??= batch.partition;
        if (batch.partition === stuck) await gate;
      }).start(subject.log);
      const total = keys.length * (20 + 6 * 15);
      const ends = await subject.log.endOffsets(topic);
      await eventually('all others have been read', () => stuck !== undefined && started.seen.length >= total - (ends.get(stuck) ?? 0));
      expect(started.seen.some((row) => row.partition === stuck)).toBe(false);
      release();
      await eventually('the one goes on too', () => started.seen.length >= total);
    });

    test('hands the partitions of a member that left to those that stay, without a lost or doubled record', async () => {
      const group = `group-${groups++}`;
      const shared = new Map<string, number>();
      const makeMember = () => {
        const member = new Reader(group);
        Object.assign(member, { positions: shared });
        readers.push(member);
        return member;
      };
      const one = await makeMember().start(subject.log);
      const two = makeMember();
      await two.start(subject.other);
      await subject.log.append(keys.flatMap((key) => numbered(10).map((text) => record(key, `a${text}`))));
      await one.consumer?.close();
      await subject.log.append(keys.flatMap((key) => numbered(10).map((text) => record(key, `b${text}`))));
      // The one of the test before stands in the log too.
      const total = keys.length * (20 + 6 * 15 + 20) + 1;
      await eventually('both have read everything together', () => one.seen.length + two.seen.length >= total, 40_000);
      const offsets = [...one.seen, ...two.seen].map((row) => `${row.partition}/${row.offset}`);
      expect(offsets).toHaveLength(total);
      expect(new Set(offsets).size).toBe(total);
    }, 60_000);

    test('gives what several partitions have at the same time in one call, within its limit, and all of a failed call again', async () => {
      const calls: (readonly LogBatch[])[] = [];
      // What the tests before have appended.
      const total = keys.length * (20 + 6 * 15 + 20) + 1;
      const started = await reader().startTogether(subject.log, 50, (batches) => {
        calls.push(batches);
        if (calls.length <= 3) throw new Error('crash between effect and position');
      });
      await eventually('all records have come', () => started.seen.length >= total, 40_000);
      expect(started.seen).toHaveLength(total);
      for (const key of keys) expect(started.texts(key).slice(0, 20)).toEqual(numbered(20));
      // Every partition has one record more, or two: they fit into one call.
      const before = calls.length;
      await subject.log.append(keys.map((key) => record(key, 'one more')));
      await eventually('the new ones have come', () => started.seen.length >= total + keys.length);
      expect(calls.slice(before).some((batches) => batches.length > 1)).toBe(true);
      for (const batches of calls) {
        expect(new Set(batches.map((batch) => batch.partition)).size).toBe(batches.length);
        expect(batches.reduce((sum, batch) => sum + batch.records.length, 0)).toBeLessThanOrEqual(50);
      }
    }, 60_000);

    test('gives who is in no hurry all records too, down to a single last one', async () => {
      const started = await reader().start(subject.log, 50, true);
      const before = await eventually('it has read what there was', async () => {
        const ends = [...(await subject.log.endOffsets(topic)).values()].reduce((sum, end) => sum + end, 0);
        return started.seen.length === ends ? ends : undefined;
      });
      await subject.log.append([record('key-unhurried', 'last')]);
      await eventually('the last one has come', () => started.seen.length === before + 1);
      expect(started.texts('key-unhurried')).toEqual(['last']);
    });
  });
}
