import {
  type EventData,
  isEvent as is,
  type LianxinEvent,
  listEntryActivated,
  listEntryRecognised,
  measurePlanMade,
  type Principal,
  ProblemError,
  taskDispatched,
} from '@lianxin/contracts';
import { Database, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { CatalogueStore } from './catalogue.store.ts';
import { isUuid } from './journal.rules.ts';
import { topicsFor } from './journal-viewer.rules.ts';
import type { EventCauses } from './timeline.schemas.ts';
import { type Sight, TimelineService } from './timeline.service.ts';
import { type EventRow, TimelineStore } from './timeline.store.ts';
import { summaryOf, timelineEventOf } from './timeline.view.ts';

type Link = EventCauses['chain'][number]['link'];
interface Step {
  readonly row: EventRow;
  readonly link: Link;
}

/** A chain longer than this is no chain of causes of ours. */
const longest = 100;
const tasksTopics = new Set(['lianxin.task', 'lianxin.feedback', 'lianxin.case']);

/** Why something is so: from an event up its causes to the flag and the law that it stands on. */
@Injectable()
export class CausesService {
  constructor(
    private readonly database: Database,
    private readonly timelines: TimelineService,
    private readonly store: TimelineStore,
    private readonly catalogue: CatalogueStore,
  ) {}

  /**
   * @param taskId of the tasks that the event tells of, the one that is asked about
   * @throws ProblemError NOT_FOUND when the event is not the subject's, or the caller may not see it
   */
  async explain(principal: Principal, subjectId: string, eventId: string, taskId: string | undefined): Promise<EventCauses> {
    const { sight, asked } = await this.database.transaction(principal, async (tx) => ({
      sight: await this.timelines.look(tx, principal, subjectId),
      asked: await this.store.findEvent(tx, eventId),
    }));
    const shown = topicsFor(sight.viewer);
    const mayShow = (row: EventRow) => shown === undefined || shown.includes(row.topic);
    if (asked === undefined || !isOf(sight, asked) || !mayShow(asked)) throw new ProblemError('NOT_FOUND', '没有该事件，或与本部门无关');
    // Whoever may see what was done may know why: the causes are read past row security and shown in summary where they are not the reader's own.
    const { chain, legalBasis, departmentNames } = await this.database.consumerTransaction(async (tx) => {
      const steps = await this.climb(tx, asked, taskId);
      const basis = await this.basisOf(tx, steps, asked, taskId, sight);
      const names = await this.catalogue.findDepartmentNames(
        tx,
        steps.flatMap(({ row }) => flagOf(row)?.designatingDepartment ?? []),
      );
      return { chain: steps, legalBasis: basis, departmentNames: names };
    });
    const visible = await this.database.transaction(principal, (tx) =>
      this.store.findVisible(
        tx,
        chain.map(({ row }) => row.event_id),
      ),
    );
    const flag = chain.map(({ row }) => flagOf(row)).find((found) => found !== undefined);
    return {
      eventId,
      chain: chain.map(({ row, link }) => ({
        link,
        event: visible.has(row.event_id) && mayShow(row) ? timelineEventOf(row, sight.viewer, sight.ownKeys) : summaryOf(row),
      })),
      flag:
        flag === undefined
          ? null
          : {
              entryId: flag.entryId,
              number: flag.number,
              listCode: flag.listCode,
              designatingDepartment: flag.designatingDepartment,
              designatingDepartmentZh: departmentNames.get(flag.designatingDepartment) ?? null,
              decision: flag.decision,
              activatedOn: flag.activatedOn,
            },
      legalBasis,
    };
  }

  private async climb(tx: Transaction, asked: EventRow, taskId: string | undefined): Promise<Step[]> {
    const steps: Step[] = [{ row: asked, link: 'ASKED' }];
    const seen = new Set([asked.event_id]);
    for (;;) {
      const last = steps.at(-1)?.row;
      if (last === undefined || steps.length >= longest) return steps;
      const next = await this.above(tx, last, taskId);
      if (next === undefined || seen.has(next.row.event_id)) return steps;
      seen.add(next.row.event_id);
      steps.push(next);
    }
  }

  /** The cause that the event names; where it names none (a person acted), what it acted on: the task's dispatch, its plan, its entry. */
  private async above(tx: Transaction, row: EventRow, taskId: string | undefined): Promise<Step | undefined> {
    if (row.causation_id !== null && isUuid(row.causation_id)) {
      const cause = await this.store.findEvent(tx, row.causation_id);
      if (cause !== undefined) return { row: cause, link: 'CAUSED_BY' };
    }
    const first = async (link: Link, types: readonly string[], column: 'task_ids' | 'plan_ids' | 'entry_ids', id: string | undefined) => {
      if (id === undefined) return undefined;
      const found = await this.store.findFirst(tx, row.subject_key, types, { column, id });
      return found === undefined || found.event_id === row.event_id ? undefined : { row: found, link };
    };
    const isDispatch = row.type === taskDispatched.type;
    if (tasksTopics.has(row.topic) && !isDispatch) return first('TASK_OF', [taskDispatched.type], 'task_ids', taskId ?? row.task_ids[0]);
    if (isDispatch) return first('PLAN_OF', [measurePlanMade.type], 'plan_ids', row.plan_ids[0]);
    if (row.topic === 'lianxin.measure_plan' || (row.topic !== 'lianxin.list_entry' && row.entry_ids.length > 0))
      return first('ENTRY_OF', [listEntryActivated.type, listEntryRecognised.type], 'entry_ids', row.entry_ids[0]);
    return undefined;
  }

  /** The measures of the plan in the chain that the event is about, each with the documents that opened its gate. */
  private async basisOf(
    tx: Transaction,
    steps: readonly Step[],
    asked: EventRow,
    taskId: string | undefined,
    sight: Sight,
  ): Promise<EventCauses['legalBasis']> {
    const plan = steps.map(({ row }) => dataOf(row, measurePlanMade)).find((found) => found !== undefined);
    if (plan === undefined) return [];
    const dispatched = steps.flatMap(({ row }) => dataOf(row, taskDispatched)?.tasks ?? []);
    const asks = new Set(taskId === undefined ? asked.task_ids : [taskId]);
    const own = sight.viewer.kind === 'DEPARTMENT' ? new Set(sight.viewer.departments) : undefined;
    const tasks = dispatched.filter(
      (task) => (asks.size === 0 || asks.has(task.taskId)) && (own === undefined || own.has(task.departmentCode)),
    );
    const texts = await this.catalogue.findMeasures(
      tx,
      plan.catalogueVersion,
      tasks.map((task) => task.measureCode),
    );
    return tasks.map((task) => {
      const text = texts.find((one) => one.code === task.measureCode);
      const refs = plan.measures.find((measure) => measure.measureCode === task.measureCode)?.basisRefs ?? [];
      return {
        measureCode: task.measureCode,
        measureZh: text?.nameZh ?? null,
        departmentCode: task.departmentCode,
        taskId: task.taskId,
        catalogueVersion: plan.catalogueVersion,
        bases: refs.flatMap((ref) => {
          const basis = text?.bases[ref];
          return basis === undefined ? [] : [{ document: basis.document, article: basis.article, verified: basis.verified }];
        }),
      };
    });
  }
}

function isOf(sight: Sight, row: EventRow): boolean {
  return sight.lanes.some(
    (lane) => lane.subjectKey === row.subject_key && (lane.entryIds === null || lane.entryIds.some((id) => row.entry_ids.includes(id))),
  );
}

/** The data of a stored event, if it is of this type: what the journal took has been checked against its schema. */
function dataOf<Definition extends typeof measurePlanMade | typeof taskDispatched>(
  row: EventRow,
  definition: Definition,
): EventData<Definition> | undefined {
  return row.type === definition.type ? (JSON.parse(row.data) as EventData<Definition>) : undefined;
}

function flagOf(row: EventRow) {
  const event = { type: row.type, data: JSON.parse(row.data) as unknown } as LianxinEvent;
  return is(event, listEntryActivated) || is(event, listEntryRecognised) ? event.data : undefined;
}
