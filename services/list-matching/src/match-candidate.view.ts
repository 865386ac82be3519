import {
  idSchema,
  instantSchema,
  maskIdNumber,
  maskName,
  sameOrganisationName,
  subjectKindSchema,
  subjectStatusSchema,
} from '@lianxin/contracts';
import type { PersonalData } from '@lianxin/platform';
import { z } from 'zod';
import { shownName } from './list-entry.view.ts';
import { type CandidateRow, candidateStatuses } from './match-candidate.store.ts';
import type { SourceView } from './match-review.sources.ts';
import type { ConfirmationRow } from './match-review.store.ts';
import { openDetails, openRepresentative } from './subject.details.ts';
import { isSamePersonName } from './subject.service.ts';
import type { SubjectRow } from './subject.store.ts';

export const candidateStatusSchema = z.enum(candidateStatuses);
const explanationSchema = z.object({
  score: z.number(),
  detail: z.string(),
  query: z.string().optional(),
  candidate: z.string().optional(),
});

/** One field of both records. `same` null: one side does not say. Persons masked; what is compared is the plain text. */
const fieldSchema = z.object({
  field: z.string(),
  labelZh: z.string(),
  register: z.string().nullable(),
  record: z.string().nullable(),
  same: z.boolean().nullable(),
});

/** Register and record side by side, differences marked (R-11-3); persons masked. */
export const candidateViewSchema = z
  .object({
    id: idSchema,
    /** Below EXACT (§11.3, §11.4); `rule` is the line of the table. */
    grade: z.enum(['CONFLICT', 'PROBABLE', 'POSSIBLE']),
    rule: z.string(),
    status: candidateStatusSchema,
    /** R-11-2: orders the queue, decides nothing. */
    queueScore: z.int(),
    severity: z.int(),
    /** How many subjects this record may mean, the decided ones counted. */
    candidateCount: z.int(),
    sourceKind: z.string(),
    sourceId: z.string(),
    entryId: idSchema.nullable(),
    entryNumber: z.string(),
    listCode: z.string().nullable(),
    designatingDepartment: z.string(),
    partyRole: z.string().nullable(),
    subjectId: idSchema,
    subjectStatus: subjectStatusSchema,
    kind: subjectKindSchema,
    usccCode: z.string().nullable(),
    idMasked: z.string().nullable(),
    registerName: z.string(),
    decisionName: z.string(),
    fields: z.array(fieldSchema),
    explanations: z.record(z.string(), explanationSchema),
    flags: z.array(z.string()),
    registerVersion: z.number(),
    question: z.string().nullable(),
    answer: z.string().nullable(),
    answerDueAt: instantSchema.nullable(),
    reason: z.string().nullable(),
    decidedBy: z.string().nullable(),
    decidedAt: instantSchema.nullable(),
    confirmations: z.array(
      z.object({
        verdict: z.enum(['SAME', 'DIFFERENT', 'UNDONE']),
        reason: z.string(),
        evidence: z.array(z.object({ kind: z.string(), reference: z.string() })),
        decidedBy: z.string(),
        decidedAt: instantSchema,
      }),
    ),
    createdAt: instantSchema,
  })
  .meta({ id: 'MatchCandidate' });
export type CandidateView = z.infer<typeof candidateViewSchema>;

interface Surroundings {
  readonly subject: SubjectRow;
  readonly source: SourceView | undefined;
  readonly alternatives: number;
  readonly confirmations: readonly ConfirmationRow[];
  readonly personalData: PersonalData;
}

export function candidateViewOf(row: CandidateRow, around: Surroundings): CandidateView {
  const { subject, source } = around;
  return {
    id: row.id,
    grade: row.grade,
    rule: row.rule,
    status: row.status,
    queueScore: row.queue_score,
    severity: row.severity,
    candidateCount: around.alternatives,
    sourceKind: row.source_kind,
    sourceId: row.source_id,
    entryId: row.entry_id,
    entryNumber: source?.number ?? '',
    listCode: source?.listCode ?? null,
    designatingDepartment: row.department_code,
    partyRole: source?.partyRole ?? null,
    subjectId: subject.id,
    subjectStatus: subject.status,
    kind: subject.kind,
    usccCode: subject.uscc_code,
    idMasked: subject.id_masked,
    registerName: shownName(subject),
    decisionName: row.decision_name ?? row.decision_name_masked ?? '',
    fields:
      subject.kind === 'PERSON'
        ? fieldsOfPerson(row, subject, around.personalData)
        : fieldsOfOrganisation(row, subject, around.personalData),
    explanations: row.explanations as CandidateView['explanations'],
    flags: [...row.flags],
    registerVersion: row.register_version,
    question: row.question,
    answer: row.answer,
    answerDueAt: row.answer_due_at?.toISOString() ?? null,
    reason: row.reason,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at?.toISOString() ?? null,
    confirmations: around.confirmations.map(({ verdict, reason, evidence, decided_by: decidedBy, decided_at: decidedAt }) => ({
      verdict,
      reason,
      evidence: [...evidence],
      decidedBy,
      decidedAt: decidedAt.toISOString(),
    })),
    createdAt: row.created_at.toISOString(),
  };
}

/** What a record says of an organisation or a person; kept as it came. */
export interface ReviewedRecord {
  readonly usccCode?: string | undefined;
  readonly organisationCode?: string | undefined;
  readonly registrationNo?: string | undefined;
  readonly taxNo?: string | undefined;
  readonly legalRepresentative?: string | undefined;
  readonly address?: string | undefined;
  readonly regionCode?: string | undefined;
  readonly idNumber?: string | undefined;
  readonly birthDate?: string | undefined;
  readonly gender?: string | undefined;
  readonly employerUsccCode?: string | undefined;
}

/** C1, and what a window doubts (W1): the decision gave the very number. */
const numberAgrees = (row: CandidateRow) => row.rule === 'C1' || row.rule === 'W1';

type Field = CandidateView['fields'][number];

function fieldOf(
  field: string,
  labelZh: string,
  register: string | null | undefined,
  record: string | null | undefined,
  same?: boolean,
): Field {
  const [left, right] = [register || null, record || null];
  return { field, labelZh, register: left, record: right, same: left === null || right === null ? null : (same ?? left === right) };
}

function fieldsOfOrganisation(row: CandidateRow, subject: SubjectRow, personalData: PersonalData): Field[] {
  const record: ReviewedRecord =
    row.record_sealed === null ? (row.record ?? {}) : (JSON.parse(personalData.openText(row.record_sealed)) as ReviewedRecord);
  const representative = openRepresentative(personalData, subject.representative_sealed)?.name;
  const given = record.legalRepresentative;
  return [
    fieldOf(
      'name',
      '名称',
      subject.name,
      row.decision_name,
      sameOrganisationName(subject.name ?? '', row.decision_name ?? '') !== 'DIFFERENT',
    ),
    fieldOf('usccCode', '统一社会信用代码', subject.uscc_code, record.usccCode ?? (numberAgrees(row) ? subject.uscc_code : null)),
    fieldOf('organisationCode', '组织机构代码', subject.codes.organisationCode, record.organisationCode),
    fieldOf('registrationNo', '工商注册号', subject.codes.registrationNo, record.registrationNo),
    fieldOf('taxNo', '纳税人识别号', subject.codes.taxNo, record.taxNo),
    fieldOf(
      'legalRepresentative',
      '法定代表人',
      representative === undefined ? null : maskName(representative),
      given === undefined ? null : maskName(given),
      isSamePersonName(representative ?? '', given ?? ''),
    ),
    fieldOf('address', '地址', subject.address, record.address),
    fieldOf('regionCode', '行政区划', subject.region_code, record.regionCode),
  ];
}

function fieldsOfPerson(row: CandidateRow, subject: SubjectRow, personalData: PersonalData): Field[] {
  const record: ReviewedRecord = row.record_sealed === null ? {} : (JSON.parse(personalData.openText(row.record_sealed)) as ReviewedRecord);
  const registered = subject.sealed === null ? undefined : personalData.open(subject.sealed);
  const details = openDetails(personalData, subject.sealed_details);
  const given = row.decision_sealed === null ? undefined : personalData.open(row.decision_sealed).name;
  const number =
    record.idNumber === undefined ? null : /[*xX×●-]/.test(record.idNumber.slice(0, -1)) ? record.idNumber : maskIdNumber(record.idNumber);
  return [
    fieldOf('name', '姓名', subject.name_masked, row.decision_name_masked, isSamePersonName(registered?.name ?? '', given ?? '')),
    fieldOf(
      'idNumber',
      '证件号码',
      subject.id_masked,
      number ?? (numberAgrees(row) ? subject.id_masked : null),
      numberAgrees(row) || undefined,
    ),
    fieldOf('birthDate', '出生日期', hidden(details.birthDate), hidden(record.birthDate), details.birthDate === record.birthDate),
    fieldOf('gender', '性别', details.gender, record.gender),
    fieldOf('employer', '工作单位代码', details.employerUsccCode, record.employerUsccCode),
    fieldOf('regionCode', '行政区划', subject.region_code, record.regionCode),
  ];
}

/** A birth date to the year: enough to compare by eye. */
function hidden(date: string | undefined): string | null {
  return date === undefined ? null : `${date.slice(0, 4)}-**-**`;
}
