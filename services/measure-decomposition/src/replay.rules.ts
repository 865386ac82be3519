import type {
  AssessedEntry,
  AssessedPlan,
  CorrectedFacts,
  ListEntryActivated,
  MeasurePlanMade,
  ReplayChange,
  ReplayVersion,
} from '@lianxin/contracts';
import type { IndexedCatalogue } from './catalogue.rules.ts';
import { isEmptyDifference, type PlanDifference, type PlanRowItem, rowKey, rowsOf } from './plan-difference.rules.ts';
import type { EntryState, PlanState } from './plan-lifecycle.rules.ts';
import { deriveAgain, planUnder, type StandingPlan } from './replan.rules.ts';

/** A plan as it is stored, whether it stands or has ended. */
export interface StoredPlan extends StandingPlan, PlanState {
  readonly subjectKey: string;
  /** Newest version of the catalogue that was in force when it was derived last. */
  readonly knownVersion: number;
  /** The facts of which it was derived last, where its entry was corrected after it had ended; null: its entry. */
  readonly derivedFrom: ListEntryActivated | null;
}

/** What is stored of the entries of a case: the newest fact heard of each, and their plans. */
export interface StoredCase {
  readonly states: ReadonlyMap<string, Pick<EntryState, 'entryVersion' | 'activationNo'>>;
  readonly plansOf: (entryId: string) => readonly StoredPlan[];
}

export interface CaseQuestion {
  readonly change: ReplayChange;
  readonly entries: readonly AssessedEntry[];
  /** Day on which an honour would come back. */
  readonly today: string;
}

export interface Mismatch {
  readonly id: string;
  readonly expected: string;
  readonly found: string;
}

export type CaseFinding =
  | { readonly result: 'BEHIND' | 'REFUSED'; readonly detail: string }
  | {
      readonly result: 'ASSESSED';
      readonly plans: readonly AssessedPlan[];
      readonly acts: boolean;
      readonly versions: readonly ReplayVersion[];
      readonly looked: readonly StoredPlan[];
      readonly mismatches: readonly Mismatch[];
    };

const inForce = ['ACTIVE', 'SUSPENDED'];
const before = ['DRAFT', 'CHECKING', 'PRE_NOTICE', 'HEARING', 'PUBLIC_NOTICE', 'DESIGNATED', 'NOT_DESIGNATED'];

/**
 * What the plans of a case would be (design §7, R-6-7): derived again by the same functions and from the same stored facts as when they were made. Nothing
 * changes by it. BEHIND where what list-matching has seen of an entry has not arrived here, or more than it has seen.
 */
export function assessCase(versions: readonly IndexedCatalogue[], question: CaseQuestion, stored: StoredCase): CaseFinding {
  const { change } = question;
  const wanted = change.kind === 'CATALOGUE_VERSION' ? change.version : undefined;
  if (wanted !== undefined && !versions.some(({ version }) => version === wanted))
    return { result: 'REFUSED', detail: `目录第 ${wanted} 版没有生效过` };
  for (const entry of question.entries) {
    const behind = reasonOfBehind(entry, stored);
    if (behind !== undefined) return { result: 'BEHIND', detail: behind };
  }
  const plans: AssessedPlan[] = [];
  const mismatches: Mismatch[] = [];
  const looked = question.entries.flatMap((entry) => stored.plansOf(entry.entryId));
  for (const entry of question.entries) {
    for (const plan of stored.plansOf(entry.entryId)) {
      plans.push(assessPlan(versions, change, entry, plan));
      mismatches.push(...(change.kind === 'NOTHING' ? mismatchesOf(versions, plan) : []));
    }
    if (entry.action === 'RETURN') plans.push(...honourAgain(versions, entry, stored.plansOf(entry.entryId), question.today));
  }
  const acts = (change.kind === 'NOTHING' || wanted !== undefined) && plans.some(({ action }) => action === 'REVISE');
  return { result: 'ASSESSED', plans, acts, versions: versionsOf(versions, change, looked), looked, mismatches };
}

/** Why this service cannot speak of the entry yet; undefined when it can. */
function reasonOfBehind(entry: AssessedEntry, stored: StoredCase): string | undefined {
  const heard = stored.states.get(entry.entryId);
  const plans = stored.plansOf(entry.entryId);
  if (heard !== undefined && heard.entryVersion > entry.entryVersion) return `名单记录已是第 ${heard.entryVersion} 版`;
  if ((entry.correctedVersion ?? 0) > (heard?.entryVersion ?? 0)) return '名单记录的更正尚未到达';
  if (before.includes(entry.status)) return plans.some(({ status }) => status !== 'ENDED') ? '名单记录的退出尚未到达' : undefined;
  if (!inForce.includes(entry.status) || entry.effective === false) {
    // Closed for its subject it runs on for the persons whom it names (T22).
    const runsOn = (plan: StoredPlan) => entry.status === 'CLOSED_SUBJECT' && entry.effective !== false && plan.endedPartyIds.length > 0;
    if (plans.some((plan) => plan.status !== 'ENDED' && !runsOn(plan))) return '名单记录的退出尚未到达';
    const isError = entry.status === 'CORRECTED' || entry.status === 'REVOKED';
    return isError && plans.some((plan) => !plan.inError) ? '名单记录认定错误的信息尚未到达' : undefined;
  }
  const current = plans.find((plan) => plan.activationNo === entry.activationNo);
  if (current === undefined) return '名单记录的措施方案尚未形成';
  if (current.status === 'ENDED') return '名单记录已有变化';
  if (entry.status === 'SUSPENDED' && !current.holds.includes('SUSPENSION')) return '名单记录的中止尚未到达';
  return undefined;
}

function assessPlan(versions: readonly IndexedCatalogue[], change: ReplayChange, entry: AssessedEntry, plan: StoredPlan): AssessedPlan {
  const head = headOf(plan);
  const rows = standingRows(plan);
  if (entry.action === 'END') {
    const withdrawn = plan.status === 'ENDED' ? [] : rows;
    return { ...head, ...none, action: 'END', withdrawn: groupRows(withdrawn), kept: 0, demands: [] };
  }
  const kept = { ...head, ...none, action: 'KEEP' as const, kept: rows.length, demands: demandsOf(rows) };
  // What has ended orders nothing, whatever it would be now.
  if (plan.status === 'ENDED') return { ...kept, kept: 0, demands: [] };
  const derived = derivedFor(versions, change, entry, plan);
  return derived === undefined || isEmptyDifference(derived.difference) ? kept : revised(head, derived.plan, derived.difference);
}

/** The plan as the change would have it; undefined where the change does not touch it. */
export function derivedFor(
  versions: readonly IndexedCatalogue[],
  change: ReplayChange,
  entry: Pick<AssessedEntry, 'action' | 'facts'>,
  plan: StoredPlan,
): ReturnType<typeof deriveAgain> | undefined {
  if (change.kind === 'CATALOGUE_VERSION') return deriveAgain(versions, { ...plan, pin: pinOf(versions, change.version) });
  if (change.kind === 'NOTHING') return deriveAgain(knownTo(versions, plan), plan);
  if (entry.action === 'CORRECT' && entry.facts !== null)
    return deriveAgain(versions, { ...plan, entry: correctedEntry(plan.entry, entry.facts) });
  return undefined;
}

/** What a replay by this version decides: it counts instead of all that have come into force until now. */
export function pinOf(versions: readonly IndexedCatalogue[], version: number): { version: number; through: number } {
  return { version, through: versions.at(-1)?.version ?? version };
}

/** The versions that were known when the plan was derived last: those of a re-planning that has not come to it yet are no difference. */
export function knownTo(versions: readonly IndexedCatalogue[], plan: Pick<StoredPlan, 'knownVersion'>): IndexedCatalogue[] {
  return versions.filter(({ version }) => version <= plan.knownVersion);
}

/** What a plan would get besides although not all versions that bear on it now give it: a later one has withdrawn it (R-4-8). */
export function withdrawnSince(
  versions: readonly IndexedCatalogue[],
  plan: StoredPlan,
  again: ReturnType<typeof deriveAgain>,
): PlanRowItem[] {
  if (again.difference.added.length === 0) return [];
  const standing = rowsOf(deriveAgain(versions, plan).plan);
  return again.difference.added.filter((row) => !standing.has(rowKey(row)));
}

/** The stored entry with the facts that it should have had. */
export function correctedEntry(entry: ListEntryActivated, facts: CorrectedFacts): ListEntryActivated {
  const { decisionDate, parties, validTo, grade, listField, industry, conditions } = facts;
  const reached = new Map(parties?.map((party) => [party.partyId, party]));
  return {
    ...entry,
    ...(validTo === undefined ? {} : { validTo }),
    ...(grade === undefined ? {} : { grade }),
    ...(listField === undefined ? {} : { listField }),
    ...(industry === undefined ? {} : { industry }),
    ...(conditions === undefined ? {} : { conditions }),
    ...(decisionDate === undefined ? {} : { decision: { ...entry.decision, date: decisionDate } }),
    parties: entry.parties.map((party) => {
      const { named, served } = reached.get(party.partyId) ?? party;
      return { ...party, named, served };
    }),
  };
}

/** T20a: the honour comes back as a new entry, with what it was given before. */
function honourAgain(
  versions: readonly IndexedCatalogue[],
  entry: AssessedEntry,
  plans: readonly StoredPlan[],
  today: string,
): AssessedPlan[] {
  const last = plans.toSorted((a, b) => a.activationNo - b.activationNo).at(-1);
  if (last === undefined) return [];
  const again = { ...last.entry, activatedOn: today, validFrom: today, validTo: entry.validTo };
  const { plan } = planUnder(versions, again, { planId: last.planId, planVersion: 1 });
  const rows = [...rowsOf(plan).values()].map(({ item }) => item);
  const difference: PlanDifference = { withdrawn: [], added: rows, softened: [], kept: [] };
  const head = { planId: null, entryId: entry.entryId, planVersion: 0, status: 'NONE', catalogueVersionBefore: null };
  return [{ ...revised(head, plan, difference), action: 'MAKE' }];
}

type Head = Pick<AssessedPlan, 'planId' | 'entryId' | 'planVersion' | 'status' | 'catalogueVersionBefore'>;
const none = { withdrawn: [], added: [], changed: [] };

function headOf(plan: StoredPlan): Head & Pick<AssessedPlan, 'catalogueVersionAfter'> {
  const { planId, planVersion, status } = plan;
  const { catalogueVersion } = plan.body;
  const { entryId } = plan.entry;
  return { planId, entryId, planVersion, status, catalogueVersionBefore: catalogueVersion, catalogueVersionAfter: catalogueVersion };
}

function revised(head: Head, plan: MeasurePlanMade, difference: PlanDifference): AssessedPlan {
  const fresh = [...difference.added, ...difference.softened];
  const codes = new Set(fresh.map((row) => row.measureCode));
  const partyIds = new Set(difference.added.map((row) => row.partyId));
  return {
    ...head,
    action: 'REVISE',
    catalogueVersionAfter: plan.catalogueVersion,
    withdrawn: groupRows(difference.withdrawn),
    added: groupRows(difference.added),
    // Less of a reward frees nobody.
    changed: groupRows(
      plan.direction === 'REWARD' ? difference.softened : difference.softened.map((row) => ({ ...row, frees: row.isSofter })),
    ),
    kept: difference.kept.length - difference.softened.length,
    demands: demandsOf([...rowsOf(plan).values()].map(({ item }) => item)),
    measures: plan.measures.filter(({ measureCode }) => codes.has(measureCode)),
    parties: plan.parties.filter(({ partyId }) => partyIds.has(partyId)),
  };
}

/** What a plan orders and tells for parties for whom it is not over. */
export function standingRows(plan: Pick<StandingPlan, 'body' | 'endedPartyIds'>): PlanRowItem[] {
  const rows = [...rowsOf(plan.body).values()].map(({ item }) => item);
  return rows.filter(({ partyId }) => !plan.endedPartyIds.includes(partyId));
}

function groupRows(rows: readonly (PlanRowItem & { readonly frees?: boolean })[]): AssessedPlan['withdrawn'] {
  const groups = new Map<string, AssessedPlan['withdrawn'][number]>();
  for (const { partyId, measureCode, departmentCode, notice, frees } of rows) {
    const key = `${measureCode}|${departmentCode}|${notice}|${frees}`;
    const group = groups.get(key);
    if (group === undefined)
      groups.set(key, { partyIds: [partyId], measureCode, departmentCode, notice, ...(frees === undefined ? {} : { frees }) });
    else group.partyIds.push(partyId);
  }
  return sorted([...groups].map(([key, group]) => [key, { ...group, partyIds: group.partyIds.sort() }]));
}

/** Rows by parties that get the same, so that they grow with measures plus parties. */
function demandsOf(rows: readonly PlanRowItem[]): NonNullable<AssessedPlan['demands']> {
  const ofParty = new Map<string, PlanRowItem[]>();
  for (const row of rows) ofParty.set(row.partyId, [...(ofParty.get(row.partyId) ?? []), row]);
  const groups = new Map<string, NonNullable<AssessedPlan['demands']>[number]>();
  for (const [partyId, own] of [...ofParty].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const measures = [...new Set(own.map((row) => row.measureCode))].sort().map((measureCode) => {
      const executors = (notice: boolean) =>
        own.filter((row) => row.measureCode === measureCode && row.notice === notice).map((row) => row.departmentCode);
      return { measureCode, tasks: executors(false).sort(), notices: executors(true).sort() };
    });
    const key = JSON.stringify(measures);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { partyIds: [partyId], measures });
    else group.partyIds.push(partyId);
  }
  return sorted([...groups]);
}

function sorted<Item>(items: readonly (readonly [string, Item])[]): Item[] {
  return items.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

function versionsOf(versions: readonly IndexedCatalogue[], change: ReplayChange, looked: readonly StoredPlan[]): ReplayVersion[] {
  const newest = versions.at(-1)?.version;
  const laws = new Set([newest, change.kind === 'CATALOGUE_VERSION' ? change.version : newest]);
  return [
    ...looked.map((plan): ReplayVersion => ({ kind: 'PLAN', id: plan.planId, version: String(plan.planVersion) })),
    ...[...laws].flatMap((law): ReplayVersion[] =>
      law === undefined ? [] : [{ kind: 'CATALOGUE', id: String(law), version: String(law) }],
    ),
  ];
}

/** A plan whose body no longer follows from its own stored inputs, also where it has ended and nothing would be done about it. */
function mismatchesOf(versions: readonly IndexedCatalogue[], plan: StoredPlan): Mismatch[] {
  const { difference } = deriveAgain(knownTo(versions, plan), { ...plan, entry: plan.derivedFrom ?? plan.entry });
  if (isEmptyDifference(difference)) return [];
  const name = ({ partyId, measureCode, departmentCode }: PlanRowItem) => `${measureCode} ${departmentCode} ${partyId}`;
  const few = (rows: readonly PlanRowItem[]) => rows.slice(0, 5).map(name).join('; ');
  const { added, withdrawn, softened } = difference;
  return [
    {
      id: plan.planId,
      expected: `+${added.length} ~${softened.length}: ${few([...added, ...softened])}`,
      found: `-${withdrawn.length}: ${few(withdrawn)}`,
    },
  ];
}

/** Whether a plan says otherwise what those who execute or ask keep of it. What comes out of a database has its fields in another order. */
export function isSaidOtherwise(before: MeasurePlanMade, after: MeasurePlanMade): boolean {
  const inOrder = (_name: string, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  const said = ({
    catalogueVersion,
    listField,
    designatingDepartment,
    entryNumber,
    activatedOn,
    validTo,
    measures,
    groups,
  }: MeasurePlanMade) =>
    JSON.stringify([catalogueVersion, listField, designatingDepartment, entryNumber, activatedOn, validTo, measures, groups], inOrder);
  return said(before) !== said(after);
}

/** Which plan, or whether the newest catalogue, has moved since they were assessed; undefined when nothing has. */
export function movedSince(
  plans: readonly Pick<StoredPlan, 'planId' | 'planVersion'>[],
  newest: number,
  versions: readonly ReplayVersion[],
): string | undefined {
  if (!versions.some(({ kind, id }) => kind === 'CATALOGUE' && id === String(newest))) return `目录第 ${newest} 版已经生效`;
  const known = new Map(versions.filter(({ kind }) => kind === 'PLAN').map(({ id, version }) => [id, version]));
  const moved = plans.find((plan) => known.get(plan.planId) !== String(plan.planVersion));
  return moved === undefined ? undefined : `措施方案 ${moved.planId} 已是第 ${moved.planVersion} 版`;
}
