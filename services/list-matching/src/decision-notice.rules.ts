import type { CatalogueMeasure, Grade, ListEntryRequest, ListType, PartyRole, SubjectKind } from '@lianxin/contracts';
import { addMonths, grades } from '@lianxin/contracts';
import type { ListDefinition } from './list-definition.rules.ts';

/** Whose decision it is and whom it names, as it stood on the day; a person only masked (the rest lies sealed beside it). */
export interface NoticePerson {
  readonly subjectId: string;
  readonly role: PartyRole;
  readonly kind: SubjectKind;
  /** An organisation's name, a person's masked. */
  readonly name: string;
  readonly usccCode: string | null;
  readonly idMasked: string | null;
}
export interface NoticeMeasure {
  readonly code: string;
  readonly nameZh: string;
  /** Law that may be cited, with its clause: what nobody has verified is never shown as law (domain §0.1). */
  readonly bases: readonly string[];
  /** Whom it concerns: the subject, or those named in these roles. */
  readonly roles: readonly PartyRole[];
  /** Handed to others for their own judgement, nothing that is ordered (R-1-4). */
  readonly reference: boolean;
}
/** How an entry is left before its term (R-5-3a, R-2-12, §5.6). */
export interface RepairTerms {
  readonly kind: 'REPAIR' | 'COURT_REMOVAL' | 'CORRECTION' | 'TERM_ONLY';
  readonly minMonths: number | null;
  /** R-5-4. */
  readonly countsFrom: 'PUBLICITY_DATE' | 'DECISION_DATE' | null;
  /** Earliest day of an application, where it is known when the notice is made. */
  readonly earliestOn: string | null;
  /** Law that ends it only with its term; null where none is verified. */
  readonly basis: string | null;
}
/** 认定决定书 and 信用修复告知书 as data (R-2-7, R-5-9): what was served, for good. */
export interface NoticeContent {
  readonly format: 1;
  /** SIGNED: made here by the signature, before anything was served. RECORDED: drawn from what the unit recorded of a decision made elsewhere. */
  readonly source: 'SIGNED' | 'RECORDED';
  readonly entryNumber: string;
  readonly listCode: string;
  readonly listName: string;
  readonly listType: ListType;
  readonly departmentCode: string;
  readonly departmentName: string;
  readonly persons: readonly NoticePerson[];
  readonly decision: {
    readonly name: string;
    readonly number: string;
    readonly date: string;
    readonly grade: Grade;
    readonly facts: string;
    /** What the decision cites, document with clause. */
    readonly basis: readonly string[];
    /** Citation of the list, where it is verified. */
    readonly listBasis: string | null;
    /** Words of the unit where the decision was drawn up here (R-2-7); null: those of its list stand. */
    readonly warning: string | null;
    readonly removal: string | null;
    readonly remedies: string | null;
    readonly validFrom: string | null;
    readonly validTo: string | null;
    readonly months: number | null;
  };
  readonly repair: RepairTerms | null;
  /** Of the words that it shares with others (`NoticeTexts`). */
  readonly textsHash: string;
}

/** What a decision says of its measures depends on these alone. */
export interface MeasureQuestion {
  readonly listCode: string;
  readonly listType: ListType;
  readonly grade: Grade;
  readonly decisionDate: string;
  readonly conditions: ListEntryRequest['conditions'];
  readonly parties: readonly { readonly kind: SubjectKind; readonly role: PartyRole }[];
}

const openingKinds: readonly string[] = ['LAW', 'ADMIN_REG', 'CENTRAL_POLICY'];

/**
 * Measures of which a decision warns (R-2-7): those that may follow from it by the law in force on its day (R-4-2, R-4-6, R-4-7, R-2-5). The plan of
 * measure-decomposition decides what is executed; nothing is threatened here that it could not demand.
 */
export function noticeMeasuresOf(measures: readonly CatalogueMeasure[], asked: MeasureQuestion): NoticeMeasure[] {
  const direction = asked.listType === 'RED' ? 'REWARD' : 'PUNISH';
  return measures
    .filter((measure) => measure.direction === direction && measure.listCodes.includes(asked.listCode) && isPossible(measure, asked))
    .map((measure) => ({
      code: measure.code,
      nameZh: measure.nameZh,
      bases: citableBases(measure, asked).map(({ document, article }) => (article === null ? document : `${document}${article}`)),
      roles: [...new Set(concerned(measure, asked).map((party) => party.role))],
      reference: measure.group === '3' || measure.force === 'REFERENCE',
    }))
    .filter((measure) => measure.roles.length > 0);
}

function isPossible(measure: CatalogueMeasure, asked: MeasureQuestion): boolean {
  const { decisionDate, listType } = asked;
  if (measure.effectiveFrom > decisionDate || (measure.effectiveTo !== null && decisionDate > measure.effectiveTo)) return false;
  if (listType === 'FOCUS' && measure.class !== 'C10') return false;
  const isGated = measure.direction === 'REWARD' ? measure.class === 'R04' : measure.group !== '3';
  if (isGated && openingBases(measure, asked).length === 0) return false;
  if (!conditionHolds(measure.condition, asked.conditions)) return false;
  return measure.minGrade === null || measure.force === 'MANDATORY' || grades.indexOf(asked.grade) >= grades.indexOf(measure.minGrade);
}

const openingBases = (measure: CatalogueMeasure, { listCode, decisionDate }: MeasureQuestion) =>
  measure.bases.filter(
    (basis) =>
      openingKinds.includes(basis.basisKind) &&
      basis.verified &&
      basis.coversLists.includes(listCode) &&
      basis.effectiveFrom <= decisionDate,
  );

/** A memorandum is no law (R-0-2): it is not cited, whether somebody has read it or not. */
const citableBases = (measure: CatalogueMeasure, { listCode, decisionDate }: MeasureQuestion) =>
  measure.bases.filter(
    (basis) =>
      basis.verified && basis.basisKind !== 'MEMO_ONLY' && basis.coversLists.includes(listCode) && basis.effectiveFrom <= decisionDate,
  );

const concerned = (measure: CatalogueMeasure, { parties }: MeasureQuestion) =>
  parties.filter((party) => measure.subjectKinds.includes(party.kind) && measure.partyRoles.includes(party.role));

function conditionHolds(condition: string | null, given: ListEntryRequest['conditions']): boolean {
  if (condition === null) return true;
  const proved = new Set(given.filter(({ documentNo }) => documentNo.trim() !== '').map(({ code }) => code));
  const codes = condition.split(/[&|]/u);
  return condition.includes('|') ? codes.some((code) => proved.has(code)) : codes.every((code) => proved.has(code));
}

/** 36号令 in force: periods count from publicity for acts from this day on, from the decision before (R-5-4). */
const publicitySince = '2026-04-01';

/**
 * How the subject gets off the list before its term, and from when (R-5-3a: the list's own rule first). Honours and focus entries have no repair notice.
 * @param publishedOn first day of publicity, where the entry is in force already
 */
export function repairTermsOf(
  list: Pick<ListDefinition, 'type' | 'courtExit' | 'minRepairMonths' | 'basis' | 'confidence'>,
  decisionDate: string,
  publishedOn: string | null,
): RepairTerms | null {
  const none = { minMonths: null, countsFrom: null, earliestOn: null } as const;
  const basis = list.confidence === 'H' ? list.basis : null;
  if (list.type === 'RED' || list.type === 'FOCUS') return null;
  if (list.courtExit) return { kind: 'COURT_REMOVAL', ...none, basis };
  if (list.type === 'ABNORMAL') return { kind: 'CORRECTION', ...none, basis };
  if (list.minRepairMonths === null) return { kind: 'TERM_ONLY', ...none, basis };
  const minMonths = list.minRepairMonths;
  const countsFrom = decisionDate >= publicitySince ? 'PUBLICITY_DATE' : 'DECISION_DATE';
  const from = countsFrom === 'DECISION_DATE' ? decisionDate : publishedOn;
  return { kind: 'REPAIR', minMonths, countsFrom, earliestOn: from === null ? null : addMonths(from, minMonths), basis };
}

/** Citation of a basis as it was given. */
export function citationOf({ document, article }: { readonly document: string; readonly article?: string | undefined }): string {
  return article === undefined ? document : `${document}${article}`;
}
