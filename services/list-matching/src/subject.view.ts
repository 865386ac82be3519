import { idSchema, subjectKindSchema, subjectStatusSchema } from '@lianxin/contracts';
import { z } from 'zod';
import { shownName } from './list-entry.view.ts';
import type { SubjectState } from './register.rules.ts';
import type { SubjectRow } from './subject.store.ts';

/** A subject as callers see it: organisations readable, persons masked, also as legal representatives (R-8-8). */
export const subjectViewSchema = z
  .object({
    id: idSchema,
    version: z.int(),
    kind: subjectKindSchema,
    /** An organisation's name; a person's masked. */
    name: z.string(),
    usccCode: z.string().nullable(),
    idMasked: z.string().nullable(),
    regionCode: z.string().nullable(),
    /** Registered from a decision, not from a register (R-11-1a). */
    provisional: z.boolean(),
    status: subjectStatusSchema,
    statusOn: z.iso.date().nullable(),
    establishedOn: z.iso.date().nullable(),
    address: z.string().nullable(),
    codes: z.object({ organisationCode: z.string().optional(), registrationNo: z.string().optional(), taxNo: z.string().optional() }),
    formerNames: z.array(z.object({ name: z.string(), from: z.iso.date().nullable(), to: z.iso.date().nullable() })),
    legalRepresentative: z.object({ nameMasked: z.string(), since: z.iso.date().nullable() }).nullable(),
    parentId: idSchema.nullable(),
    mergedInto: idSchema.nullable(),
  })
  .meta({ id: 'Subject' });
export type SubjectView = z.infer<typeof subjectViewSchema>;

export function subjectViewOf(row: SubjectRow, representativeMasked: string | null): SubjectView {
  return {
    id: row.id,
    version: row.version,
    kind: row.kind,
    name: shownName(row),
    usccCode: row.uscc_code,
    idMasked: row.id_masked,
    regionCode: row.region_code,
    provisional: row.provisional,
    status: row.status,
    statusOn: row.status_on,
    establishedOn: row.established_on,
    address: row.address,
    codes: row.codes,
    formerNames: [...row.former_names],
    legalRepresentative: representativeMasked === null ? null : { nameMasked: representativeMasked, since: row.representative_since },
    parentId: row.parent_id,
    mergedInto: row.merged_into,
  };
}

/** The row as it was on a day. */
export function rowOn(row: SubjectRow, state: SubjectState): SubjectRow {
  return {
    ...row,
    name: state.name,
    sealed: state.sealed,
    name_masked: state.nameMasked,
    id_masked: state.idMasked,
    region_code: state.regionCode,
    status: state.status,
    status_on: state.statusOn,
    established_on: state.establishedOn,
    address: state.address,
    codes: state.codes,
    former_names: state.formerNames,
    representative_sealed: state.representative?.sealed ?? null,
    representative_since: state.representative?.since ?? null,
    parent_id: state.parentId,
    merged_into: state.mergedInto,
  };
}
