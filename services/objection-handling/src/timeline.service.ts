import { addDays, endOfDayBeijing, type Principal, ProblemError } from '@lianxin/contracts';
import { Database, decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { foldedTopics, foldState } from './journal-state.rules.ts';
import { topicsFor, type Viewer, viewerOf } from './journal-viewer.rules.ts';
import type { TimelineFilter, TimelinePage, TimelineQuery } from './timeline.schemas.ts';
import { type EventFilter, type EventRow, type Lane, orderKeyOf, TimelineStore } from './timeline.store.ts';
import { timelineEventOf } from './timeline.view.ts';

const cursorSchema = z.tuple([z.int(), z.int(), z.string(), z.int(), z.uuid()]);
/** Rows read at once where a whole journal is read. */
const portion = 1_000;

/** A subject's journal as one reader sees it. */
export interface Sight {
  readonly subjectId: string;
  readonly viewer: Viewer;
  readonly lanes: readonly Lane[];
  /** Keys that are the subject's own. */
  readonly ownKeys: ReadonlySet<string>;
}

/** Reads timelines: pages in the derived order, and the state on any date. */
@Injectable()
export class TimelineService {
  constructor(
    private readonly database: Database,
    private readonly store: TimelineStore,
  ) {}

  /** @throws ProblemError NOT_FOUND for a subject of whom the caller may see nothing, CURSOR_INVALID */
  readPage(principal: Principal, subjectId: string, query: TimelineQuery): Promise<TimelinePage> {
    const { cursor, limit, sort, asOf } = query;
    const after = cursor === undefined ? undefined : decodeCursor(cursorSchema, cursor);
    return this.database.transaction(principal, async (tx) => {
      const sight = await this.look(tx, principal, subjectId);
      const rows = await this.store.findEvents(tx, sight.lanes, filterOf(sight, query), {
        after,
        descending: sort === '-time',
        limit: limit + 1,
      });
      if (rows.length === 0) await this.assertVisible(tx, sight);
      const page = pageOf(rows, limit, orderKeyOf, (row) => timelineEventOf(row, sight.viewer, sight.ownKeys));
      return {
        data: [...page.data],
        page: page.page,
        state: asOf === undefined ? null : await this.stateOf(tx, sight, asOf, query),
      };
    });
  }

  /** @throws ProblemError NOT_FOUND when a subject asks about another */
  async look(tx: Transaction, principal: Principal, subjectId: string): Promise<Sight> {
    const viewer = viewerOf(principal);
    if (viewer.kind === 'SUBJECT' && viewer.subjectId !== subjectId) throw new ProblemError('NOT_FOUND', '没有该主体，或不是本人');
    const lanes = await this.store.findLanes(tx, subjectId);
    const ownKeys = new Set(lanes.filter((lane) => lane.entryIds === null).map((lane) => lane.subjectKey));
    return { subjectId, viewer, lanes, ownKeys };
  }

  /** All events of a filter, in portions; `use` is called with each in turn. */
  async forEach(
    tx: Transaction,
    sight: Sight,
    filter: EventFilter,
    use: (rows: readonly EventRow[]) => Promise<void> | void,
  ): Promise<void> {
    let after: ReturnType<typeof orderKeyOf> | undefined;
    for (;;) {
      const rows = await this.store.findEvents(tx, sight.lanes, filter, { after, descending: false, limit: portion });
      await use(rows);
      const last = rows.at(-1);
      if (last === undefined || rows.length < portion) return;
      after = orderKeyOf(last);
    }
  }

  /** @throws ProblemError NOT_FOUND: another's subject, or none */
  async assertVisible(tx: Transaction, sight: Sight): Promise<void> {
    const filter = { topics: topicsFor(sight.viewer) };
    const [one] = await this.store.findEvents(tx, sight.lanes, filter, { descending: false, limit: 1 });
    if (one === undefined) throw new ProblemError('NOT_FOUND', '没有该主体，或其中没有与本部门有关的事件');
  }

  private async stateOf(tx: Transaction, sight: Sight, asOf: string, query: TimelineFilter): Promise<TimelinePage['state']> {
    const allowed = topicsFor(sight.viewer);
    const topics = foldedTopics.filter((topic) => allowed === undefined || allowed.includes(topic));
    const events: { eventId: string; type: string; data: unknown }[] = [];
    await this.forEach(tx, sight, { topics, before: endOfDayBeijing(asOf), entryId: query.entryId }, (rows) => {
      for (const row of rows)
        events.push({ eventId: row.event_id, type: row.type, data: timelineEventOf(row, sight.viewer, sight.ownKeys).data });
    });
    const { entries, plans, tasks } = foldState(events);
    return { asOf, entries: [...entries], plans: [...plans], tasks: tasks.map((task) => ({ ...task, planIds: [...task.planIds] })) };
  }
}

/** Days are Beijing's, the last included. */
export function filterOf(sight: Sight, query: TimelineFilter): EventFilter {
  const last = [query.asOf, query.to].filter((day) => day !== undefined).sort()[0];
  return {
    topics: topicsFor(sight.viewer),
    types: query.types,
    entryId: query.entryId,
    taskId: query.taskId,
    from: query.from === undefined ? undefined : endOfDayBeijing(addDays(query.from, -1)),
    before: last === undefined ? undefined : endOfDayBeijing(last),
  };
}
