import type { LianxinEvent } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';

/** Where events of one subject stand: everything of one key, or of these entries only. */
export interface Lane {
  readonly subjectKey: string;
  /** Null: everything. */
  readonly entryIds: readonly string[] | null;
}

/** Sort key of the derived order; times in milliseconds. */
export type OrderKey = readonly [moment: number, depth: number, source: string, sequence: number, eventId: string];

/** One event as evidence shows it, with its data as it was sent. */
export interface EvidenceRow {
  readonly subject_key: string;
  readonly event_id: string;
  readonly topic: string;
  readonly type: string;
  readonly source: string;
  readonly subject_seq: number;
  readonly time: Date;
  readonly recorded_time: Date;
  readonly correlation_id: string;
  readonly causation_id: string | null;
  readonly replay_id: string | null;
  readonly data: string;
  readonly sha256: string;
}

/** One event of the journal, with what places it. */
export interface EventRow extends EvidenceRow {
  readonly classification: string;
  readonly actor: string | null;
  readonly entry_ids: readonly string[];
  readonly plan_ids: readonly string[];
  readonly task_ids: readonly string[];
  readonly order_time: Date;
  readonly order_depth: number;
}

export interface EventFilter {
  readonly topics?: readonly string[] | undefined;
  readonly types?: readonly string[] | undefined;
  readonly entryId?: string | undefined;
  readonly taskId?: string | undefined;
  /** Only what stands before this moment. */
  readonly before?: Date | undefined;
  readonly from?: Date | undefined;
}

export interface PageOfEvents {
  readonly after?: OrderKey | undefined;
  readonly descending: boolean;
  readonly limit: number;
}

const columns = `subject_key, event_id, topic, type, source, subject_seq, time, recorded_time, correlation_id, causation_id, classification, actor, replay_id,
  data, sha256, entry_ids, plan_ids, task_ids, order_time, order_depth`;
const orderColumns = ['order_time', 'order_depth', 'source', 'subject_seq', 'event_id'];

export function orderKeyOf(row: EventRow): OrderKey {
  return [row.order_time.getTime(), row.order_depth, row.source, row.subject_seq, row.event_id];
}

/** What a fold reads of an event: what was said, by whom and of whom. */
export type ToldRow = Pick<EventRow, 'subject_key' | 'event_id' | 'type' | 'source' | 'data'>;

/** The event of a row, for folds: they read neither its times nor its place, which the order of the rows tells. */
export function toldEventOf(row: ToldRow): LianxinEvent {
  return {
    id: row.event_id,
    type: row.type,
    source: row.source,
    key: row.subject_key,
    subjectSeq: 0,
    time: '',
    recordedTime: '',
    correlationId: row.event_id,
    classification: 'internal',
    data: JSON.parse(row.data),
  };
}

/** Reads the journal. Row security narrows what a request sees. */
@Injectable()
export class TimelineStore {
  /** The subject's own key, those of subjects that proved to be this one, and entries that name it as a party beside their subject. */
  async findLanes(tx: Transaction, subjectId: string): Promise<Lane[]> {
    const merged = await tx.query<{ subject_id: string }>(
      `WITH RECURSIVE same (subject_id) AS (
         SELECT $1::uuid UNION SELECT merger.subject_id FROM same JOIN journal_merger AS merger ON merger.merged_into = same.subject_id
       ) SELECT subject_id FROM same`,
      [subjectId],
    );
    const own = merged.map((row) => row.subject_id);
    const parties = await tx.query<{ subject_key: string; entry_ids: string[] }>(
      `SELECT subject_key, array_agg(entry_id ORDER BY entry_id) AS entry_ids FROM journal_party
       WHERE subject_id = ANY($1::uuid[]) AND subject_key <> ALL($2::text[]) GROUP BY subject_key ORDER BY subject_key`,
      [own, own],
    );
    return [
      ...own.map((subjectKey): Lane => ({ subjectKey, entryIds: null })),
      ...parties.map((row): Lane => ({ subjectKey: row.subject_key, entryIds: row.entry_ids })),
    ];
  }

  /** One page in the derived order, at most `limit` rows. Each lane gives its first rows, so that a page costs the same however long they are. */
  async findEvents(tx: Transaction, lanes: readonly Lane[], filter: EventFilter, page: PageOfEvents): Promise<EventRow[]> {
    const parameters: unknown[] = [];
    const given = (value: unknown, type: string) => `$${parameters.push(value)}::${type}`;
    const order = orderColumns.map((column) => `${column} ${page.descending ? 'DESC' : 'ASC'}`).join(', ');
    const conditions = this.conditionsOf(filter, page, given);
    const limit = given(page.limit, 'integer');
    const parts = lanes.map((lane) => {
      const ofLane = [`subject_key = ${given(lane.subjectKey, 'text')}`];
      if (lane.entryIds !== null) ofLane.push(`entry_ids && ${given(lane.entryIds, 'uuid[]')}`);
      return `(SELECT ${columns} FROM journal_event WHERE ${[...ofLane, ...conditions].join(' AND ')} ORDER BY ${order} LIMIT ${limit})`;
    });
    return tx.query<EventRow>(
      `SELECT ${columns} FROM (${parts.join(' UNION ALL ')}) AS found ORDER BY ${order} LIMIT ${limit}`,
      parameters,
    );
  }

  private conditionsOf(filter: EventFilter, page: PageOfEvents, given: (value: unknown, type: string) => string): string[] {
    const conditions: string[] = [];
    if (filter.topics !== undefined) conditions.push(`topic = ANY(${given(filter.topics, 'text[]')})`);
    if (filter.types !== undefined) conditions.push(`type = ANY(${given(filter.types, 'text[]')})`);
    if (filter.entryId !== undefined) conditions.push(`${given(filter.entryId, 'uuid')} = ANY(entry_ids)`);
    if (filter.taskId !== undefined) conditions.push(`${given(filter.taskId, 'uuid')} = ANY(task_ids)`);
    if (filter.from !== undefined) conditions.push(`order_time >= ${given(filter.from, 'timestamptz')}`);
    if (filter.before !== undefined) conditions.push(`order_time < ${given(filter.before, 'timestamptz')}`);
    if (page.after !== undefined) {
      const [moment, depth, source, sequence, eventId] = page.after;
      const key = [
        given(new Date(moment), 'timestamptz'),
        given(depth, 'integer'),
        given(source, 'text'),
        given(sequence, 'bigint'),
        given(eventId, 'uuid'),
      ];
      conditions.push(`(${orderColumns.join(', ')}) ${page.descending ? '<' : '>'} (${key.join(', ')})`);
    }
    return conditions;
  }

  async findEvent(tx: Transaction, eventId: string): Promise<EventRow | undefined> {
    const [row] = await tx.query<EventRow>(`SELECT ${columns} FROM journal_event WHERE event_id = $1`, [eventId]);
    return row;
  }

  /** Of these events those that the caller may see. */
  async findVisible(tx: Transaction, eventIds: readonly string[]): Promise<Set<string>> {
    const rows = await tx.query<{ event_id: string }>('SELECT event_id FROM journal_event WHERE event_id = ANY($1::uuid[])', [eventIds]);
    return new Set(rows.map((row) => row.event_id));
  }

  /** The first event of this key and type that tells of a task, plan or entry. */
  async findFirst(
    tx: Transaction,
    subjectKey: string,
    type: readonly string[],
    reference: { readonly column: 'task_ids' | 'plan_ids' | 'entry_ids'; readonly id: string },
  ): Promise<EventRow | undefined> {
    const [row] = await tx.query<EventRow>(
      `SELECT ${columns} FROM journal_event WHERE subject_key = $1 AND type = ANY($2) AND $3::uuid = ANY(${reference.column})
       ORDER BY order_time, order_depth, source, subject_seq, event_id LIMIT 1`,
      [subjectKey, type, reference.id],
    );
    return row;
  }

  /** The department that has a task of this entry. */
  async findTaskDepartment(tx: Transaction, subjectKey: string, entryId: string, taskId: string): Promise<string | undefined> {
    const found = await this.findFirst(tx, subjectKey, ['lianxin.task.dispatched.v1'], { column: 'task_ids', id: taskId });
    if (found === undefined || !found.entry_ids.includes(entryId)) return undefined;
    const { tasks } = JSON.parse(found.data) as { tasks: { taskId: string; departmentCode: string }[] };
    return tasks.find((task) => task.taskId === taskId)?.departmentCode;
  }

  /** Everything of one key that tells of these nouns, for a fold. */
  async findOfTopics(tx: Transaction, subjectKey: string, topics: readonly string[]): Promise<EventRow[]> {
    return tx.query<EventRow>(`SELECT ${columns} FROM journal_event WHERE subject_key = $1 AND topic = ANY($2)`, [subjectKey, topics]);
  }
}
