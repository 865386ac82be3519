import {
  type DigestView,
  digestAnswered,
  digestBuckets,
  digestCompared,
  digestKey,
  digestMade,
  digestQuestioned,
  digestRequested,
  digestViews,
  type EventData,
  isEvent,
  type LianxinEvent,
  maxAnsweredRows,
  maxDifferencesTold,
} from '@lianxin/contracts';
import { Database, ServiceContext, type Transaction } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { readPositions } from './consumer.store.ts';
import { EventConsumer } from './consumer.ts';
import { type BucketDigest, compareRows, differingBuckets, hasReached } from './digest.rules.ts';
import * as store from './digest.store.ts';
import type { EventLog, LanePosition } from './event-log.ts';
import { lockLanes } from './lanes.ts';
import { Loop } from './loop.ts';
import { newEvent, Outbox } from './outbox.ts';

const idleMs = 500;
/** Buckets that are asked for at a time: of a million rows some thirty thousand. */
const bucketsPerQuestion = 8;
/** A service that is rebuilt hears of the nights of years: only the last one is still worth an answer. */
const freshMs = 86_400_000;
/** Rows that differ only because they change all the time are looked at so often. */
const maxTries = 5;

type Result = Omit<EventData<typeof digestCompared>, 'holder'>;
/** Looks at the service's own rows; undefined when the result comes later, by `conclude`. */
export type OwnLook = (tx: Transaction, runId: string) => Promise<Omit<Result, 'runId' | 'view'> | undefined>;

/**
 * The nightly comparison of copies with their owners (design §3, guarantee 5; decision 0016). The owner of a view says how many rows it has in each bucket, and
 * a hash; whoever keeps a copy reads the log as far as it went when that came, compares, asks for the rows of buckets that differ, and says what it found.
 * Services never call each other, and nothing is changed.
 */
@Injectable()
export class Digests implements OnApplicationBootstrap {
  private readonly owned = new Map<DigestView, string>();
  private readonly held = new Map<DigestView, string>();
  private readonly looks = new Map<DigestView, OwnLook>();
  private readonly loop: Loop;
  private isListening = false;

  constructor(
    private readonly log: EventLog,
    private readonly database: Database,
    private readonly consumer: EventConsumer,
    private readonly outbox: Outbox,
    private readonly context: ServiceContext,
  ) {
    this.loop = new Loop({
      idleMs,
      turn: () => this.turn(),
      onError: (error) => context.logger.warn({ err: error }, 'the comparison with other services will try again'),
    });
  }

  /** This service owns the rows of a view: `sql` gives (id text, version integer, state text). Before the application starts. */
  own(view: DigestView, sql: string): void {
    this.owned.set(view, sql);
    this.listen();
  }

  /** This service keeps a copy: `sql` gives the same rows as the owner's, as far as they were heard. Before the application starts. */
  hold(view: DigestView, sql: string): void {
    this.held.set(view, sql);
    this.listen();
  }

  /** This service looks at rows that are all its own. Before the application starts. */
  examine(view: DigestView, look: OwnLook): void {
    this.looks.set(view, look);
    this.listen();
  }

  onApplicationBootstrap(): void {
    if (this.isListening) this.loop.start();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
  }

  /** Says the result of a comparison. */
  async conclude(tx: Transaction, result: Result): Promise<void> {
    const found = result.found.slice(0, maxDifferencesTold);
    if (result.differences > 0)
      this.context.logger.error({ view: result.view, differences: result.differences, first: found[0] }, 'copies differ from their owner');
    await this.say(tx, result.view, [
      newEvent({
        definition: digestCompared,
        key: digestKey(result.view),
        data: { ...result, holder: this.context.name, found },
      }),
    ]);
  }

  private listen(): void {
    if (this.isListening) return;
    this.isListening = true;
    this.consumer.register({
      types: [digestRequested, digestMade, digestQuestioned, digestAnswered],
      together: 'AS_OTHERS',
      handle: (tx, events) => this.hear(tx, events),
    });
  }

  /** Only notes what is to be done: whole tables are not read while events wait. */
  private async hear(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    for (const event of events.filter(isOfToday)) {
      if (isEvent(event, digestRequested)) {
        const { runId } = event.data;
        const views = [...this.owned.keys(), ...this.looks.keys()];
        await store.addOrders(
          tx,
          views.map((view) => ({ runId, view, holder: '', round: 0, buckets: null })),
        );
      } else if (isEvent(event, digestMade) && this.held.has(event.data.view)) {
        await store.beginComparison(tx, { view: event.data.view, runId: event.data.runId, told: event.data.buckets });
      } else if (isEvent(event, digestQuestioned) && this.owned.has(event.data.view)) await store.addOrders(tx, [event.data]);
      else if (isEvent(event, digestAnswered) && event.data.holder === this.context.name) await store.addAnswer(tx, event.data);
    }
    tx.afterCommit(() => this.loop.wake());
  }

  private async turn(): Promise<boolean> {
    const worked = await this.carryOut();
    await this.lookUpEnds();
    return (await this.compareReady()) || worked;
  }

  private async carryOut(): Promise<boolean> {
    return this.database.consumerTransaction(async (tx) => {
      const order = await store.takeOrder(tx);
      if (order === undefined) return false;
      await store.allowTime(tx);
      const look = this.looks.get(order.view);
      const sql = this.owned.get(order.view);
      if (look !== undefined) await this.look(tx, order, look);
      else if (sql !== undefined && order.buckets === null) await this.makeDigest(tx, order, sql);
      else if (sql !== undefined && order.buckets !== null) await this.answer(tx, order, sql, order.buckets);
      return true;
    });
  }

  private async look(tx: Transaction, { runId, view }: store.DigestOrder, look: OwnLook): Promise<void> {
    const result = await look(tx, runId);
    if (result !== undefined) await this.conclude(tx, { runId, view, ...result });
  }

  /** Read in one statement, and said after it: whatever it has counted stands before it in the outbox, and so in the log. */
  private async makeDigest(tx: Transaction, { runId, view }: store.DigestOrder, sql: string): Promise<void> {
    const digest = await store.readDigest(tx, sql);
    const none: BucketDigest = { count: 0, hash: '0' };
    const buckets = Array.from({ length: digestBuckets }, (_, bucket) => digest.get(bucket) ?? none);
    await this.say(tx, view, [newEvent({ definition: digestMade, key: digestKey(view), data: { runId, view, buckets } })]);
  }

  private async answer(
    tx: Transaction,
    { runId, view, holder, round }: store.DigestOrder,
    sql: string,
    buckets: readonly number[],
  ): Promise<void> {
    const rows = Map.groupBy(await store.readRows(tx, sql, buckets), (row) => row.bucket);
    const events = buckets.flatMap((bucket) => {
      const own = (rows.get(bucket) ?? []).map(({ id, version, state }) => ({ id, version, state }));
      const parts = Math.max(1, Math.ceil(own.length / maxAnsweredRows));
      return Array.from({ length: parts }, (_, part) => {
        const share = own.slice(part * maxAnsweredRows, (part + 1) * maxAnsweredRows);
        const data = { runId, view, holder, round, bucket, part: part + 1, parts, rows: share };
        return newEvent({ definition: digestAnswered, key: digestKey(view), data });
      });
    });
    await this.say(tx, view, events);
  }

  /** Outside any transaction: the log is asked. What the owner had said stands in it by now, so reading up to here is enough. */
  private async lookUpEnds(): Promise<void> {
    const open = await this.database.consumerTransaction((tx) => store.readWithoutEnds(tx));
    for (const comparison of open) {
      const ends: LanePosition[] = [];
      for (const topic of digestViews[comparison.view].topics)
        for (const [partition, nextOffset] of await this.log.endOffsets(topic)) ends.push({ topic, partition, nextOffset });
      await this.database.consumerTransaction((tx) => store.setEnds(tx, comparison, ends));
    }
  }

  private async compareReady(): Promise<boolean> {
    return this.database.consumerTransaction(async (tx) => {
      const comparisons = await store.readComparisons(tx);
      if (comparisons.length === 0) return false;
      await store.allowTime(tx);
      const positions = await readPositions(tx, this.consumer.group);
      for (const ready of comparisons.filter(({ ends }) => hasReached(ends ?? [], positions))) {
        const sql = this.held.get(ready.view);
        if (sql === undefined || !(await store.takeView(tx, ready.view))) continue;
        if (ready.phase === 'TOLD') await this.compareDigests(tx, ready, sql);
        else await this.compareBuckets(tx, ready, sql);
        return true;
      }
      return false;
    });
  }

  private async compareDigests(tx: Transaction, comparison: store.Comparison, sql: string): Promise<void> {
    const own = await store.readDigest(tx, sql);
    if (!(await store.isStanding(tx, comparison))) return;
    const waiting = differingBuckets(comparison.told, own);
    const rowCount = [...own.values()].reduce((sum, { count }) => sum + count, 0);
    await this.goOn(tx, { ...comparison, rowCount, waiting, questioned: waiting.length });
  }

  private async compareBuckets(tx: Transaction, comparison: store.Comparison, sql: string): Promise<void> {
    const { view, round, asked, tries } = comparison;
    const mine = await store.readRows(tx, sql, asked);
    const its = await store.readAnswers(tx, view, round);
    if (!(await store.isStanding(tx, comparison))) return;
    const { differences, suspects } = compareRows(its, mine, tries > 1 ? comparison.suspects : null);
    const found = {
      ...comparison,
      differences: comparison.differences + differences.length,
      found: [...comparison.found, ...differences].slice(0, maxDifferencesTold),
    };
    const again = [...new Set([...its, ...mine].filter((row) => suspects[row.id] !== undefined).map((row) => row.bucket))];
    if (again.length > 0 && tries < maxTries) await this.ask(tx, { ...found, asked: again, suspects, tries: tries + 1 });
    else await this.goOn(tx, { ...found, moving: found.moving + Object.keys(suspects).length });
  }

  /** Asks for the next buckets that differ, or says the result when there are none. */
  private async goOn(tx: Transaction, comparison: store.Comparison): Promise<void> {
    const asked = comparison.waiting.slice(0, bucketsPerQuestion);
    if (asked.length > 0) {
      await this.ask(tx, { ...comparison, asked, waiting: comparison.waiting.slice(asked.length), suspects: {}, tries: 1 });
      return;
    }
    const { runId, view, rowCount, questioned, moving, differences, found } = comparison;
    await store.endComparison(tx, view);
    await this.conclude(tx, { runId, view, rows: rowCount, questioned, moving, differences, found: [...found] });
  }

  private async ask(tx: Transaction, comparison: store.Comparison): Promise<void> {
    const next = { ...comparison, round: comparison.round + 1 };
    await store.saveQuestion(tx, next);
    const { runId, view, round, asked } = next;
    const data = { runId, view, holder: this.context.name, round, buckets: [...asked] };
    await this.say(tx, view, [newEvent({ definition: digestQuestioned, key: digestKey(view), data })]);
  }

  private async say(tx: Transaction, view: DigestView, events: ReturnType<typeof newEvent>[]): Promise<void> {
    await lockLanes(tx, [digestKey(view)]);
    await this.outbox.publish(tx, events);
  }
}

function isOfToday(event: LianxinEvent): boolean {
  return Date.now() - Date.parse(event.recordedTime) < freshMs;
}
