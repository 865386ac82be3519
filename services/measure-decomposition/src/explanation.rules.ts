import type {
  CatalogueMeasure,
  ExplainedGroup,
  Explanation,
  ListEntryActivated,
  MeasurePlanMade,
  PlanMeasure,
  SkipReason,
} from '@lianxin/contracts';
import { conditionCodes, gateOf, type IndexedCatalogue, isVoluntary, openingKinds } from './catalogue.rules.ts';
import { gateDate, proofsOf, skipClauses } from './measure-decision.rules.ts';

type Executor = PlanMeasure['executors'][number];
type Clause = Pick<Explanation, 'clause' | 'rule' | 'reasonCode'>;

/** Which rule of the catalogue's README stands behind each reason. */
const skipRules = {
  PARTY_NOT_SERVED: '分解算法 R-4-2',
  FOCUS_ONLY_C10: '目录规则 9',
  NOT_RETROACTIVE: '目录规则 22',
  NO_LEGAL_BASIS: '目录规则 12',
  CONDITION_NOT_PROVED: '目录规则 17',
  BELOW_MIN_GRADE: '目录规则 11',
  NO_EXECUTOR: '目录规则 8',
} as const satisfies Record<SkipReason, string>;

const gradesZh = { MINOR: '轻微', GENERAL: '一般', SERIOUS: '严重' } as const;

/**
 * Why each party of a plan got what it got, from the facts that the plan was made of. Texts name a document as law only where it is
 * verified (rule book §0.1).
 * @param catalogue the version that the plan names.
 */
export function explainPlan(catalogue: IndexedCatalogue, entry: ListEntryActivated, plan: MeasurePlanMade): ExplainedGroup[] {
  const measureOf = (code: string) => {
    const measure = catalogue.measureByCode.get(code);
    if (measure === undefined) throw new Error(`catalogue ${catalogue.version} has no measure ${code}`);
    return measure;
  };
  const items = new Map(
    plan.measures.map((planned) => [planned.measureCode, explainItem(catalogue, measureOf(planned.measureCode), planned, entry)]),
  );
  const parties = new Map(plan.parties.map(({ partyId, role, kind }) => [partyId, { partyId, role, kind }]));
  return plan.groups.map((group) => ({
    parties: group.partyIds.flatMap((id) => parties.get(id) ?? []),
    items: group.measureCodes.flatMap((code) => items.get(code) ?? []),
    skips: group.skips.map(({ measureCode, reason }) => {
      const measure = measureCode === null ? null : measureOf(measureCode);
      return { measureCode, nameZh: measure?.nameZh ?? null, reason, explanation: explainSkip(measure, reason, entry) };
    }),
  }));
}

function explainItem(
  catalogue: IndexedCatalogue,
  measure: CatalogueMeasure,
  planned: PlanMeasure,
  entry: ListEntryActivated,
): ExplainedGroup['items'][number] {
  return {
    measureCode: measure.code,
    nameZh: measure.nameZh,
    canonicalCode: planned.canonicalCode,
    class: planned.class,
    force: planned.force,
    trigger: planned.trigger,
    executors: planned.executors.map((executor) => ({
      ...executor,
      departmentNameZh: catalogue.departmentByCode.get(executor.departmentCode)?.nameZh ?? executor.departmentCode,
      textZh: executorText(measure, executor),
    })),
    explanation: {
      ...itemClause(measure, planned),
      textZh: itemText(measure, planned, entry),
      bases: explainBases(measure, entry),
      conditions: planned.conditions,
    },
  };
}

function itemClause(measure: CatalogueMeasure, planned: PlanMeasure): Clause {
  if (isVoluntary(measure)) return { clause: 'R-1-4', rule: '目录规则 5', reasonCode: 'VOLUNTARY_NOTICE' };
  if (planned.basisRefs.length === 0) return { clause: 'R-4-6', rule: '目录规则 12', reasonCode: 'REWARD_WITHOUT_GATE' };
  return { clause: 'R-4-6', rule: '目录规则 12', reasonCode: 'GATE_OPEN' };
}

function itemText(measure: CatalogueMeasure, planned: PlanMeasure, entry: ListEntryActivated): string {
  const parts = [`${entry.listCode} 名单适用措施 ${measure.code}，当事人的类型和身份相符。`];
  if (isVoluntary(measure)) parts.push('本类措施由市场主体自愿采取，仅推送信息，不得强制。');
  else if (planned.basisRefs.length === 0) parts.push('守信激励措施，不要求限制性依据。');
  else
    parts.push(`自 ${gateDate(entry)} 起有已核实且施行的依据：${planned.basisRefs.map((place) => citation(measure, place)).join('；')}。`);
  if (planned.conditions.length > 0) {
    parts.push(`前提条件已证明：${planned.conditions.map(({ code, documentNo }) => `${code}（${documentNo}）`).join('、')}。`);
  }
  if (measure.minGrade !== null) parts.push(`失信程度为${gradesZh[entry.grade]}，达到本措施要求的${gradesZh[measure.minGrade]}。`);
  return parts.join('');
}

function citation(measure: CatalogueMeasure, place: number): string {
  const basis = measure.bases[place];
  if (basis === undefined) throw new Error(`${measure.code} has no basis ${place}`);
  return `${basis.document}${basis.article ?? ''}（${basis.effectiveFrom} 起施行）`;
}

function executorText(measure: CatalogueMeasure, executor: Executor): string {
  const role = executor.role === 'LEAD' ? '牵头' : '配合';
  if (!executor.notice)
    return executor.hasDeadline ? `${role}单位，须在规定期限内办理并反馈。` : `${role}单位，不设期限、不催办、不排名（§4.5）。`;
  if (isVoluntary(measure)) return `${role}单位，信息提示，不设期限、不催办（R-1-4）。`;
  if (measure.force === 'REFERENCE') return `${role}单位，供参考，不设期限、不催办（R-3-4）。`;
  return `${role}单位，在市级以上或政府系统以外，由信用办转告（目录规则 5）。`;
}

function explainSkip(measure: CatalogueMeasure | null, reason: SkipReason, entry: ListEntryActivated): Explanation {
  return {
    clause: skipClauses[reason],
    rule: skipRules[reason],
    reasonCode: reason,
    textZh:
      measure === null ? '认定决定未载明该当事人，或者没有对其告知、送达的证明，不对其产生任何措施。' : skipText(measure, reason, entry),
    bases: measure === null ? [] : explainBases(measure, entry),
    conditions: proofsOf(measure?.condition ?? null, entry),
  };
}

function skipText(measure: CatalogueMeasure, reason: SkipReason, entry: ListEntryActivated): string {
  switch (reason) {
    case 'FOCUS_ONLY_C10':
      return `重点关注名单只能加强监管（C10），不得采取 ${measure.class} 类措施。`;
    case 'NOT_RETROACTIVE':
      return `认定决定作出于 ${entry.decision.date}，早于本措施施行的 ${measure.effectiveFrom}，不溯及既往。`;
    case 'NO_LEGAL_BASIS':
      return `在 ${gateDate(entry)}，没有已核实、已施行且覆盖 ${entry.listCode} 名单的法律、行政法规或中央政策文件，本措施不得执行。`;
    case 'CONDITION_NOT_PROVED':
      return `法律要求先证明${conditionText(measure.condition ?? '')}，名单记录没有提供相应文书号。`;
    case 'BELOW_MIN_GRADE':
      return `本措施只用于失信程度${measure.minGrade === null ? '' : gradesZh[measure.minGrade]}以上的记录，本记录为${gradesZh[entry.grade]}。`;
    case 'NO_EXECUTOR':
      return `在 ${entry.regionCode} 找不到执行本措施的部门，已报信用办处理。`;
    case 'PARTY_NOT_SERVED':
      throw new Error('a party that was not served is skipped as a whole');
  }
}

function conditionText(condition: string): string {
  const { every, codes } = conditionCodes(condition);
  return codes.length === 1 ? ` ${condition}` : `以下${every ? '全部' : '任一'}情形：${codes.join('、')}`;
}

/** Every document of the measure, and what it is worth for this entry. */
function explainBases(measure: CatalogueMeasure, entry: ListEntryActivated): Explanation['bases'] {
  const date = gateDate(entry);
  const { basisRefs } = gateOf(measure, entry.listCode, date);
  return measure.bases.map((basis, place) => {
    const { document, article, basisKind, effectiveFrom, verified } = basis;
    const opensGate = basisRefs.includes(place);
    return {
      document,
      article,
      basisKind,
      effectiveFrom,
      verified,
      opensGate,
      remarkZh: opensGate ? '构成依据' : basisRemark(basis, entry.listCode, date),
    };
  });
}

function basisRemark(basis: CatalogueMeasure['bases'][number], listCode: string, date: string): string {
  const faults = [
    openingKinds.has(basis.basisKind) ? '' : '不是法律、行政法规或中央政策文件',
    basis.verified ? '' : '尚未核实',
    basis.coversLists.includes(listCode) ? '' : `不覆盖 ${listCode}`,
    basis.effectiveFrom <= date ? '' : `自 ${basis.effectiveFrom} 起才施行`,
  ].filter((fault) => fault !== '');
  return faults.length === 0 ? '本措施不要求依据' : faults.join('，');
}
