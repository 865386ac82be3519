import {
  type FieldProblem,
  type Grade,
  type ListEntryRequest,
  type ProblemCode,
  problems,
  type Role,
  type WorkingDayCalendar,
} from '@lianxin/contracts';
import { type CleanParty, type CleanSubject, checkIdentities } from './designation-identity.rules.ts';
import { findProcedureFaults, type ListSettings } from './designation-procedure.rules.ts';
import { decideValidity } from './designation-term.rules.ts';
import { findTextFaults } from './designation-text.rules.ts';
import { definitionOn, type ListDefinition } from './list-definition.rules.ts';
import { findGroundFaults, type ListingGround, onGround } from './list-rule.rules.ts';
import { findOriginRegionFaults } from './recognition.rules.ts';

export interface CallerDepartment {
  readonly code: string;
  /** City department of which this one is a county's copy. */
  readonly parentCode: string | null;
}

/** All that a designation is judged by; nothing else is read. */
export interface DesignationContext {
  readonly today: string;
  readonly calendar: WorkingDayCalendar;
  /** As they were on the day on which a clock started. */
  readonly settingsOn: (date: string) => ListSettings;
  readonly roles: readonly Role[];
  /** The caller's own departments. */
  readonly departments: readonly CallerDepartment[];
  /** Every version of the list that the request names; empty when there is no such list. */
  readonly versions: readonly ListDefinition[];
  /** The list was abolished (R-2-11): whatever the day of the decision, nobody comes onto it any more. */
  readonly isAbolished?: boolean;
  /** Grounds of lists whose law names them (R-2-12). */
  readonly grounds?: readonly ListingGround[];
}

export interface DesignatedParty extends CleanParty {
  readonly named: boolean;
  readonly served: boolean;
  readonly noticeServedOn: string | null;
  readonly decisionServedOn: string | null;
}

/** What is designated: a complete request, or the content of a draft, whose documents and decision come step by step. */
export type DesignationContent = Omit<ListEntryRequest, 'decision'> & { readonly decision: ListEntryRequest['decision'] | null };

/** A designation that may become an entry. */
export interface Designation {
  readonly request: DesignationContent;
  readonly definition: ListDefinition;
  readonly departmentCode: string;
  readonly level: 'CITY' | 'COUNTY';
  readonly grade: Grade;
  readonly subject: CleanSubject;
  readonly parties: readonly DesignatedParty[];
  readonly today: string;
  /** Null where the decision is still to come. */
  readonly validFrom: string | null;
  readonly validTo: string | null;
}
export interface Refusal {
  readonly ok: false;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors: readonly FieldProblem[];
}
export type DesignationDecision = { readonly ok: true; readonly designation: Designation } | Refusal;

/** Every fault that can be told is told; the first gives the code. */
export function refusal(errors: readonly [FieldProblem, ...FieldProblem[]]): Refusal {
  const [first, ...others] = errors;
  const more = others.length === 0 ? '' : `（另有 ${others.length} 处问题，见 errors）`;
  return { ok: false, code: first.code, detail: `${problems[first.code].titleZh}：${first.detail}${more}`, errors };
}

/** Judges one designation with its complete documents by R-2-6 and what belongs to it. Identity against the register and the cross-check come after. */
export function judgeDesignation(request: ListEntryRequest, context: DesignationContext): DesignationDecision {
  const textFaults = findTextFaults(request);
  const definition = definitionOn(context.versions, request.decision.date);
  const identities = checkIdentities(request, definition, context.today);
  if (definition === undefined) {
    const unknown: FieldProblem = { pointer: '/listCode', code: 'LIST_UNKNOWN', detail: '没有该代码的名单' };
    return refusal([unknown, ...textFaults, ...identities.faults]);
  }
  const unit = findDesignatingUnit(request, definition, context);
  if (!unit.ok) return refusal([unit.fault]);
  const validity = decideValidity(request, onGround(definition, request.listingGround, context.grounds), context.today);
  const [first, ...others] = [
    ...textFaults,
    ...findOriginRegionFaults(request),
    ...findListFaults(definition, context, request.originRegion !== undefined),
    ...findGroundFaults(definition.code, request.listingGround, context.grounds),
    ...identities.faults,
    ...findProcedureFaults(request, definition, context),
    ...validity.faults,
  ];
  if (first !== undefined) return refusal([first, ...others]);
  if (identities.subject === undefined) throw new Error('a subject without identity and without fault');
  const designation: Designation = {
    request,
    definition,
    departmentCode: unit.departmentCode,
    level: unit.level,
    grade: request.grade ?? defaultGrade(definition),
    subject: identities.subject,
    parties: identities.parties.map((party, index) => withService(party, request.parties[index], isServedByOwnProof(request, definition))),
    today: context.today,
    validFrom: validity.validFrom,
    validTo: validity.validTo,
  };
  return { ok: true, designation };
}

/**
 * T1: only a definition that is enabled on the day lists anybody, on a list that has not been abolished. What another region has designated is stored all the
 * same (R-2-16: displayed and cross-checked): it has no effect here without an agreement.
 */
export function findListFaults(
  definition: ListDefinition,
  context: Pick<DesignationContext, 'isAbolished'>,
  isForeign = false,
): FieldProblem[] {
  if (context.isAbolished === true) return [{ pointer: '/listCode', code: 'LIST_DISABLED', detail: `名单 ${definition.code} 已废止` }];
  if (definition.status === 'ENABLED' || isForeign) return [];
  return [{ pointer: '/listCode', code: 'LIST_DISABLED', detail: `名单 ${definition.code} 的状态为 ${definition.status}` }];
}

type Unit =
  | { readonly ok: true; readonly departmentCode: string; readonly level: 'CITY' | 'COUNTY' }
  | { readonly ok: false; readonly fault: FieldProblem };

/**
 * Who designates: one of the caller's departments that the list names, or a county's copy of one (T1, 谁认定、谁负责). Records of other origins
 * come from the credit office or centre with a batch number (R-2-6) and belong to the list's first department here.
 */
export function findDesignatingUnit(
  request: Pick<ListEntryRequest, 'origin' | 'batchNo'>,
  definition: ListDefinition,
  context: DesignationContext,
): Unit {
  const designating = definition.designatingDepartments;
  if (request.origin !== 'CITY') {
    const isImporter = context.roles.some((role) => role === 'CREDIT_OFFICE' || role === 'CREDIT_CENTRE_OPERATOR');
    if (!isImporter) return originFault('/origin', `来源 ${request.origin} 只能由信用办或信用中心导入`);
    if (request.batchNo === undefined) return originFault('/batchNo', `来源 ${request.origin} 必须提供批次号 batchNo`);
    return { ok: true, departmentCode: designating[0] ?? '', level: 'CITY' };
  }
  if (context.roles.some((role) => role === 'DEPT_HANDLER' || role === 'DEPT_APPROVER')) {
    for (const department of context.departments) {
      if (designating.includes(department.code)) return { ok: true, departmentCode: department.code, level: 'CITY' };
      if (department.parentCode !== null && designating.includes(department.parentCode))
        return { ok: true, departmentCode: department.code, level: 'COUNTY' };
    }
  }
  const detail = `名单 ${definition.code} 的认定单位：${designating.join('、')}（含其县区对应部门）`;
  return { ok: false, fault: { pointer: '/listCode', code: 'NOT_DESIGNATING_UNIT', detail } };
}

function originFault(pointer: string, detail: string): Unit {
  return { ok: false, fault: { pointer, code: 'ORIGIN_NOT_ALLOWED', detail } };
}

/** §5.2: every entry of a list of serious dishonesty is serious; a focus list stands below it (R-2-5). */
export function defaultGrade(definition: ListDefinition): Grade {
  return definition.type === 'BLACK' ? 'SERIOUS' : 'GENERAL';
}

/** R-2-15: a punishing decision of this city must have reached each named person by itself. */
function isServedByOwnProof(request: ListEntryRequest, definition: ListDefinition): boolean {
  return request.origin === 'CITY' && (definition.type === 'BLACK' || definition.type === 'FOCUS');
}

function withService(party: CleanParty, request: ListEntryRequest['parties'][number] | undefined, ownProof: boolean): DesignatedParty {
  const named = request?.namedInDecision === true;
  const proved = request?.noticeServedOn !== undefined && request.decisionServedOn !== undefined;
  return {
    ...party,
    named,
    served: named && (!ownProof || proved),
    noticeServedOn: request?.noticeServedOn ?? null,
    decisionServedOn: request?.decisionServedOn ?? null,
  };
}
