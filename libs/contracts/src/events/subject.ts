import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { idSchema, subjectKindSchema } from '../vocabulary.ts';

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
