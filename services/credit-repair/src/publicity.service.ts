import { repairPublicityLimited } from '@lianxin/contracts';
import { lockLanes, type NewEvent, newEvent, Outbox, Timers } from '@lianxin/messaging';
import { Clock, contentHash, Database, type Transaction } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type ItemRow, itemOf } from './item.rules.ts';
import { ItemStore } from './item.store.ts';
import { newRegimeFrom } from './period.rules.ts';
import { repairPolicy } from './policy.data.ts';
import { publicityLimitOf } from './publicity.rules.ts';
import { findPerformance, findUnjudged, saveJudged } from './publicity.store.ts';

const sweepTimer = 'repair-publicity';
const sweepSize = 200;
const dayMs = 86_400_000;
const policyHash = contentHash({ periods: repairPolicy.periods, grades: repairPolicy.grades, keyFields: repairPolicy.keyFields });

/** Tells how long a penalty may be public at most, where its department has announced more or nothing (R-5-5, R-5-6); its owner carries it out. */
@Injectable()
export class PublicityService implements OnApplicationBootstrap {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly items: ItemStore,
    private readonly outbox: Outbox,
    private readonly timers: Timers,
  ) {
    timers.register(sweepTimer, (tx) => this.sweep(tx));
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.database.consumerTransaction((tx) => this.timers.set(tx, sweepTimer, [{ reference: 'all', dueAt: this.clock.now() }]));
  }

  /** Judges records that have just become public; under the lanes of their subjects. */
  async judge(tx: Transaction, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const rows = await this.items.find(tx, { ids });
    await this.tell(
      tx,
      rows.filter((row) => row.kind === 'PENALTY' && row.status === 'PUBLISHED'),
    );
  }

  /** Every day, and at each start: what an older law has judged, or nobody has, and what is to be looked at again. */
  private async sweep(tx: Transaction): Promise<void> {
    const seen = await findUnjudged(tx, this.judgedBy(), this.clock.today(), sweepSize);
    await lockLanes(
      tx,
      seen.flatMap((row) => [row.lane_key, row.subject_id]),
    );
    await this.judge(
      tx,
      seen.map((row) => row.id),
    );
    const next = seen.length < sweepSize ? this.clock.now().getTime() + dayMs : this.clock.now().getTime();
    await this.timers.set(tx, sweepTimer, [{ reference: 'all', dueAt: new Date(next) }]);
  }

  private async tell(tx: Transaction, rows: readonly ItemRow[]): Promise<void> {
    if (rows.length === 0) return;
    const today = this.clock.today();
    const performed = new Map(
      (
        await findPerformance(
          tx,
          rows.map((row) => row.id),
        )
      ).map((row) => [row.item_id, row.on]),
    );
    const events: NewEvent[] = [];
    const judged = rows.map((row) => {
      const limit = publicityLimitOf(repairPolicy, itemOf(row), performed.get(row.id) ?? row.performed_on, today);
      if (limit.state === 'LIMITED') {
        const { publicUntil, regime, clause, grade } = limit;
        const { id: recordId, number, subject_id: subjectId, department_code: departmentCode } = row;
        const data = { recordId, recordKind: 'PENALTY' as const, number, subjectId, departmentCode, publicUntil, regime, clause, grade };
        const announced = { announcedUntil: row.term_end, announcedGrade: row.grade };
        events.push(newEvent({ definition: repairPublicityLimited, key: row.lane_key, data: { ...data, ...announced } }));
      }
      return { id: row.id, state: limit.state, recheckOn: limit.recheckOn };
    });
    await saveJudged(tx, this.judgedBy(), judged);
    await this.outbox.publish(tx, events);
  }

  /** Under which law a record was judged: another one, or the day on which everything is graded again, judges it anew. */
  private judgedBy(): string {
    return `${policyHash}/${this.clock.today() >= newRegimeFrom ? 'REG36' : 'REG58'}`;
  }
}
