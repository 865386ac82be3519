import {
  type EventData,
  type LianxinEvent,
  type ListEntryActivated,
  type ListEntryCorrected,
  measurePlanCorrected,
  type ReplayApproved,
  type ReplayVersion,
  replayCarriedOut,
  replayRefused,
} from '@lianxin/contracts';
import { lockLanes, newEvent, Outbox } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { IndexedCatalogue } from './catalogue.rules.ts';
import { CatalogueService } from './catalogue.service.ts';
import { directionOf } from './measure-decision.rules.ts';
import { PlanStore } from './plan.store.ts';
import { isEmptyDifference } from './plan-difference.rules.ts';
import { type Derived, deriveAgain, type Pin } from './replan.rules.ts';
import { followIncidents, type IncidentChanges } from './replan.service.ts';
import { type OpenIncident, ReplanStore } from './replan.store.ts';
import { derivedFor, isSaidOtherwise, movedSince, pinOf, type StoredPlan, withdrawnSince } from './replay.rules.ts';
import { type Correction, type KeptEntry, ReplayStore } from './replay.store.ts';

const owner = 'measure-decomposition';

/** Why and from what a plan is derived again. */
interface Because {
  readonly reason: EventData<typeof measurePlanCorrected>['reason'];
  readonly cause: LianxinEvent;
  readonly documentNo: string;
  readonly entry: ListEntryActivated;
  readonly entryVersion: number;
  readonly pin: Pin | null;
  readonly knownVersion: number;
  readonly detail: Readonly<Record<string, unknown>>;
}

interface Outcome extends IncidentChanges {
  readonly corrections: Correction[];
  readonly entries: KeptEntry[];
  readonly open: readonly OpenIncident[];
}

/** Plans that come out otherwise because a fact of their entry was wrong, or because an approved replay says so (R-6-7, §6.4). */
@Injectable()
export class CorrectionService {
  constructor(
    private readonly catalogue: CatalogueService,
    private readonly store: ReplayStore,
    private readonly replans: ReplanStore,
    private readonly plans: PlanStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /**
   * Derives plans again from their corrected entries. A correction counts by the version of the facts that the plan was made of, whatever was heard of the
   * entry besides; what has ended keeps only the facts.
   */
  async correctEntries(tx: Transaction, events: readonly LianxinEvent<ListEntryCorrected>[]): Promise<void> {
    if (events.length === 0) return;
    const { versions, stored, outcome } = await this.load(tx, events, ({ data }) => data.entryId);
    await this.store.noteHeard(
      tx,
      events.map(({ data }) => data),
    );
    for (const event of newestOf(events)) {
      const { correctedFields, documentNo, correctedOn: _correctedOn, ...entry } = event.data;
      const plan = stored.plansOf(entry.entryId).find(({ activationNo }) => activationNo === entry.activationNo);
      if (plan === undefined || plan.entry.entryVersion >= entry.entryVersion) continue;
      const derived = plan.status === 'ENDED' ? undefined : deriveAgain(versions, { ...plan, entry });
      if (derived === undefined || !(derived.isNews || isSaidOtherwise(plan.body, derived.plan))) {
        const knownVersion = derived === undefined ? null : newestVersion(versions);
        outcome.entries.push({ planId: plan.planId, entry, knownVersion });
        continue;
      }
      const because = {
        reason: 'ENTRY_CORRECTED' as const,
        cause: event,
        documentNo,
        entry,
        entryVersion: entry.entryVersion,
        pin: plan.pin ?? null,
      };
      this.correct(plan, derived, { ...because, knownVersion: newestVersion(versions), detail: { correctedFields } }, outcome);
    }
    await this.save(tx, outcome);
  }

  /**
   * Carries out what was approved, where this service is to act: plans by another version of the catalogue, or by rules that were faulty when they were made.
   * What has moved on since it was assessed is refused and nothing of it is done.
   */
  async carryOut(tx: Transaction, events: readonly LianxinEvent<ReplayApproved>[]): Promise<void> {
    const own = events.filter(({ data }) => data.acting.includes(owner));
    if (own.length === 0) return;
    const { versions, stored, outcome } = await this.load(tx, own, ({ data }) => data.entryId);
    const done = await this.store.findCarriedOut(
      tx,
      own.flatMap(({ data }) => stored.plansOf(data.entryId).map(({ planId }) => planId)),
    );
    for (const event of own) {
      const { replayId, round, entryId, subjectId, versions: seen } = event.data;
      const plans = stored.plansOf(entryId);
      const head = { replayId, round, entryId, subjectId, owner } as const;
      const said = { key: event.key, cause: event };
      // Who asks again is told again that it is done: the first answer may have come when nobody waited for it any more.
      if (plans.some(({ planId }) => done.has(`${planId}|${replayId}`))) {
        outcome.said.push(newEvent({ ...said, definition: replayCarriedOut, data: { ...head, changed: false } }));
        continue;
      }
      const derived = plans.filter(({ status }) => status !== 'ENDED').flatMap((plan) => changed(versions, event.data, plan));
      const refusal = refusalOf(event.data, versions, derived, movedSince(plans, newestVersion(versions), seen));
      if (refusal !== undefined) {
        outcome.said.push(
          newEvent({ ...said, definition: replayRefused, data: { ...head, ...refusal, versions: versionsNow(plans, versions) } }),
        );
        continue;
      }
      for (const { plan, again } of derived) {
        this.correct(plan, again, this.becauseOf(event, plan, versions, stored.states.get(entryId)?.entryVersion), outcome);
        done.add(`${plan.planId}|${replayId}`);
      }
      outcome.said.push(newEvent({ ...said, definition: replayCarriedOut, data: { ...head, changed: derived.length > 0 } }));
    }
    await this.save(tx, outcome);
  }

  /** Everything that a batch needs, under the lanes of its entries and while no version of the catalogue comes into force. */
  private async load<Event extends LianxinEvent>(tx: Transaction, events: readonly Event[], entryOf: (event: Event) => string) {
    await lockLanes(
      tx,
      events.map((event) => event.key),
    );
    const versions = await this.catalogue.getVersionsForPlanning(tx);
    const stored = await this.store.readCase(tx, events.map(entryOf));
    const planIds = events.flatMap((event) => stored.plansOf(entryOf(event)).map(({ planId }) => planId));
    const open = await this.replans.readOpenIncidents(tx, planIds);
    const outcome: Outcome = { corrections: [], entries: [], incidents: [], resolved: [], said: [], open };
    return { versions, stored, outcome };
  }

  private becauseOf(
    event: LianxinEvent<ReplayApproved>,
    plan: StoredPlan,
    versions: readonly IndexedCatalogue[],
    entryVersion: number | undefined,
  ): Because {
    const { change, replayId, round, documentNo, ground } = event.data;
    const isNamed = change.kind === 'CATALOGUE_VERSION';
    return {
      reason: 'REPLAY',
      cause: event,
      documentNo,
      entry: plan.entry,
      entryVersion: entryVersion ?? plan.entry.entryVersion,
      pin: isNamed ? pinOf(versions, change.version) : (plan.pin ?? null),
      knownVersion: isNamed ? newestVersion(versions) : plan.knownVersion,
      detail: { replayId, round, ground },
    };
  }

  private correct(plan: StoredPlan, derived: Derived, because: Because, outcome: Outcome): void {
    const { reason, cause, documentNo, entry, entryVersion, pin, knownVersion } = because;
    const { difference } = derived;
    const correctedOn = this.clock.today();
    const body = { ...derived.plan, entryVersion, reason, documentNo, correctedOn };
    const figures = { withdrawn: difference.withdrawn.length, added: difference.added.length, softened: difference.softened.length };
    const detail = { reason, documentNo, catalogueVersion: derived.plan.catalogueVersion, ...figures, on: correctedOn, ...because.detail };
    outcome.corrections.push({ plan, entry, body, pin, knownVersion, detail, causeEventId: cause.id });
    outcome.said.push(newEvent({ definition: measurePlanCorrected, key: plan.subjectKey, data: body, cause }));
    followIncidents(
      plan,
      derived,
      outcome.open.filter(({ planId }) => planId === plan.planId),
      outcome,
    );
  }

  private async save(tx: Transaction, outcome: Outcome): Promise<void> {
    await this.store.saveCorrections(tx, outcome.corrections);
    await this.store.saveEntries(tx, outcome.entries);
    await this.replans.resolveIncidents(tx, outcome.resolved, this.clock.now());
    await this.plans.insertIncidents(tx, outcome.incidents);
    await this.outbox.publish(tx, outcome.said);
  }
}

/** Of several corrections of one activation in a batch the last says all. */
function newestOf(events: readonly LianxinEvent<ListEntryCorrected>[]): LianxinEvent<ListEntryCorrected>[] {
  const newest = new Map<string, LianxinEvent<ListEntryCorrected>>();
  for (const event of events) {
    const { entryId, activationNo, entryVersion } = event.data;
    const known = newest.get(`${entryId}|${activationNo}`);
    if (known === undefined || known.data.entryVersion < entryVersion) newest.set(`${entryId}|${activationNo}`, event);
  }
  return [...newest.values()];
}

function changed(
  versions: readonly IndexedCatalogue[],
  { change }: ReplayApproved,
  plan: StoredPlan,
): { plan: StoredPlan; again: Derived }[] {
  const again = derivedFor(versions, change, { action: 'KEEP', facts: null }, plan);
  return again === undefined || isEmptyDifference(again.difference) ? [] : [{ plan, again }];
}

/** Why nothing is done; undefined when it is done. */
function refusalOf(
  { change, ground }: ReplayApproved,
  versions: readonly IndexedCatalogue[],
  derived: readonly { plan: StoredPlan; again: Derived }[],
  moved: string | undefined,
): { clause: string | null; detail: string } | undefined {
  if (moved !== undefined) return { clause: null, detail: moved };
  if (change.kind !== 'CATALOGUE_VERSION' && change.kind !== 'NOTHING') return { clause: 'R-6-7', detail: '此变更由名单管理执行' };
  const restricts = derived.some(({ plan, again }) => directionOf(plan.entry.listType) === 'PUNISH' && again.difference.added.length > 0);
  if (ground === 'SYSTEM_FAULT' && restricts) return { clause: 'R-6-7a', detail: '系统故障只能解除，不能增加限制' };
  // By the rules as they were; what a version has withdrawn since never comes back by a replay that names no version.
  const withdrawn = change.kind === 'NOTHING' ? derived.flatMap(({ plan, again }) => withdrawnSince(versions, plan, again)) : [];
  if (withdrawn.length > 0)
    return { clause: 'R-4-8', detail: `措施 ${[...new Set(withdrawn.map((row) => row.measureCode))].join('、')} 已被后来的目录版本取消` };
  return undefined;
}

const newestVersion = (versions: readonly IndexedCatalogue[]) => versions.at(-1)?.version ?? 0;

function versionsNow(plans: readonly StoredPlan[], versions: readonly IndexedCatalogue[]): ReplayVersion[] {
  const newest = String(newestVersion(versions));
  return [
    ...plans.map((plan): ReplayVersion => ({ kind: 'PLAN', id: plan.planId, version: String(plan.planVersion) })),
    { kind: 'CATALOGUE', id: newest, version: newest },
  ];
}
