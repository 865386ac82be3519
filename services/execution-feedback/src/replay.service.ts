import { createHash } from 'node:crypto';
import { type EventData, type LianxinEvent, type ReplayAssessed, type ReplayVersion, replayAssessed } from '@lianxin/contracts';
import {
  collectReplayAnswers,
  type HeardAnswer,
  newEvent,
  Outbox,
  type ReplayAnswer,
  replayParts,
  replayStateOf,
} from '@lianxin/messaging';
import { Clock, contentHash, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { CalendarStore } from './calendar.store.ts';
import { assessCase, type CaseFinding, type CaseWorld, reasonOfBehind } from './replay.rules.ts';
import { type CaseCorrection, caseNameOf, ReplayStore } from './replay.store.ts';
import { TaskTerms } from './terms.ts';

const owner = 'execution-feedback';
/** Cases that are looked at together: their tasks stay within memory. */
const casesPerSlice = 500;

/** Says for the cases of replays what would happen to their tasks (design §7). Reads without lanes and changes nothing. */
@Injectable()
export class ReplayService {
  constructor(
    private readonly store: ReplayStore,
    private readonly calendars: CalendarStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly terms: TaskTerms,
  ) {}

  /** @param events what measure-decomposition has found, in parts. */
  async assess(tx: Transaction, events: readonly LianxinEvent<ReplayAssessed>[]): Promise<void> {
    const found = events.filter(({ data }) => data.owner === 'measure-decomposition' && data.result === 'ASSESSED');
    const cases = await collectReplayAnswers(tx, found);
    if (cases.length === 0) return;
    const settings = await this.readSettings(tx);
    for (let first = 0; first < cases.length; first += casesPerSlice)
      await this.assessSlice(tx, cases.slice(first, first + casesPerSlice), settings);
  }

  private async assessSlice(tx: Transaction, cases: readonly HeardAnswer[], settings: readonly ReplayVersion[]): Promise<void> {
    const worlds = await this.store.readWorlds(
      tx,
      cases.map(({ answer }) => caseNameOf(answer.plans, answer.change.kind === 'NOTHING')),
    );
    const context = { now: this.clock.now(), calendar: this.clock.calendar(), terms: this.terms.on() };
    const corrections: CaseCorrection[] = [];
    const said = cases.flatMap(({ cause, answer }, index) => {
      const world = worlds[index];
      if (world === undefined) throw new Error(`no world of case ${index}`);
      const { change, plans } = answer;
      const behind = reasonOfBehind(plans, world.known.plans) ?? (world.hasMoved === true ? '任务正在变化' : undefined);
      const head = headOf(cause.data);
      const finding = behind === undefined ? assessCase(world, change, plans, cause, context) : undefined;
      if (finding?.acts === true) corrections.push({ ...head, plans });
      const data = finding === undefined ? behindOf(head, behind ?? '') : assessedOf(head, finding, world, settings);
      return replayParts(data).map((part) => newEvent({ definition: replayAssessed, key: cause.key, data: part, cause }));
    });
    await this.store.keepCorrections(tx, corrections);
    await this.outbox.publish(tx, said);
  }

  /** The calendar and the terms that the rules count with. */
  private async readSettings(tx: Transaction): Promise<ReplayVersion[]> {
    const now = this.clock.now();
    const years = (await this.calendars.readYears(tx)).filter(({ effectiveAt }) => effectiveAt <= now);
    const newest = new Map(years.map(({ year, version }) => [year, version]));
    return [
      ...[...newest]
        .sort(([a], [b]) => a - b)
        .map(([year, version]): ReplayVersion => ({ kind: 'CALENDAR', id: String(year), version: String(version) })),
      { kind: 'CONFIGURATION', id: owner, version: contentHash(this.terms.on()) },
    ];
  }
}

type Head = Pick<ReplayAnswer, 'replayId' | 'round' | 'entryId' | 'subjectId' | 'change'>;

function headOf({ replayId, round, entryId, subjectId, change }: EventData<typeof replayAssessed>): Head {
  return { replayId, round, entryId, subjectId, change };
}

const nothing = { entries: [], plans: [], clause: null };

function behindOf(head: Head, detail: string): ReplayAnswer {
  return {
    ...head,
    ...nothing,
    owner,
    tasks: [],
    result: 'BEHIND',
    detail,
    acts: false,
    versions: [],
    unchangedTasks: 0,
    state: null,
    mismatches: [],
  };
}

function assessedOf(head: Head, finding: CaseFinding, world: CaseWorld, settings: readonly ReplayVersion[]): ReplayAnswer {
  const { tasks, unchangedTasks, acts, mismatches } = finding;
  const lines = tasksOfCase(world).map(({ id, version, status }) => ({ kind: 'TASK' as const, id, version, status }));
  return {
    ...head,
    ...nothing,
    owner,
    result: 'ASSESSED',
    detail: null,
    acts,
    versions: [...tasksVersions(head.entryId, world), ...settings],
    tasks: [...tasks],
    unchangedTasks,
    state: replayStateOf(lines),
    mismatches: [...mismatches],
  };
}

/** Tasks that rest or rested on a plan of the case. */
function tasksOfCase(world: CaseWorld) {
  const entryIds = new Set(world.known.plans.map(({ entryId }) => entryId));
  const ids = new Set(world.known.bases.filter((basis) => entryIds.has(basis.entryId)).map(({ taskId }) => taskId));
  return world.known.tasks.filter(({ id }) => ids.has(id));
}

/** For every entry of the case a digest over its tasks and their versions. */
export function tasksVersions(entryId: string, { known }: Pick<CaseWorld, 'known'>): ReplayVersion[] {
  const byId = new Map(known.tasks.map((task) => [task.id, task]));
  const entryIds = [...new Set([entryId, ...known.plans.map((plan) => plan.entryId)])].sort();
  return entryIds.map((id) => {
    const taskIds = new Set(known.bases.filter((basis) => basis.entryId === id).map(({ taskId }) => taskId));
    const lines = [...taskIds].map((taskId) => `${taskId}:${byId.get(taskId)?.version ?? 0}`).sort();
    return { kind: 'TASKS', id, version: createHash('sha256').update(lines.join('\n')).digest('hex') };
  });
}
