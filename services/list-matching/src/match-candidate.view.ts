import { idSchema, instantSchema, partyRoleSchema, subjectKindSchema } from '@lianxin/contracts';
import { z } from 'zod';
import type { EntryRow, PartyRow } from './list-entry.store.ts';
import { shownName } from './list-entry.view.ts';
import type { CandidateRow } from './match-candidate.store.ts';
import type { SubjectRow } from './subject.store.ts';

export const candidateStatusSchema = z.enum(['OPEN', 'CONFIRMED', 'DISMISSED']);

/** Register and decision side by side (R-11-3); persons masked. */
export const candidateViewSchema = z
  .object({
    id: idSchema,
    /** CONFLICT: the number is known under a really different name (C1 of §11.3). */
    grade: z.literal('CONFLICT'),
    status: candidateStatusSchema,
    entryId: idSchema,
    entryNumber: z.string(),
    listCode: z.string(),
    designatingDepartment: z.string(),
    partyRole: partyRoleSchema,
    subjectId: idSchema,
    kind: subjectKindSchema,
    usccCode: z.string().nullable(),
    idMasked: z.string().nullable(),
    registerName: z.string(),
    decisionName: z.string(),
    reason: z.string().nullable(),
    decidedBy: z.string().nullable(),
    decidedAt: instantSchema.nullable(),
    createdAt: instantSchema,
  })
  .meta({ id: 'MatchCandidate' });
export type CandidateView = z.infer<typeof candidateViewSchema>;

export function viewOf(
  row: CandidateRow,
  entry: EntryRow | undefined,
  party: PartyRow | undefined,
  subject: SubjectRow | undefined,
): CandidateView {
  if (entry === undefined || party === undefined || subject === undefined) throw new Error('a candidate without entry, party or subject');
  return {
    id: row.id,
    grade: row.grade,
    status: row.status,
    entryId: entry.id,
    entryNumber: entry.number,
    listCode: entry.list_code,
    designatingDepartment: entry.department_code,
    partyRole: party.role,
    subjectId: subject.id,
    kind: subject.kind,
    usccCode: subject.uscc_code,
    idMasked: subject.id_masked,
    registerName: shownName(subject),
    decisionName: row.decision_name ?? row.decision_name_masked ?? '',
    reason: row.reason,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  };
}
