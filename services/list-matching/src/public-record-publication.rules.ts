import { type PublicRecordKind, type PublicRecordRequest, type PublicRecordView, reviewZh } from '@lianxin/contracts';
import { licenceCategoryWord, penaltyCategoryWord } from './public-record-words.rules.ts';

interface RecordFact {
  readonly what: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Objections that hold the mark of a record: accepted here and not over. */
export function objectionsTo(facts: readonly RecordFact[]): string[] {
  const holding = new Set<string>();
  for (const { what, detail } of facts) {
    const id = String(detail['objectionId']);
    if (what === 'DISPUTE') holding.add(id);
    if (what === 'END_DISPUTE') holding.delete(id);
  }
  return [...holding];
}

/** Somebody disputes it, as its source said when it came or as an objection says that was accepted here: that is shown with it (R-6-5). */
export function isRecordDisputed(facts: readonly RecordFact[]): boolean {
  return facts.some(({ what, detail }) => what === 'RECEIVE' && detail['state'] === 'DISPUTED') || objectionsTo(facts).length > 0;
}

/** The reconsideration or lawsuit that is pending about it (R-6-6): begun here and not over; null where none is. It goes with the record. */
export function reviewOfRecord(facts: readonly RecordFact[]): PublicRecordView['inReview'] {
  const last = facts.findLast(({ what }) => what === 'BEGIN_REVIEW' || what === 'END_REVIEW' || what === 'WITHDRAW');
  return last?.what === 'BEGIN_REVIEW' ? (last.detail['review'] as NonNullable<PublicRecordView['inReview']>) : null;
}

/** The mark as the public reads it beside the record; null where there is none. */
export function publicReviewOfRecord(facts: readonly RecordFact[]): string | null {
  const review = reviewOfRecord(facts);
  return review === null ? null : reviewZh[review.kind];
}

export interface PublicRecordFacts {
  readonly kind: PublicRecordKind;
  readonly name: string;
  readonly usccCode: string;
  readonly documentName: string | null;
  readonly documentNumber: string | null;
  readonly decidedOn: string;
  readonly authority: string;
  readonly validFrom: string | null;
  readonly validTo: string | null;
  readonly publicUntil: string | null;
  readonly content: Pick<PublicRecordRequest, 'penalty' | 'licence' | 'abnormal'>;
}
type Line = readonly [label: string, value: string | null | undefined];

/** A record under the labels of 双公示 (§7.7) and of the public reports (§7.8). The representative is never named (R-8-8). */
export function publicRecordLines(facts: PublicRecordFacts): { label: string; value: string }[] {
  const head: Line[] = [
    ['行政相对人名称', facts.name],
    ['统一社会信用代码', facts.usccCode],
  ];
  return [...head, ...linesOf[facts.kind](facts)].flatMap(([label, value]) =>
    value === null || value === undefined || value === '' ? [] : [{ label, value }],
  );
}

const linesOf: Readonly<Record<PublicRecordKind, (facts: PublicRecordFacts) => Line[]>> = {
  PENALTY: ({ content: { penalty = {} }, ...facts }) => [
    ['行政处罚决定书文号', facts.documentNumber],
    ['违法行为类型', penalty.violation],
    ['违法事实', penalty.facts],
    ['处罚依据', penalty.basis],
    ['处罚类别', penalty.categories?.map(penaltyCategoryWord).join('、')],
    ['处罚内容', penalty.detail],
    ['罚款金额（万元）', penalty.fineWan],
    ['没收金额（万元）', penalty.confiscatedWan],
    ['暂扣或吊销证照名称及编号', penalty.revokedLicence],
    ['处罚决定日期', facts.decidedOn],
    ['公示截止期', facts.publicUntil],
    ['处罚机关', facts.authority],
  ],
  LICENCE: ({ content: { licence = {} }, ...facts }) => [
    ['行政许可决定文书名称', facts.documentName],
    ['行政许可决定文书号', facts.documentNumber],
    ['许可类别', licence.category === undefined ? null : licenceCategoryWord(licence.category)],
    ['许可证书名称', licence.certificateName],
    ['许可编号', licence.number],
    ['许可内容', licence.detail],
    ['许可决定日期', facts.decidedOn],
    ['有效期自', facts.validFrom],
    ['有效期至', facts.validTo],
    ['许可机关', facts.authority],
  ],
  ABNORMAL: ({ content: { abnormal }, ...facts }) => [
    ['列入经营异常名录原因类型名称', abnormal?.reason],
    ['列入日期', facts.decidedOn],
    ['列入决定机关名称', facts.authority],
  ],
};
