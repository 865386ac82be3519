import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { dateSchema, idSchema, subjectKindSchema, subjectStatusSchema } from '../vocabulary.ts';

/** A natural person travels only like this: sealed, beside a keyed hash for look-up and masked forms for display (design §3, R-8-9). */
export const sealedPersonSchema = z.object({
  /** Sealed JSON `{name, idType, idNumber}`: `<keyId>.<base64url of iv, tag, cipher text>`. */
  sealed: z.string(),
  /** Keyed hash of id type and number, base64url. */
  idHash: z.string(),
  nameMasked: z.string(),
  idMasked: z.string(),
});
export type SealedPerson = z.infer<typeof sealedPersonSchema>;

const subjectState = z.object({
  subjectId: idSchema,
  /** Grows by one with every change of the subject. */
  version: z.int().positive(),
  kind: subjectKindSchema,
  organisation: z.object({ name: z.string(), usccCode: z.string().nullable() }).nullable(),
  person: sealedPersonSchema.nullable(),
  regionCode: z.string().nullable(),
  /** R-11-1a: created from a designating decision, not from a register. */
  provisional: z.boolean(),
});

/** Sent when a subject enters the register, from a register row or provisionally from a decision. */
export const subjectRegistered = defineEvent({
  type: 'lianxin.subject.registered.v1',
  effect: 'INFORMS',
  classification: 'confidential',
  titleZh: '主体登记',
  data: subjectState,
});

/** Sent when a name, code, region or status of a subject changes; carries the whole new state. */
export const subjectChanged = defineEvent({
  type: 'lianxin.subject.changed.v1',
  effect: 'INFORMS',
  classification: 'confidential',
  titleZh: '主体变更',
  data: subjectState,
});

/**
 * Stands beside v1 and is sent with it: also what the register says beyond name and code. A person's former names, birth date and employer are not in it.
 */
export const subjectChangedV2 = defineEvent({
  type: 'lianxin.subject.changed.v2',
  effect: 'INFORMS',
  classification: 'confidential',
  titleZh: '主体变更（含登记状态）',
  data: subjectState.extend({
    status: subjectStatusSchema,
    statusOn: dateSchema.nullable(),
    /** Former names of an organisation with the days on which they were in force; empty for a person. */
    formerNames: z.array(z.object({ name: z.string(), from: dateSchema.nullable(), to: dateSchema.nullable() })),
    /** Head office of a branch, which has a code of its own but no legal personality (§11.3). */
    parentSubjectId: idSchema.nullable(),
    /** The subject that this one proved to be (human decision). Entries keep the key that they have. */
    mergedInto: idSchema.nullable(),
  }),
});
