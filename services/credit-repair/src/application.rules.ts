import type { FieldProblem, ListType, ProblemCode } from '@lianxin/contracts';
import type { Eligibility } from './eligibility.rules.ts';
import type { ItemKind } from './policy.rules.ts';

export const materialKinds = [
  'PERFORMANCE_PROOF',
  'COMMITMENT',
  'COURT_RULING',
  'PLAN_EXECUTED',
  'AUTHORITY',
  'TRAINING',
  'OTHER',
] as const;
/** What stands with an application: its materials, and the applicant's word by which it was taken back. */
export const recordedMaterialKinds = [...materialKinds, 'WITHDRAWAL'] as const;
export type MaterialKind = (typeof recordedMaterialKinds)[number];

export interface NamedItem {
  readonly number: string;
  readonly kind: ItemKind;
  readonly subjectId: string;
  readonly departmentCode: string;
  readonly listType: ListType | null;
  readonly eligibility: Eligibility;
}
export interface Application {
  readonly category: 'ORDINARY' | 'BANKRUPTCY';
  readonly applicant: 'SUBJECT' | 'AGENT' | 'DEPARTMENT' | 'ADMINISTRATOR';
  readonly materials: readonly MaterialKind[];
}
export type Refusal = {
  readonly ok: false;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors?: readonly FieldProblem[];
};
export type Decision = { readonly ok: true } | Refusal;

/** Whether an application can be received: one subject, one unit, records that are cases of repair and whose earliest day has come (§5.3, R-5-11). */
export function decideIntake(items: readonly NamedItem[], application: Application, today: string): Decision {
  const [first] = items;
  if (first === undefined) return refuse('NOT_FOUND', '没有该记录');
  if (items.some((item) => item.subjectId !== first.subjectId || item.departmentCode !== first.departmentCode))
    return refuse('REPAIR_ITEMS_DIFFER', '一件申请可以包含同一认定部门的多条记录，但须为同一主体、同一部门');
  for (const item of items) {
    const refusal = refusalOf(item, application, today);
    if (refusal !== undefined) return refusal;
  }
  return materialsOf(application);
}

function refusalOf(item: NamedItem, application: Application, today: string): Refusal | undefined {
  const { eligibility, number } = item;
  const detail = `${number}：${eligibility.textZh}（${eligibility.clause}）`;
  if (eligibility.openRepair !== null) return refuse('REPAIR_ALREADY_OPEN', `${number} 已有在办申请 ${eligibility.openRepair}`);
  switch (eligibility.outcome) {
    case 'ENDED':
      return refuse('REPAIR_NOT_NEEDED', detail);
    case 'FOREIGN':
      return refuse('FOREIGN_ENTRY', detail);
    case 'OWN_EXIT_RULE':
    case 'BASIS_REVOKED':
    case 'NOT_COVERED':
      return refuse('REPAIR_NOT_APPLICABLE', detail);
    case 'TERM_ONLY':
    case 'NOT_REPAIRABLE':
      return refuse('REPAIR_NOT_ALLOWED', detail);
    case 'ELIGIBLE':
    case 'NOT_YET':
  }
  // R-5-14: the period does not count for a bankruptcy; what is restored at first is restored for the time being.
  if (application.category === 'BANKRUPTCY') return undefined;
  const isEarly = eligibility.missing.includes('PERIOD') || eligibility.missing.includes('FRAUD_BLOCK');
  if (isEarly && (eligibility.earliestOn === null || eligibility.earliestOn > today)) return refuse('REPAIR_TOO_EARLY', detail);
  return undefined;
}

function materialsOf({ category, applicant, materials }: Application): Decision {
  const needed: readonly [MaterialKind, boolean, string][] = [
    ['AUTHORITY', applicant === 'AGENT', '代理人须提交主体的书面或电子授权（§8.4）'],
    ['COURT_RULING', category === 'BANKRUPTCY', '须提交法院批准重整计划或认可和解协议的裁定（R-5-14）'],
  ];
  const errors = needed.flatMap(([kind, isNeeded, detail]): FieldProblem[] =>
    isNeeded && !materials.includes(kind)
      ? [{ pointer: '/materials', code: 'REPAIR_MATERIAL_REQUIRED', detail: `${kind}：${detail}` }]
      : [],
  );
  if (applicant === 'ADMINISTRATOR' && category !== 'BANKRUPTCY')
    errors.push({
      pointer: '/applicant/kind',
      code: 'REPAIR_MATERIAL_REQUIRED',
      detail: '管理人只能申请破产重整修复（category=BANKRUPTCY）',
    });
  return errors.length === 0 ? { ok: true } : { ok: false, code: 'REPAIR_MATERIAL_REQUIRED', detail: '缺少必需的材料', errors };
}

/**
 * Whether an application may be taken back: by the applicant alone. What came by a window, by 信用中国 or was opened beside another one is taken back at
 * its desk; the unit that has to decide it can only enter the applicant's own written word.
 */
export function decideWithdrawal(
  { channel, isDesk, statedOn }: { channel: 'CREDIT_CHINA' | 'WINDOW' | 'DEPARTMENT' | 'LINKED'; isDesk: boolean; statedOn: string | null },
  today: string,
): Decision {
  if (statedOn !== null && statedOn > today)
    return {
      ok: false,
      code: 'DATE_IN_FUTURE',
      detail: '撤回书的日期不能晚于今天',
      errors: [{ pointer: '/statement/date', code: 'DATE_IN_FUTURE', detail: `应不晚于 ${today}` }],
    };
  if (channel === 'DEPARTMENT' || isDesk || statedOn !== null) return { ok: true };
  return {
    ok: false,
    code: 'REPAIR_MATERIAL_REQUIRED',
    detail: '该申请不是本部门代办的：撤回须有申请人的撤回书，或由申请人经原收件窗口撤回',
    errors: [{ pointer: '/statement', code: 'REPAIR_MATERIAL_REQUIRED', detail: '先以 POST /api/v1/repair-files 上传申请人的撤回书' }],
  };
}

export interface GrantFacts {
  readonly category: 'ORDINARY' | 'BANKRUPTCY';
  readonly materials: readonly MaterialKind[];
  /** Document by which the unit itself knows that the duties are performed (`materials.autofetch`). */
  readonly dutiesDocumentNo: string | null;
  /** The unit has recorded performance at the entry itself (T16b). */
  readonly isPerformanceRecorded: boolean;
  readonly items: readonly NamedItem[];
}

/** Whether a repair can be granted: all conditions of §5.3 on the day of the decision, each proved. */
export function decideGrant(facts: GrantFacts): Decision {
  const has = (kind: MaterialKind) => facts.materials.includes(kind);
  if (facts.category === 'BANKRUPTCY') {
    const lacking = (['COURT_RULING', 'PLAN_EXECUTED'] as const).filter((kind) => !has(kind));
    return lacking.length === 0
      ? { ok: true }
      : refuse('REPAIR_CONDITIONS_OPEN', `还差：${lacking.join('、')}（R-5-14：计划执行完毕后方为最终修复）`);
  }
  for (const item of facts.items) {
    const { outcome, textZh, clause } = item.eligibility;
    if (outcome !== 'ELIGIBLE') return refuse('REPAIR_CONDITIONS_OPEN', `${item.number}：${textZh}（${clause}）`);
  }
  const isProved = has('PERFORMANCE_PROOF') || facts.dutiesDocumentNo !== null || facts.isPerformanceRecorded;
  if (!isProved) return refuse('REPAIR_CONDITIONS_OPEN', '还差：义务履行证明（材料 PERFORMANCE_PROOF，或本部门核实的文号）');
  return { ok: true };
}

/** R-5-14: what is needed before credit is restored for the time being. */
export function decideTemporary(facts: Pick<GrantFacts, 'materials'>): Decision {
  return facts.materials.includes('COURT_RULING')
    ? { ok: true }
    : refuse('REPAIR_CONDITIONS_OPEN', '还差：法院裁定（COURT_RULING，R-5-14）');
}

function refuse(code: ProblemCode, detail: string): Refusal {
  return { ok: false, code, detail };
}
