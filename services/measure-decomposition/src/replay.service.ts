import { type EventData, type LianxinEvent, type ReplayAssessed, type ReplayVersion, replayAssessed } from '@lianxin/contracts';
import { collectReplayAnswers, newEvent, Outbox, type ReplayAnswer, replayParts, replayStateOf } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { CatalogueService } from './catalogue.service.ts';
import { assessCase, type CaseFinding } from './replay.rules.ts';
import { ReplayStore } from './replay.store.ts';

const owner = 'measure-decomposition';

/** Says for the cases of replays what their plans would be (design §7). Reads without lanes: what it saw is compared again before anything is done. */
@Injectable()
export class ReplayService {
  constructor(
    private readonly catalogue: CatalogueService,
    private readonly store: ReplayStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** @param events what list-matching has found; of a batch all at once. */
  async assess(tx: Transaction, events: readonly LianxinEvent<ReplayAssessed>[]): Promise<void> {
    const found = events.filter(({ data }) => data.owner === 'list-matching' && data.result === 'ASSESSED');
    const cases = await collectReplayAnswers(tx, found);
    if (cases.length === 0) return;
    const versions = await this.catalogue.getVersions(tx);
    const stored = await this.store.readCase(
      tx,
      cases.flatMap(({ answer }) => answer.entries.map((entry) => entry.entryId)),
    );
    const today = this.clock.today();
    const said = cases.flatMap(({ cause, answer }) => {
      const { change, entries } = answer;
      const finding = assessCase(versions, { change, entries, today }, stored);
      return replayParts(answerOf(cause.data, finding)).map((data) =>
        newEvent({ definition: replayAssessed, key: cause.key, data, cause }),
      );
    });
    await this.outbox.publish(tx, said);
  }
}

function answerOf({ replayId, round, entryId, subjectId, change }: EventData<typeof replayAssessed>, finding: CaseFinding): ReplayAnswer {
  const head = { replayId, round, entryId, subjectId, change, owner, entries: [], tasks: [], unchangedTasks: 0 } as const;
  if (finding.result !== 'ASSESSED') {
    const nothing = { acts: false, versions: [], plans: [], state: null, mismatches: [], clause: null };
    return { ...head, ...nothing, entries: [], tasks: [], result: finding.result, detail: finding.detail };
  }
  const { plans, acts, versions, looked, mismatches } = finding;
  const state = replayStateOf(looked.map((plan) => ({ kind: 'PLAN', id: plan.planId, version: plan.planVersion, status: plan.status })));
  return {
    ...head,
    entries: [],
    tasks: [],
    result: 'ASSESSED',
    clause: null,
    detail: null,
    acts,
    versions: [...versions] as ReplayVersion[],
    plans: [...plans],
    state,
    mismatches: [...mismatches],
  };
}
