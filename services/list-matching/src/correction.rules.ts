import type { CorrectedFacts, FieldProblem, Grade, ListEntryRequest, ListType, Origin, ProblemCode } from '@lianxin/contracts';
import { findProcedureFaults, type ListSettings } from './designation-procedure.rules.ts';
import { decideValidity } from './designation-term.rules.ts';
import { definitionOn, type ListDefinition } from './list-definition.rules.ts';
import { type ListingGround, onGround } from './list-rule.rules.ts';

type Condition = ListEntryRequest['conditions'][number];

/** A named person of an entry, in the words of its table. */
export interface CorrectableParty {
  readonly id: string;
  readonly role: string;
  readonly named: boolean;
  readonly served: boolean;
  readonly notice_served_on: string | null;
  readonly decision_served_on: string | null;
}

/** An entry in force as a correction sees it, in the words of its table. */
export interface CorrectableEntry {
  readonly number: string;
  readonly list_code: string;
  readonly list_version: number;
  readonly list_type: ListType;
  readonly origin: Origin;
  readonly listing_ground: string | null;
  readonly grade: Grade;
  readonly industry: string | null;
  readonly conditions: readonly { code: string; documentNo: string }[];
  readonly decision_date: string | null;
  readonly notice: ListEntryRequest['notice'] | null;
  readonly service: ListEntryRequest['service'] | null;
  readonly public_notice: ListEntryRequest['publicNotice'] | null;
  readonly activated_on: string | null;
  readonly valid_from: string | null;
  readonly valid_to: string | null;
}

/** The law by which it is judged, and the day. */
export interface CorrectionLaw {
  /** Every version of its list. */
  readonly versions: readonly ListDefinition[];
  readonly grounds: readonly ListingGround[];
  /** As they were on the day on which a clock started. */
  readonly settingsOn: (date: string) => ListSettings;
  readonly calendar: Parameters<typeof findProcedureFaults>[2]['calendar'];
  readonly today: string;
}

/** What a correction changes of the row. */
export interface CorrectionPatch {
  readonly decision_date?: string;
  readonly list_version?: number;
  readonly valid_from?: string;
  readonly valid_to?: string | null;
  readonly grade?: Grade;
  readonly industry?: string | null;
  readonly conditions?: Condition[];
}

export type CorrectionDecision =
  | {
      readonly ok: true;
      /** The facts that are otherwise, also those that follow from another: as they will stand. */
      readonly facts: CorrectedFacts;
      /** Each of them as it was and as it will be, for the fact of the entry. */
      readonly changes: Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>;
      readonly patch: CorrectionPatch;
      readonly parties: readonly { readonly id: string; readonly named: boolean; readonly served: boolean }[];
      /** Names of the facts that bind harder than before: beyond what was decided (R-6-7a). */
      readonly hardens: readonly string[];
    }
  | { readonly ok: false; readonly clause: string; readonly faults: readonly [FieldProblem, ...FieldProblem[]] };

const gradeOrder: readonly Grade[] = ['MINOR', 'GENERAL', 'SERIOUS'];

/**
 * §6.4: facts of an entry in force are corrected and it remains; its term is computed again from the corrected dates by the version of the list that was in
 * force on them (R-0-1), and no correction may make the procedure unlawful that was not (R-2-6…R-2-9). Whether it may bind harder, the caller says.
 */
export function decideCorrection(
  entry: CorrectableEntry,
  parties: readonly CorrectableParty[],
  facts: CorrectedFacts,
  law: CorrectionLaw,
): CorrectionDecision {
  const refused = new Refusals();
  const before = definitionOf(entry, law);
  const date = facts.decisionDate ?? entry.decision_date ?? law.today;
  const after = date === entry.decision_date ? before : definitionOn(law.versions, date);
  if (after === undefined || before === undefined)
    return refused.only('R-0-1', '/decisionDate', 'LIST_UNKNOWN', `${date} 时该名单尚无规定`);
  if (after.version !== before.version && after.status !== 'ENABLED')
    refused.add('R-2-2', '/decisionDate', 'LIST_DISABLED', `${date} 时名单 ${after.code} 的状态为 ${after.status}`);
  if (facts.listField !== undefined && facts.listField !== after.field)
    refused.add('R-2-1', '/listField', 'VALIDATION_FAILED', `领域由名单规定（${after.field ?? '无'}），不随记录更正`);
  judgeDecisionDate(entry, parties, date, after, law, refused);
  const term = termOf(entry, facts, date, onGround(before, entry.listing_ground, law.grounds), after, law);
  for (const fault of term.faults) refused.add('R-2-6', fault.pointer, fault.code, fault.detail);
  judgeParties(parties, facts, refused);
  if (refused.refusal !== undefined) return refused.refusal;
  return correctionOf(entry, parties, { ...facts, decisionDate: date, validTo: term.validTo }, { validFrom: term.validFrom, after });
}

function definitionOf(entry: CorrectableEntry, law: CorrectionLaw): ListDefinition | undefined {
  return law.versions.find(({ code, version }) => code === entry.list_code && version === entry.list_version);
}

/** A decision is made before it has effects, after whoever it is about was heard, and never tomorrow. */
function judgeDecisionDate(
  entry: CorrectableEntry,
  parties: readonly CorrectableParty[],
  date: string,
  after: ListDefinition,
  law: CorrectionLaw,
  refused: Refusals,
): void {
  if (date === entry.decision_date) return;
  if (date > law.today) refused.add('R-2-6', '/decisionDate', 'DATE_IN_FUTURE', `决定日期不能晚于今天（${law.today}）`);
  if (entry.activated_on !== null && date > entry.activated_on)
    refused.add('R-2-6', '/decisionDate', 'DATE_ORDER', `决定日期晚于记录生效日期（${entry.activated_on}）`);
  const known = new Set(
    procedureFaults(entry, parties, entry.decision_date ?? date, after, law).map(({ pointer, code }) => pointer + code),
  );
  for (const fault of procedureFaults(entry, parties, date, after, law))
    if (!known.has(fault.pointer + fault.code)) refused.add('R-2-6', '/decisionDate', fault.code, fault.detail);
}

/** Faults of the procedure if the decision had been made on this day. */
function procedureFaults(
  entry: CorrectableEntry,
  parties: readonly CorrectableParty[],
  date: string,
  definition: ListDefinition,
  law: CorrectionLaw,
): FieldProblem[] {
  const request = {
    origin: entry.origin,
    decision: { date },
    notice: entry.notice ?? undefined,
    service: entry.service ?? undefined,
    publicNotice: entry.public_notice ?? undefined,
    parties: parties
      .filter(({ role }) => role !== 'SUBJECT')
      .map((party) => ({
        noticeServedOn: party.notice_served_on ?? undefined,
        decisionServedOn: party.decision_served_on ?? undefined,
      })),
  };
  return findProcedureFaults(request, definition, law);
}

/** The term: as it is given, else computed again where it began with the decision, else as it was. */
function termOf(
  entry: CorrectableEntry,
  facts: CorrectedFacts,
  date: string,
  before: ListDefinition,
  after: ListDefinition,
  law: CorrectionLaw,
): { validFrom: string; validTo: string | null; faults: readonly FieldProblem[] } {
  const oldFrom = entry.valid_from ?? date;
  const followsDecision = oldFrom === entry.decision_date;
  const validFrom = followsDecision ? date : oldFrom;
  if (facts.validTo === undefined && validFrom === oldFrom && date === entry.decision_date)
    return { validFrom, validTo: entry.valid_to, faults: [] };
  const definition = onGround(after, entry.listing_ground, law.grounds);
  // Whether its end was the list's own term, or one that the decision set.
  const byList = decideValidity({ validFrom: oldFrom, decision: { date: oldFrom } }, before, oldFrom).validTo;
  const asked =
    facts.validTo !== undefined ? facts.validTo : entry.valid_to === byList && validFrom !== oldFrom ? undefined : entry.valid_to;
  if (asked === null && !isOpen(definition)) {
    const detail = `名单 ${definition.code} 的期限由决定书确定，须填写 validTo`;
    return { validFrom, validTo: null, faults: [{ pointer: '/validTo', code: 'TERM_REQUIRED', detail }] };
  }
  const decided = decideValidity({ validFrom, ...(asked == null ? {} : { validTo: asked }), decision: { date } }, definition, validFrom);
  const validTo = asked === null ? null : decided.validTo;
  // What stood against the entry before is not brought about by a correction that shortens it.
  const isShorter = date === entry.decision_date && validTo !== null && entry.valid_to !== null && validTo <= entry.valid_to;
  const faults = decided.faults.filter(({ pointer, code }) => !isShorter || (code !== 'TERM_EXCEEDS_LIST' && pointer !== '/validFrom'));
  return { validFrom, validTo, faults };
}

function isOpen(definition: ListDefinition): boolean {
  return definition.termKind === 'UNTIL_CORRECTED' || definition.termKind === 'UNTIL_DOWNGRADED';
}

/** R-2-15: only persons whom this entry has; the subject itself is always named. */
function judgeParties(parties: readonly CorrectableParty[], facts: CorrectedFacts, refused: Refusals): void {
  for (const [index, asked] of (facts.parties ?? []).entries()) {
    const known = parties.find(({ id }) => id === asked.partyId);
    const pointer = `/parties/${index}`;
    if (known === undefined) refused.add('R-2-15', `${pointer}/partyId`, 'VALIDATION_FAILED', '该记录没有此当事人');
    else if (known.role === 'SUBJECT' && !asked.named)
      refused.add('R-2-15', `${pointer}/named`, 'VALIDATION_FAILED', '主体本人总是决定所列');
    if (asked.served && !asked.named) refused.add('R-2-15', `${pointer}/served`, 'VALIDATION_FAILED', '决定未列明的人不能视为已送达');
  }
}

/** What differs from what stands, and whether it binds harder. */
function correctionOf(
  entry: CorrectableEntry,
  parties: readonly CorrectableParty[],
  asked: CorrectedFacts & { readonly decisionDate: string; readonly validTo: string | null },
  { validFrom, after }: { readonly validFrom: string; readonly after: ListDefinition },
): CorrectionDecision {
  const changes: Record<string, { from: unknown; to: unknown }> = {};
  const patch: { -readonly [Name in keyof CorrectionPatch]: CorrectionPatch[Name] } = {};
  const facts: { -readonly [Name in keyof CorrectedFacts]: CorrectedFacts[Name] } = {};
  const hardens: string[] = [];
  const change = (name: string, from: unknown, to: unknown, isHarder: boolean) => {
    changes[name] = { from, to };
    if (isHarder) hardens.push(name);
  };
  if (asked.decisionDate !== entry.decision_date) {
    facts.decisionDate = patch.decision_date = asked.decisionDate;
    if (after.version !== entry.list_version) patch.list_version = after.version;
    // A later decision comes under law that was not yet in force on the earlier day (R-4-2).
    change('decisionDate', entry.decision_date, asked.decisionDate, asked.decisionDate > (entry.decision_date ?? ''));
  }
  if (validFrom !== entry.valid_from) {
    patch.valid_from = validFrom;
    change('validFrom', entry.valid_from, validFrom, false);
  }
  if (asked.validTo !== entry.valid_to) {
    facts.validTo = patch.valid_to = asked.validTo;
    change('validTo', entry.valid_to, asked.validTo, isHarderEnd(entry.list_type, entry.valid_to, asked.validTo));
  }
  if (asked.grade !== undefined && asked.grade !== entry.grade) {
    facts.grade = patch.grade = asked.grade;
    change('grade', entry.grade, asked.grade, gradeOrder.indexOf(asked.grade) > gradeOrder.indexOf(entry.grade));
  }
  if (asked.industry !== undefined && asked.industry !== entry.industry) {
    facts.industry = patch.industry = asked.industry;
    // Measures of the other trade may come along.
    change('industry', entry.industry, asked.industry, asked.industry !== null);
  }
  const { conditions } = asked;
  if (conditions !== undefined && keysOf(conditions) !== keysOf(entry.conditions)) {
    facts.conditions = patch.conditions = conditions;
    const known = new Set(entry.conditions.map(({ code }) => code));
    change(
      'conditions',
      entry.conditions,
      conditions,
      conditions.some(({ code }) => !known.has(code)),
    );
  }
  const others = (asked.parties ?? []).flatMap(({ partyId, named, served }) => {
    const known = parties.find(({ id }) => id === partyId);
    return known === undefined || (known.named === named && known.served === served) ? [] : [{ known, to: { partyId, named, served } }];
  });
  if (others.length > 0) {
    facts.parties = others.map(({ to }) => to);
    const from = others.map(({ known: { id: partyId, named, served } }) => ({ partyId, named, served }));
    const isHarder = others.some(({ known, to }) => (to.named && !known.named) || (to.served && !known.served));
    change('parties', from, facts.parties, isHarder);
  }
  return {
    ok: true,
    facts,
    changes,
    patch,
    hardens,
    parties: others.map(({ to: { partyId: id, named, served } }) => ({ id, named, served })),
  };
}

/** What restricts binds harder with a later end, an honour gives less with an earlier one; null: no end. */
function isHarderEnd(listType: ListType, from: string | null, to: string | null): boolean {
  const [earlier, later] = listType === 'RED' ? [to, from] : [from, to];
  return earlier !== null && (later === null || later > earlier);
}

function keysOf(conditions: readonly Condition[]): string {
  return conditions
    .map(({ code, documentNo }) => `${code}\n${documentNo}`)
    .sort()
    .join('\n\n');
}

/** Gathers refusals; a correction with any of them is refused with all of them, under the clause of the first. */
class Refusals {
  private readonly faults: FieldProblem[] = [];
  private clause: string | undefined;

  add(clause: string, pointer: string, code: ProblemCode, detail: string): void {
    this.clause ??= clause;
    this.faults.push({ pointer, code, detail });
  }

  only(clause: string, pointer: string, code: ProblemCode, detail: string): CorrectionDecision {
    return { ok: false, clause, faults: [{ pointer, code, detail }] };
  }

  get refusal(): CorrectionDecision | undefined {
    const [first, ...others] = this.faults;
    return first === undefined || this.clause === undefined ? undefined : { ok: false, clause: this.clause, faults: [first, ...others] };
  }
}
