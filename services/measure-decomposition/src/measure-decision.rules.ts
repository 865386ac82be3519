import type { CatalogueMeasure, Direction, ListEntryActivated, MeasurePlanMade, PlanMeasure, SkipReason } from '@lianxin/contracts';
import { grades } from '@lianxin/contracts';
import { conditionCodes, type Gate, gateOf, type IndexedCatalogue, isVoluntary } from './catalogue.rules.ts';
import { isTenant, routeExecutor } from './territory.rules.ts';

type Skip = MeasurePlanMade['groups'][number]['skips'][number];

/** The clause that says so, for every skip. */
export const skipClauses = {
  PARTY_NOT_SERVED: 'R-2-15',
  FOCUS_ONLY_C10: 'R-2-5',
  NOT_RETROACTIVE: 'R-4-8',
  NO_LEGAL_BASIS: 'R-4-6',
  CONDITION_NOT_PROVED: 'R-4-2',
  BELOW_MIN_GRADE: 'R-4-7',
  NO_EXECUTOR: 'R-4-4',
} as const satisfies Record<SkipReason, string>;

/** RED rewards; BLACK, FOCUS and ABNORMAL may only restrict (R-4-2). */
export function directionOf(listType: ListEntryActivated['listType']): Direction {
  return listType === 'RED' ? 'REWARD' : 'PUNISH';
}

/** What one measure gives to whoever it matches: either it is executed (`planned`) or skipped. The same for every party of the entry. */
export interface Decision {
  readonly measure: CatalogueMeasure;
  /** The same measure in later versions of the catalogue: a party must match in all of them (R-4-8). */
  readonly later: readonly CatalogueMeasure[];
  readonly planned: PlanMeasure | null;
  readonly skip: Skip | null;
  /** Departments or regions that the catalogue does not know. */
  readonly missing: readonly string[];
}

/**
 * Decides one measure under the version that it comes from.
 * @param routing the newest version: who executes is no punishment, so that what was missing may be supplied afterwards (R-4-8, corrected routing).
 */
export function decide(measure: CatalogueMeasure, entry: ListEntryActivated, routing: IndexedCatalogue): Decision {
  const gate = gateOf(measure, entry.listCode, gateDate(entry));
  const reason = refusal(measure, gate, entry);
  if (reason !== null) return { measure, later: [], planned: null, skip: skipped(measure, reason), missing: [] };
  const { executors, missing } = routeAll(routing, measure, entry);
  if (executors.length === 0) return { measure, later: [], planned: null, skip: skipped(measure, 'NO_EXECUTOR'), missing };
  return {
    measure,
    later: [],
    skip: null,
    missing,
    planned: {
      measureCode: measure.code,
      canonicalCode: measure.canonicalCode,
      class: measure.class,
      force: measure.force,
      trigger: measure.trigger,
      holdExempt: measure.holdExempt,
      termRule: measure.termRule,
      basisRefs: [...gate.basisRefs],
      conditions: proofsOf(measure.condition, entry),
      executors,
    },
  };
}

/**
 * The day whose law decides a gate. A restriction is judged by the law in force on the day of the legal act, the decision (R-0-1), so a
 * basis that came into force between decision and activation opens nothing: R-4-8 forbids punishing backwards whether the catalogue row
 * or only its basis is the newer one. NOT_RETROACTIVE compares the decision with the row's own date (catalogue rule 22); a row that is
 * old enough but had no basis yet on that day is NO_LEGAL_BASIS, for that is what it lacked. Rewards take the law of the day they begin.
 */
export function gateDate(entry: Pick<ListEntryActivated, 'listType' | 'decision' | 'activatedOn'>): string {
  if (directionOf(entry.listType) === 'REWARD') return entry.activatedOn;
  return entry.decision.date < entry.activatedOn ? entry.decision.date : entry.activatedOn;
}

/** The first reason that fits, in the order of R-4-2; null if the measure is to be executed. */
function refusal(measure: CatalogueMeasure, gate: Gate, entry: ListEntryActivated): SkipReason | null {
  if (entry.listType === 'FOCUS' && measure.class !== 'C10') return 'FOCUS_ONLY_C10';
  if (measure.direction === 'PUNISH' && entry.decision.date < measure.effectiveFrom) return 'NOT_RETROACTIVE';
  if (gate.status === 'CLOSED') return 'NO_LEGAL_BASIS';
  if (!conditionHolds(measure, entry)) return 'CONDITION_NOT_PROVED';
  if (isBelowMinGrade(measure, entry)) return 'BELOW_MIN_GRADE';
  return null;
}

/** Catalogue rule 17: a code that the entry does not carry with a document number is not proved. */
function conditionHolds(measure: CatalogueMeasure, entry: ListEntryActivated): boolean {
  if (measure.condition === null) return true;
  const proved = new Set(proofsOf(measure.condition, entry).map((proof) => proof.code));
  const { every, codes } = conditionCodes(measure.condition);
  return every ? codes.every((code) => proved.has(code)) : codes.some((code) => proved.has(code));
}

/** One document for each code, the first that the entry names: one proves it, and the size of a plan stays bounded. */
export function proofsOf(condition: string | null, entry: Pick<ListEntryActivated, 'conditions'>): PlanMeasure['conditions'] {
  if (condition === null) return [];
  const given = entry.conditions.filter(({ documentNo }) => documentNo.trim() !== '');
  return conditionCodes(condition).codes.flatMap((code) => given.find((proof) => proof.code === code) ?? []);
}

/** R-4-7: what the law commands (MANDATORY) does not ask for the grade. */
function isBelowMinGrade(measure: CatalogueMeasure, entry: ListEntryActivated): boolean {
  if (measure.minGrade === null || measure.force === 'MANDATORY') return false;
  return grades.indexOf(entry.grade) < grades.indexOf(measure.minGrade);
}

function routeAll(catalogue: IndexedCatalogue, measure: CatalogueMeasure, entry: ListEntryActivated) {
  const executors: PlanMeasure['executors'] = [];
  const missing: string[] = [];
  for (const executor of catalogue.measureByCode.get(measure.code)?.executors ?? measure.executors) {
    const routing = routeExecutor(catalogue, executor, entry);
    if (!routing.ok) {
      missing.push(routing.missing);
      continue;
    }
    const { department } = routing;
    const known = executors.find((one) => one.departmentCode === department.code);
    if (known !== undefined) {
      // Two that were merged execute once, in the stronger role.
      if (executor.role === 'LEAD') known.role = 'LEAD';
      continue;
    }
    const notice = measure.force === 'REFERENCE' || isVoluntary(measure) || !isTenant(department);
    executors.push({
      departmentCode: department.code,
      role: executor.role,
      notice,
      hasDeadline: !notice && department.supervised,
    });
  }
  return { executors, missing: [...new Set(missing)] };
}

export function skipped(measure: CatalogueMeasure, reason: SkipReason): Skip {
  return { measureCode: measure.code, reason, clause: skipClauses[reason] };
}
