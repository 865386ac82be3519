import {
  cityReceiver,
  isTold,
  type LianxinEvent,
  type Principal,
  ProblemError,
  projectionsOf,
  redeliveryDelivered,
  seesWholeCity,
} from '@lianxin/contracts';
import { Clock, Database, decodeCursor, encodeCursor, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { is } from './event.rules.ts';
import { originalOf } from './redelivery.original.ts';
import { StreamHub } from './stream.hub.ts';
import { cloudEventOf } from './stream.rules.ts';
import { StreamSettings } from './stream.settings.ts';
import { type StreamEvent, type StreamHead, type StreamRow, StreamStore } from './stream.store.ts';

/** A place in one receiver's stream: after the event with this number. */
export interface StreamPosition {
  readonly receiver: string;
  /** Empty before the stream began. */
  readonly epoch: string;
  readonly sequence: number;
}

export interface StreamPage {
  readonly events: readonly StreamEvent[];
  /** Where to go on: after the last event, or after all that was looked through. */
  readonly next: StreamPosition;
  /** Number of the newest event of the stream. */
  readonly lastSequence: number;
}

const cursorSchema = z.tuple([z.string().max(50), z.string().max(20), z.int().nonnegative()]);

/** Opaque to clients. */
export function cursorOf(position: StreamPosition): string {
  return encodeCursor([position.receiver, position.epoch, position.sequence]);
}

/** What happens, told to each receiver under numbers of its own without a gap (product §B.3). */
@Injectable()
export class StreamService {
  constructor(
    private readonly database: Database,
    private readonly store: StreamStore,
    private readonly hub: StreamHub,
    private readonly clock: Clock,
    private readonly settings: StreamSettings,
  ) {}

  async lockWriter(tx: Transaction): Promise<void> {
    await this.store.lockWriter(tx);
  }

  /**
   * Puts events into the streams of those whom they concern. What was recorded before the streams begin stays out: it has left them, and would come back
   * as news when the service hears everything again.
   */
  async append(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    const begin = await this.beginOf(tx);
    const rows = events.filter((event) => new Date(event.recordedTime) >= begin).flatMap(rowsOf);
    if (rows.length === 0) return;
    const heads = await this.store.append(tx, rows);
    tx.afterCommit(() => this.hub.announce(heads));
  }

  /** The retention, or what has been removed already where the retention was shorter once. */
  private async beginOf(tx: Transaction): Promise<Date> {
    const oldestKept = this.settings.oldestKept(this.clock.now());
    const removedBefore = await this.store.findRemovedBefore(tx);
    return removedBefore !== undefined && removedBefore > oldestKept ? removedBefore : oldestKept;
  }

  /**
   * The stream that a caller reads: that of the whole city for its roles, else that of its department.
   * @param department names one of several; the city's roles may look into any.
   * @throws ProblemError NOT_FOUND for a department that is not the caller's, VALIDATION_FAILED when one of several must be named, FORBIDDEN without any.
   */
  receiverOf(principal: Principal, department: string | undefined): string {
    const { departments } = principal;
    if (seesWholeCity(principal)) return department ?? cityReceiver;
    if (department !== undefined && !departments.includes(department))
      throw new ProblemError('NOT_FOUND', '没有这个部门的事件流，或者不属于本部门');
    const [only] = departments;
    if (only === undefined) throw new ProblemError('FORBIDDEN', '事件流属于部门；当前账号没有所属部门，也没有全市查看权限');
    if (department === undefined && departments.length > 1)
      throw new ProblemError('VALIDATION_FAILED', `请用 department 指定一个部门：${departments.join('、')}`, [
        { pointer: '/department', code: 'VALIDATION_FAILED', detail: '账号属于多个部门，须指定其中一个' },
      ]);
    return department ?? only;
  }

  /**
   * Where a reader begins: after its cursor, or at one end of the stream.
   * @throws ProblemError CURSOR_INVALID for a cursor of another stream, CURSOR_EXPIRED when events after it have been removed.
   */
  positionOf(principal: Principal, receiver: string, cursor: string | undefined, without: 'START' | 'END'): Promise<StreamPosition> {
    return this.database.transaction(principal, (tx) => this.readPosition(tx, receiver, cursor, without));
  }

  async readPosition(tx: Transaction, receiver: string, cursor: string | undefined, without: 'START' | 'END'): Promise<StreamPosition> {
    const head = await this.headOf(tx, receiver);
    if (cursor === undefined)
      return { receiver, epoch: head.epoch, sequence: without === 'END' ? head.lastSequence : head.oldestSequence - 1 };
    const [ofReceiver, epoch, sequence] = decodeCursor(cursorSchema, cursor);
    const fitsEpoch = epoch === head.epoch || (epoch === '' && sequence === 0);
    if (ofReceiver !== receiver || !fitsEpoch || sequence > head.lastSequence)
      throw new ProblemError('CURSOR_INVALID', '游标不属于当前事件流，请从头读取（不带 after）');
    if (sequence < head.oldestSequence - 1)
      throw new ProblemError(
        'CURSOR_EXPIRED',
        `游标之后的部分事件已超过保留期（${this.settings.retentionDays} 天），请从头读取（不带 after）并核对数据`,
      );
    return { receiver, epoch: head.epoch, sequence };
  }

  /** What follows a position, at most `limit` events; of the named types only, if any are. */
  read(principal: Principal, position: StreamPosition, limit: number, types: readonly string[] | undefined): Promise<StreamPage> {
    return this.database.transaction(principal, (tx) => this.readPage(tx, position, limit, types));
  }

  async readPage(tx: Transaction, position: StreamPosition, limit: number, types: readonly string[] | undefined): Promise<StreamPage> {
    const head = await this.headOf(tx, position.receiver);
    if (position.epoch !== '' && position.epoch !== head.epoch)
      throw new ProblemError('CURSOR_INVALID', '事件流已重建，请从头读取（不带 after）');
    const range = { after: position.sequence, upTo: head.lastSequence, limit };
    const events = await this.store.findEvents(tx, position.receiver, range, types);
    const sequence =
      events.length === limit ? (events.at(-1)?.sequence ?? position.sequence) : Math.max(head.lastSequence, position.sequence);
    return { events, next: { receiver: position.receiver, epoch: head.epoch, sequence }, lastSequence: head.lastSequence };
  }

  /** Removes up to `limit` events that are past the retention. Returns how many went. */
  async removeOld(tx: Transaction, limit: number): Promise<number> {
    await this.store.lockWriter(tx);
    return this.store.removeBefore(tx, this.settings.oldestKept(this.clock.now()), limit);
  }

  /** The head is read before the events: what is appended in between comes with the next look. */
  private async headOf(tx: Transaction, receiver: string): Promise<StreamHead> {
    const [head] = await this.store.findHeads(tx, [receiver]);
    return head ?? { receiver, epoch: '', oldestSequence: 1, lastSequence: 0 };
  }
}

/** What an event adds to which streams; a redelivery adds its original to the stream of the department that is to have it again. */
function rowsOf(event: LianxinEvent): StreamRow[] {
  if (is(event, redeliveryDelivered)) {
    const { redeliveryId, departmentCode } = event.data;
    const original = originalOf(event.data);
    const cloudEvent = cloudEventOf(original, original.data, redeliveryId);
    return [{ receiver: departmentCode, eventId: original.id, type: original.type, cloudEvent, redeliveryId }];
  }
  return projectionsOf(event)
    .filter(({ receiver }) => isTold(event, receiver))
    .map(({ receiver, data }) => ({
      receiver,
      eventId: event.id,
      type: event.type,
      cloudEvent: cloudEventOf(event, data),
      redeliveryId: null,
    }));
}
