import { maskName } from '@lianxin/contracts';
import type { MatchAnswer, MatchIndex, MatchQuery } from '@lianxin/matching';
import { type JobColumns, type JobScope, queryOfRow, resultRecord } from './match-job.rules.ts';
import { type ReadQuery, readQuery } from './match-query.rules.ts';

/** Rows of a file that one thread matches in one go. */
export interface JobRows {
  readonly columns: JobColumns;
  readonly scope: JobScope;
  /** `cells` undefined: the row cannot be read. */
  readonly rows: readonly { readonly line: number; readonly cells: readonly string[] | undefined }[];
}
export interface JobCounts {
  readonly matched: number;
  readonly toReview: number;
  readonly unmatched: number;
  readonly faulty: number;
}
export interface MatchedRows {
  /** Records of the result file, in the order of the rows. */
  readonly text: string;
  readonly counts: JobCounts;
}

/** Matches rows of a file and writes their records. Only the best answer of a row stands in the file; persons masked. */
export function matchRows(index: MatchIndex, { columns, scope, rows }: JobRows): MatchedRows {
  const counts = { matched: 0, toReview: 0, unmatched: 0, faulty: 0 };
  let text = '';
  for (const { line, cells } of rows) {
    const empty = { line, rowId: '', rule: '', grade: '', subjectId: '', usccCode: '', name: '', score: 0 };
    if (cells === undefined) {
      counts.faulty++;
      text += resultRecord({ ...empty, decision: '无法读取', detail: '该行不是合法的 CSV 或过长' });
      continue;
    }
    const { rowId, query } = queryOfRow(columns, cells, scope);
    const read = readQuery(query);
    if (!read.ok) {
      counts.faulty++;
      text += resultRecord({
        ...empty,
        rowId,
        decision: '无法读取',
        detail: `${read.pointer.slice('/properties/'.length)}：${read.detail}`,
      });
      continue;
    }
    const answer = index.search(engineQueryOf(read.query), { limit: 1 });
    const best = answer.results[0] ?? answer.rejected[0];
    if (best === undefined) {
      counts.unmatched++;
      text += resultRecord({ ...empty, rowId, decision: 'no_match', grade: 'NONE', rule: 'NONE', detail: '登记库中没有相符的主体' });
      continue;
    }
    counts[best.decision === 'match' ? 'matched' : best.decision === 'review' ? 'toReview' : 'unmatched']++;
    text += resultRecord({ ...describe(index, answer, best), line, rowId });
  }
  return { text, counts };
}

function describe(index: MatchIndex, answer: MatchAnswer, best: MatchAnswer['results'][number]) {
  const record = index.find(best.recordId);
  const name = record?.names[0]?.text ?? '';
  const others = answer.total > 1 ? `；另有 ${answer.total - 1} 个候选` : '';
  return {
    decision: best.decision,
    grade: best.family,
    rule: best.grade,
    subjectId: best.recordId,
    usccCode: record?.usccCode ?? '',
    name: record?.kind === 'PERSON' ? maskName(name) : name,
    score: best.score,
    detail: Object.values(best.explanations)
      .map((explanation) => explanation.detail)
      .join('；')
      .concat(others),
  };
}

/** The engine's query of what was read. @param phoneHash where the caller has a key for it */
export function engineQueryOf({ isPerson, names, saysFormerName, text, idType, gender }: ReadQuery, phoneHash?: string): MatchQuery {
  const common = {
    names,
    saysFormerName,
    decisionDate: text['decisionDate'],
    address: text['address'],
    regionCode: text['regionCode'],
    phoneHash,
  };
  if (isPerson)
    return {
      ...common,
      schema: 'Person',
      idType,
      idNumber: text['idNumber'],
      birthDate: text['birthDate'],
      gender,
      employerUscc: text['employerUsccCode'],
      representsUscc: text['representsUsccCode'],
    };
  const representative = text['legalRepresentative'];
  return {
    ...common,
    schema: 'Organization',
    usccCode: text['usccCode'],
    organisationCode: text['organisationCode'],
    registrationNo: text['registrationNo'],
    taxNo: text['taxNo'],
    ...(representative === undefined ? {} : { legalRepresentative: { name: representative } }),
  };
}
