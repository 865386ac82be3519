import type { DraftRequest, FieldProblem } from '@lianxin/contracts';
import {
  type Designation,
  type DesignationContent,
  type DesignationContext,
  type DesignationDecision,
  defaultGrade,
  findDesignatingUnit,
  findListFaults,
  refusal,
} from './designation.rules.ts';
import { checkIdentities } from './designation-identity.rules.ts';
import { findTextFaults } from './designation-text.rules.ts';
import { definitionOn, type ListDefinition } from './list-definition.rules.ts';
import { findGroundFaults } from './list-rule.rules.ts';

export type DraftDecision =
  | { readonly ok: true; readonly definition: ListDefinition; readonly departmentCode: string; readonly level: 'CITY' | 'COUNTY' }
  | Extract<DesignationDecision, { ok: false }>;

/** T1: the list is enabled on the day, the caller belongs to a unit that may designate, and no text holds what may not be stored. */
export function judgeDraft(draft: DraftRequest, context: DesignationContext): DraftDecision {
  const definition = definitionOn(context.versions, context.today);
  const textFaults = findTextFaults(contentOf(draft));
  if (definition === undefined) return refusal([{ pointer: '/listCode', code: 'LIST_UNKNOWN', detail: '没有该代码的名单' }, ...textFaults]);
  const unit = findDesignatingUnit({ origin: 'CITY', batchNo: undefined }, definition, context);
  if (!unit.ok) return refusal([unit.fault]);
  const [first, ...others] = [
    ...textFaults,
    ...findListFaults(definition, context),
    ...findGroundFaults(definition.code, draft.listingGround, context.grounds),
  ];
  if (first !== undefined) return refusal([first, ...others]);
  return { ok: true, definition, departmentCode: unit.departmentCode, level: unit.level };
}

/** T2: everything that §2.7 wants of an entry before its decision; all that is missing or wrong is told at once. */
export function judgeSubmission(draft: DraftRequest, context: DesignationContext): DesignationDecision {
  const drafted = judgeDraft(draft, context);
  if (!drafted.ok) return drafted;
  const { definition } = drafted;
  const identities = checkIdentities({ ...draft, decision: { date: context.today } }, definition, context.today);
  const [first, ...others] = [...findMissing(draft, definition, context), ...identities.faults];
  if (first !== undefined) return refusal([first, ...others]);
  if (identities.subject === undefined) throw new Error('a subject without identity and without fault');
  const designation: Designation = {
    request: contentOf(draft),
    definition,
    departmentCode: drafted.departmentCode,
    level: drafted.level,
    grade: draft.grade ?? defaultGrade(definition),
    subject: identities.subject,
    parties: identities.parties.map((party, index) => {
      const named = draft.parties[index]?.toBeNamed === true;
      // A punishing decision must reach each named person by itself; the proof comes step by step (R-2-15).
      const served = named && (definition.type === 'RED' || definition.type === 'ABNORMAL');
      return { ...party, named, served, noticeServedOn: null, decisionServedOn: null };
    }),
    today: context.today,
    validFrom: null,
    validTo: null,
  };
  return { ok: true, designation };
}

function findMissing(draft: DraftRequest, definition: ListDefinition, context: DesignationContext): FieldProblem[] {
  const hasGrounds = (context.grounds ?? []).some((ground) => ground.listCode === definition.code);
  const required: [string, boolean, string][] = [
    ['/subject/regionCode', draft.subject.regionCode !== undefined, '登记地行政区划'],
    ['/facts', draft.facts !== undefined, '事由'],
    ['/basis', draft.basis.length > 0, '认定依据（文件和条款）'],
    ['/listingGround', !hasGrounds || draft.listingGround !== undefined, '列入情形'],
  ];
  return required.flatMap(([pointer, given, title]) =>
    given ? [] : [{ pointer, code: 'ENTRY_INCOMPLETE' as const, detail: `缺少${title}` }],
  );
}

/** A draft in the words of a designation, without the documents that are still to come. */
export function contentOf(draft: DraftRequest): DesignationContent {
  const { subject, parties, ...rest } = draft;
  return {
    ...rest,
    origin: 'CITY',
    subject: { ...subject, regionCode: subject.regionCode ?? '' },
    parties: parties.map(({ toBeNamed, idType, idNumber, ...party }) => ({
      ...party,
      idType: idType ?? 'ID_CARD',
      idNumber: idNumber ?? '',
      namedInDecision: toBeNamed,
    })),
    facts: draft.facts ?? '',
    decision: null,
  };
}
