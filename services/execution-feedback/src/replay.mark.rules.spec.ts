import { describe, expect, test } from '@jest/globals';
import {
  calendar2026,
  type EventData,
  type EventDefinition,
  type LianxinEvent,
  type MeasurePlanMade,
  measurePlanEnded,
  measurePlanHeld,
  measurePlanMade,
  measurePlanReleased,
  measurePlanRevised,
} from '@lianxin/contracts';
import { executor, measure, party, planEnded, planHeld, planMade, planReleased, revisedOf } from '../test/plan.fixtures.ts';
import { Memory, terms } from '../test/plan.memory.ts';
import { applyPlanEvents } from './plan.rules.ts';
import type { ReplayMark } from './replay.mark.rules.ts';

type Mode = NonNullable<LianxinEvent['replayMode']>;
let eventNo = 0;
function event<Definition extends EventDefinition>(definition: Definition, data: EventData<Definition>, mode?: Mode): LianxinEvent {
  const id = `event-${eventNo++}`;
  const said = {
    time: '2026-11-23T04:00:00Z',
    recordedTime: '2026-11-23T04:00:00Z',
    correlationId: id,
    classification: 'internal' as const,
  };
  const replay = mode === undefined ? {} : { replayId: 'replay', replayMode: mode };
  return { ...said, ...replay, id, type: definition.type, source: 'here', key: (data as MeasurePlanMade).subjectId, subjectSeq: 1, data };
}

/** A city in memory that keeps the marks as the table would. */
class Town {
  readonly memory = new Memory();
  readonly marks: ReplayMark[] = [];

  hear(...events: LianxinEvent[]): void {
    const known = this.memory.known;
    const quiet = new Map(
      this.marks.filter((mark) => mark.adds && this.versionOf(mark.taskId) === mark.version).map((mark) => [mark.taskId, mark.version]),
    );
    const context = { now: new Date('2026-11-23T04:00:00Z'), calendar: calendar2026, terms };
    const { marks } = applyPlanEvents(known, events, context, () => `id-${String(known.tasks.length).padStart(4, '0')}`, quiet);
    this.marks.push(...marks);
    this.memory.apply(events);
  }

  /** Modes in which tasks are quiet now, by task; '-' for an ordinary one. */
  quiet(): string[] {
    return this.memory.known.tasks.map(
      ({ id, version }) => this.marks.find((mark) => mark.taskId === id && mark.version === version && mark.adds)?.mode ?? '-',
    );
  }

  private versionOf(taskId: string): number | undefined {
    return this.memory.known.tasks.find(({ id }) => id === taskId)?.version;
  }
}

const wage = (code = 'WAGE-01') => measure(code, [executor('CZJ')]);

describe('a task that a replay asks for', () => {
  test.each(['none', 'internal', 'notify'] as const)('is remembered with its mode (%s); an ordinary one is not', (mode) => {
    const town = new Town();
    town.hear(event(measurePlanMade, planMade([wage()]), mode));
    town.hear(event(measurePlanMade, planMade([wage()])));
    expect(town.marks.map(({ mode: kept, adds, version }) => [kept, adds, version])).toEqual([[mode, true, 1]]);
  });

  test('is quiet also where two measures of its plan meet in it', () => {
    const town = new Town();
    const same = measure('WAGE-03', [executor('CZJ')], { canonicalCode: 'CAN-WAGE-01' });
    town.hear(event(measurePlanMade, planMade([wage(), same]), 'internal'));
    expect([town.memory.task().version, town.quiet()]).toEqual([2, ['internal']]);
  });

  test('is ordinary again with the next ordinary event, and stays quiet through the next event of a quiet replay', () => {
    const town = new Town();
    const plan = planMade([wage()]);
    town.hear(event(measurePlanMade, plan, 'internal'));
    const other = planMade([wage()], [...plan.parties]);
    town.hear(event(measurePlanMade, other, 'none'));
    expect(town.quiet()).toEqual(['none']);
    town.hear(event(measurePlanMade, planMade([wage()], [...plan.parties])));
    expect([town.quiet(), town.memory.task().version]).toEqual([['-'], 3]);
    // The same told again, as after a crash, makes nothing quiet.
    town.hear(event(measurePlanMade, other, 'none'), event(measurePlanMade, plan, 'internal'));
    expect(town.quiet()).toEqual(['-']);
  });

  test('is not quiet where the department knew of it: one more basis changes nothing for it', () => {
    const town = new Town();
    const plan = planMade([wage()]);
    town.hear(event(measurePlanMade, plan));
    town.hear(event(measurePlanMade, planMade([wage()], [...plan.parties]), 'none'));
    expect([town.quiet(), town.marks.map(({ adds }) => adds)]).toEqual([['-'], [false]]);
  });

  test('is quiet where a replay lets it run again; a hold, a lift, a cancellation never are', () => {
    const town = new Town();
    const plan = planMade([wage()]);
    town.hear(event(measurePlanMade, plan), event(measurePlanHeld, planHeld(plan), 'none'));
    expect([town.memory.statuses(), town.quiet()]).toEqual([['ON_HOLD'], ['-']]);
    town.hear(event(measurePlanReleased, planReleased(plan), 'internal'));
    expect([town.memory.statuses(), town.quiet()]).toEqual([['DISPATCHED'], ['internal']]);
    town.hear(event(measurePlanEnded, planEnded(plan), 'none'));
    expect([town.memory.statuses(), town.quiet(), town.marks.at(-1)?.adds]).toEqual([['LIFTING'], ['-'], false]);
  });

  test('of a quiet replay that frees it again in the same batch is not quiet', () => {
    const town = new Town();
    const plan = planMade([wage()]);
    town.hear(event(measurePlanMade, plan, 'none'), event(measurePlanEnded, planEnded(plan), 'none'));
    expect([town.memory.statuses(), town.quiet()]).toEqual([['LIFTING'], ['-']]);
  });

  test('is a reward: it gives back and is never quiet', () => {
    const town = new Town();
    town.hear(event(measurePlanMade, planMade([wage()], [party()], { listType: 'RED', direction: 'REWARD' }), 'none'));
    expect([town.quiet(), town.marks.map(({ adds }) => adds)]).toEqual([['-'], [false]]);
  });

  test('of a plan that is derived again is quiet, and those that stood before are not', () => {
    const town = new Town();
    const plan = planMade([wage()]);
    town.hear(event(measurePlanMade, plan));
    town.hear(event(measurePlanRevised, revisedOf(plan, [wage(), wage('WAGE-02')]), 'internal'));
    expect(town.quiet()).toEqual(['-', 'internal']);
  });
});
