import { randomUUIDv7 } from 'node:crypto';
import { quarterOf, type UrgeLevel, type UrgeReceiver, urgedTasksPerEvent, urgeSent } from '@lianxin/contracts';
import { newEvent, Outbox, Timers } from '@lianxin/messaging';
import { Clock, Database, type Transaction } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { UrgeTimes } from './terms.ts';
import {
  bandsOn,
  entriesForInspection,
  halfYearOf,
  halfYearSpan,
  isUrgingTime,
  nextUrgingTime,
  officeLevels,
  receiversOf,
  type UrgeBand,
  type UrgeTerms,
} from './urge.rules.ts';
import { type UrgedTask, type UrgeMessage, UrgeStore } from './urge.store.ts';
import { UrgeDeliveryStore } from './urge-delivery.store.ts';

const dayKind = 'urge-day';
const departmentKind = 'urge-department';
/** The one timer of the days: there is always exactly one. */
const dayReference = 'next';

/** Urges once every working day, within the hours: one timer for the day, which sets one for each department that has something due (§4.5). */
@Injectable()
export class UrgeService implements OnApplicationBootstrap {
  constructor(
    private readonly timers: Timers,
    private readonly database: Database,
    private readonly store: UrgeStore,
    private readonly deliveries: UrgeDeliveryStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly times: UrgeTimes,
  ) {
    timers.register(dayKind, (tx) => this.fireDay(tx));
    timers.register(departmentKind, async (tx, references) => {
      for (const reference of references) await this.fireDepartment(tx, reference);
    });
  }

  /** The day that is awaited stays, also one that passed while nothing ran. */
  async onApplicationBootstrap(): Promise<void> {
    // Only a first start sets it, before anything can have been changed; the firing looks at what counts.
    await this.database.consumerTransaction((tx) => this.timers.ensure(tx, dayKind, [this.nextDay(this.times.byDefault())]));
  }

  private nextDay(times: UrgeTerms): { reference: string; dueAt: Date } {
    return { reference: dayReference, dueAt: nextUrgingTime(this.clock.now(), this.clock.calendar(), times) };
  }

  private async fireDay(tx: Transaction): Promise<void> {
    const now = this.clock.now();
    await this.timers.set(tx, dayKind, [this.nextDay(this.times.on())]);
    // Never at night nor on a day off: what is due then is urged when the next working day begins.
    if (!isUrgingTime(now, this.clock.calendar(), this.times.on())) return;
    const today = this.clock.today();
    const departments = await this.store.readDepartments(tx, bandsOn(today, this.clock.calendar(), this.times.on()));
    await this.timers.set(
      tx,
      departmentKind,
      departments.map((code) => ({ reference: `${today}|${code}`, dueAt: now })),
    );
  }

  private async fireDepartment(tx: Transaction, reference: string): Promise<void> {
    const [day = '', department = ''] = reference.split('|');
    // Left over from a day that is gone: the day that is now urges what it finds.
    if (day !== this.clock.today() || !isUrgingTime(this.clock.now(), this.clock.calendar(), this.times.on())) return;
    for (const band of bandsOn(day, this.clock.calendar(), this.times.on())) {
      await this.urge(tx, department, band, day, false);
      if (officeLevels.includes(band.level)) await this.urge(tx, department, band, day, true);
    }
  }

  private async urge(tx: Transaction, department: string, band: UrgeBand, urgedOn: string, forOffice: boolean): Promise<void> {
    const id = randomUUIDv7();
    const tasks = await this.store.noteTasks(tx, department, band, { id, forOffice, urgedOn });
    if (tasks.length === 0) return;
    const receivers: readonly UrgeReceiver[] = forOffice ? ['CREDIT_OFFICE'] : receiversOf[band.level];
    const period = band.level === 'CIRCULAR' ? quarterOf(urgedOn) : null;
    await this.send(tx, { id, departmentCode: department, level: band.level, forOffice, urgedOn, period, receivers }, tasks);
    if (band.level === 'CIRCULAR') await this.inspect(tx, department, urgedOn, tasks);
  }

  /** Twice in the circulars of a half-year: the inspection of the half-year and the annual assessment look at the department (§4.5). */
  private async inspect(tx: Transaction, department: string, urgedOn: string, tasks: readonly UrgedTask[]): Promise<void> {
    const period = halfYearOf(urgedOn);
    if (await this.store.isInspected(tx, department, period)) return;
    if ((await this.store.countCircularEntries(tx, department, halfYearSpan(period))) < entriesForInspection) return;
    const head = { id: randomUUIDv7(), departmentCode: department, level: 'INSPECTION' as const, forOffice: false, urgedOn, period };
    await this.send(tx, { ...head, receivers: receiversOf.INSPECTION }, tasks);
  }

  private async send(
    tx: Transaction,
    head: Omit<UrgeMessage, 'letterNumber' | 'taskCount' | 'mutedCount' | 'sentAt'>,
    tasks: readonly UrgedTask[],
  ): Promise<void> {
    const sentAt = this.clock.now();
    const letterNumber = await this.letterNumber(tx, head.level, head.urgedOn);
    const mutedCount = tasks.filter((task) => task.muted).length;
    const message: UrgeMessage = { ...head, letterNumber, taskCount: tasks.length, mutedCount, sentAt };
    await this.store.insertMessage(tx, message);
    await this.deliveries.enqueue(tx, message);
    const parts = Math.ceil(tasks.length / urgedTasksPerEvent);
    await this.outbox.publish(
      tx,
      Array.from({ length: parts }, (_, index) =>
        newEvent({
          definition: urgeSent,
          key: message.id,
          time: sentAt,
          data: {
            messageId: message.id,
            level: message.level,
            departmentCode: message.departmentCode,
            urgedOn: message.urgedOn,
            letterNumber,
            receivers: [...message.receivers],
            period: message.period,
            taskCount: tasks.length,
            part: index + 1,
            parts,
            tasks: tasks
              .slice(index * urgedTasksPerEvent, (index + 1) * urgedTasksPerEvent)
              .map((task) => ({ taskId: task.taskId, dueAt: task.dueAt.toISOString() })),
            sentAt: sentAt.toISOString(),
          },
        }),
      ),
    );
  }

  private async letterNumber(tx: Transaction, level: UrgeLevel, urgedOn: string): Promise<string | null> {
    if (level !== 'RED') return null;
    const year = Number(urgedOn.slice(0, 4));
    return `LYG-CB-${year}-${String(await this.store.nextLetterNumber(tx, year)).padStart(6, '0')}`;
  }
}
