import {
  type CatalogueMatter,
  type CatalogueMeasure,
  type CheckCard,
  type CheckIdentity,
  type CheckLevel,
  type OverrideReason,
  reviewZh,
} from '@lianxin/contracts';
import { type PlanRow, type Standing, standingOf } from './applicable.rules.ts';

/** What the rules look up; the catalogue version is the one by which the plan was made. */
export interface CardTexts {
  findMeasure(catalogueVersion: number, code: string): CatalogueMeasure | undefined;
  departmentName(code: string): string;
}

/** Who was asked about, and what may apply to that subject. */
export interface AskedSubject {
  readonly index: number;
  readonly role: string;
  readonly identity: CheckIdentity;
  readonly subjectId: string | null;
  readonly rows: readonly PlanRow[];
}

export interface Prompt {
  readonly card: CheckCard;
  readonly subjectId: string;
  readonly entryId: string;
  readonly planId: string;
  readonly planVersion: number;
  readonly level: CheckLevel;
  readonly measureCodes: readonly string[];
  readonly doubtedBy: PlanRow['doubtedBy'];
  /** False where nothing may rest on it: on hold, or of somebody whose identity is not certain (§4.3, R-11-1). */
  readonly mayApply: boolean;
  /** The same prompt on the same case has the same key, whatever check it stands in. */
  readonly key: string;
}

export const overrideReasons: readonly { code: OverrideReason; display: string }[] = [
  { code: 'not_same_subject', display: '经核实非同一主体' },
  { code: 'repaired_pending_sync', display: '已修复待同步' },
  { code: 'measure_not_applicable', display: '本事项不适用该措施' },
  { code: 'other', display: '其他（必填说明）' },
];

const indicators = { BLOCK: 'critical', REVIEW: 'warning', INFO: 'info', REWARD: 'info' } as const satisfies Record<CheckLevel, string>;
const order: readonly CheckLevel[] = ['BLOCK', 'REVIEW', 'REWARD', 'INFO'];
const lists = { BLACK: '严重失信主体', RED: '守信主体', FOCUS: '重点关注对象', ABNORMAL: '经营异常主体' } as const;

/** The level of one measure for a party whose identity is certain: BLOCK only where the law commands and a basis row opens the gate (R-4-14, R-4-6). */
export function levelOf(row: PlanRow, measure: CatalogueMeasure): CheckLevel {
  if (row.body.direction === 'REWARD') return 'REWARD';
  if (measure.force === 'REFERENCE' || measure.group === '3') return 'INFO';
  const hasOpenGate = (row.body.basisRefs[measure.code] ?? []).length > 0;
  // A focus list never restricts (R-2-5), nor does a record of abnormal operation, which is no black list.
  if (measure.force === 'MANDATORY' && hasOpenGate && row.body.listType === 'BLACK') return 'BLOCK';
  return 'REVIEW';
}

/**
 * The prompts for one subject in one matter: one card per entry, with only those measures whose restriction or reward is decided in this matter
 * (catalogue rule 25). Nothing restricts below EXACT (R-11-1): such a card reads 身份待核 and stays information (R-11-1a).
 */
export function promptsOf(asked: AskedSubject, matter: CatalogueMatter, today: string, texts: CardTexts, newId: () => string): Prompt[] {
  return asked.rows.flatMap((row) => {
    const standing = standingOf(row, today);
    if (standing === 'OVER' || asked.subjectId === null) return [];
    const measures = row.measureCodes.flatMap((code) => {
      const measure = texts.findMeasure(row.body.catalogueVersion, code);
      return measure !== undefined && matter.canonicalCodes.includes(measure.canonicalCode) ? [measure] : [];
    });
    if (measures.length === 0) return [];
    return [makePrompt(asked, asked.subjectId, row, measures, standing, texts, newId)];
  });
}

function makePrompt(
  asked: AskedSubject,
  subjectId: string,
  row: PlanRow,
  measures: readonly CatalogueMeasure[],
  standing: Standing,
  texts: CardTexts,
  newId: () => string,
): Prompt {
  const levelled = measures
    .map((measure) => ({ measure, isHeld: isHeld(standing, measure), level: actualLevel(asked.identity, standing, row, measure) }))
    .sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
  const level = levelled[0]?.level ?? 'INFO';
  const card: CheckCard = {
    uuid: newId(),
    subjectRole: asked.role,
    subjectIndex: asked.index,
    indicator: indicators[level],
    summary: summaryOf(asked.identity, standing, row, level, levelled.filter((one) => one.level === level).length),
    detail: detailOf(row, standing, texts),
    review: reviewOf(row),
    source: { label: `${texts.departmentName(row.body.designatingDepartment)} · ${row.entry?.decisionNumber ?? row.body.entryNumber}` },
    entryId: row.entryId,
    suggestions: levelled.map((one) => ({
      uuid: newId(),
      label: one.measure.nameZh,
      measureId: one.measure.code,
      level: one.level,
      basis: basisOf(row, one.measure),
      isRecommended: one.level === 'BLOCK' || one.level === 'REWARD',
      isHeld: one.isHeld,
    })),
    selectionBehavior: 'any',
    overrideReasons: level === 'BLOCK' || level === 'REVIEW' ? [...overrideReasons] : [],
    links: [],
    answered: null,
  };
  const measureCodes = levelled.map((one) => one.measure.code);
  return {
    card,
    subjectId,
    entryId: row.entryId,
    planId: row.planId,
    planVersion: row.planVersion,
    level,
    measureCodes,
    doubtedBy: row.doubtedBy,
    mayApply: asked.identity === 'EXACT' && (level !== 'INFO' || standing === 'RUNS'),
    key: JSON.stringify([subjectId, row.planId, row.planVersion, level, [...measureCodes].sort()]),
  };
}

/** Whether execution of a measure is on hold; what the hold spares (R-6-4) goes on. */
function isHeld(standing: Standing, measure: CatalogueMeasure): boolean {
  return standing === 'HELD' || (standing === 'HELD_BY_OBJECTION' && !measure.holdExempt);
}

/** From hold or lifting no window answer blocks (§4.3), whatever the measure says. */
function actualLevel(identity: CheckIdentity, standing: Standing, row: PlanRow, measure: CatalogueMeasure): CheckLevel {
  if (identity !== 'EXACT') return 'INFO';
  if (isHeld(standing, measure)) return 'INFO';
  return levelOf(row, measure);
}

function summaryOf(identity: CheckIdentity, standing: Standing, row: PlanRow, level: CheckLevel, count: number): string {
  const list = lists[row.body.listType];
  if (identity === 'NAME_NOT_GIVEN') return `身份待核：未提供名称，请核对后重新核查（${list}记录一条）`;
  if (identity !== 'EXACT') return `身份待核：名称与登记不一致（${list}记录一条），不得据此限制`;
  if (level === 'INFO' && standing === 'HELD_BY_OBJECTION') return `${list}：异议处理中，措施暂停执行，不得据此限制`;
  if (level === 'INFO' && standing === 'HELD') return `${list}：中止执行期间，不得据此限制`;
  switch (level) {
    case 'BLOCK':
      return `${list}：依法限制本事项（${count} 项措施）`;
    case 'REVIEW':
      return `${list}：办理本事项应当慎重审查（${count} 项措施）`;
    case 'REWARD':
      return `${list}：可依规给予激励（${count} 项措施）`;
    case 'INFO':
      return `${list}：供参考（${count} 项）`;
  }
}

/** The mark of a reconsideration or lawsuit (R-6-6): told beside the prompt, which asks what it asked before. */
function reviewOf({ entry }: PlanRow): string | null {
  const review = entry?.review ?? null;
  return review === null ? null : review === 'UNKNOWN' ? '行政复议或行政诉讼中' : reviewZh[review];
}

function detailOf(row: PlanRow, standing: Standing, texts: CardTexts): string {
  const { body } = row;
  const until = body.validTo === null ? '无固定期限' : `有效期至 ${body.validTo}`;
  const parts = [`${texts.departmentName(body.designatingDepartment)}于 ${body.activatedOn} 列入，名单记录 ${body.entryNumber}，${until}`];
  if (standing === 'HELD_BY_OBJECTION') parts.push('异议处理中');
  const review = reviewOf(row);
  if (review !== null) parts.push(`${review}，未经决定或裁定不停止执行`);
  return parts.join('；');
}

/** The verified documents that open the gate; what is not verified is never shown as law (domain §0.1). */
function basisOf(row: PlanRow, measure: CatalogueMeasure): string | null {
  const refs = row.body.basisRefs[measure.code] ?? [];
  const documents = refs.flatMap((ref) => {
    const basis = measure.bases[ref];
    return basis?.verified === true ? [`${basis.document}${basis.article ?? ''}`] : [];
  });
  return documents.length === 0 ? null : documents.join('；');
}
