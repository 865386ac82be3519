import { z } from 'zod';
import { defineEvent } from '../event.ts';
import {
  dateSchema,
  departmentCodeSchema,
  entryStatusSchema,
  exitGroundSchema,
  gradeSchema,
  idSchema,
  listTypeSchema,
  originSchema,
  partyRoleSchema,
  subjectKindSchema,
} from '../vocabulary.ts';

/** At most this many persons named in one entry, its subject not counted (`TOO_MANY_PARTIES`, design §3). */
export const maxParties = 200;

/** The subject itself (role SUBJECT) and every person whom the decision names (R-2-15). */
export const entryPartySchema = z.object({
  partyId: idSchema,
  subjectId: idSchema,
  role: partyRoleSchema,
  kind: subjectKindSchema,
  /** The designating decision names this party. Always true for the subject itself. */
  named: z.boolean(),
  /** Proof of notice and of service of the decision on this party is on file; without it nothing is executed against it. */
  served: z.boolean(),
});
export type EntryParty = z.infer<typeof entryPartySchema>;

/** What every event of an entry tells of it. */
export const entryHead = {
  entryId: idSchema,
  /** Grows by one with every fact of the entry; an older version never overwrites a newer. */
  entryVersion: z.int().positive(),
  /** Grows when a revoked repair brings the entry back (R-4-3). */
  activationNo: z.int().positive(),
  number: z.string(),
  listCode: z.string(),
  listType: listTypeSchema,
  subjectId: idSchema,
  designatingDepartment: departmentCodeSchema,
  status: entryStatusSchema,
};

/** Sent when an entry is received but not (yet) in force: it waits for a person (CHECKING) or was turned down (NOT_DESIGNATED). */
export const listEntryReceived = defineEvent({
  type: 'lianxin.list_entry.received.v1',
  effect: 'INFORMS',
  titleZh: '名单记录收到',
  data: z.object({ ...entryHead, reason: z.string().nullable() }),
});

/** Sent when an entry comes into force (T12): served, shared, to be decomposed. */
export const listEntryActivated = defineEvent({
  type: 'lianxin.list_entry.activated.v1',
  effect: 'RESTRICTS',
  titleZh: '名单记录生效',
  data: z.object({
    ...entryHead,
    listField: z.string().nullable(),
    level: z.enum(['CITY', 'COUNTY']),
    /** Where the subject is registered (GB/T 2260 or a zone's own code). */
    regionCode: z.string(),
    origin: originSchema,
    /** Region of a foreign designating unit (R-2-16); absent or null for an entry of here. */
    originRegion: z.string().nullable().optional(),
    grade: gradeSchema,
    industry: z.string().nullable(),
    decision: z.object({ number: z.string(), date: dateSchema }),
    activatedOn: dateSchema,
    validFrom: dateSchema,
    validTo: dateSchema.nullable(),
    conditions: z.array(z.object({ code: z.string(), documentNo: z.string() })),
    parties: z
      .array(entryPartySchema)
      .min(1)
      .max(maxParties + 1),
  }),
});
export type ListEntryActivated = z.infer<typeof listEntryActivated.data>;

/** Sent when a court, a reconsideration body or a bankruptcy stops the entry (T14). */
export const listEntrySuspended = defineEvent({
  type: 'lianxin.list_entry.suspended.v1',
  effect: 'FREES',
  titleZh: '名单记录中止',
  data: z.object({ ...entryHead, ground: z.enum(['STOP_EXECUTION', 'BANKRUPTCY']), documentNo: z.string(), suspendedOn: dateSchema }),
});

/** Sent when a suspended entry runs again (T15). */
export const listEntryResumed = defineEvent({
  type: 'lianxin.list_entry.resumed.v1',
  effect: 'RESTRICTS',
  titleZh: '名单记录恢复',
  data: z.object({ ...entryHead, documentNo: z.string(), resumedOn: dateSchema }),
});

/** Sent when an entry has left its list for good, by whatever road (T16–T22); `status` says which. */
export const listEntryExited = defineEvent({
  type: 'lianxin.list_entry.exited.v1',
  effect: 'FREES',
  titleZh: '名单记录退出',
  data: z.object({
    ...entryHead,
    ground: exitGroundSchema,
    documentNo: z.string().nullable(),
    exitedOn: dateSchema,
    /** The black entry that excluded this red one (T20). */
    byEntryId: idSchema.nullable(),
  }),
});

/**
 * Sent when an entry has ended for some of its parties and runs on for the others (T22: the subject was deregistered or died, the responsible persons
 * whom the decision names are still bound). `list_entry.exited` ends it for the rest.
 */
export const listEntryNarrowed = defineEvent({
  type: 'lianxin.list_entry.narrowed.v1',
  effect: 'FREES',
  titleZh: '名单记录部分当事人退出',
  data: z.object({
    ...entryHead,
    ground: exitGroundSchema,
    documentNo: z.string().nullable(),
    narrowedOn: dateSchema,
    /** Parties for whom it has ended. */
    endedPartyIds: z.array(idSchema).min(1),
  }),
});

/**
 * Sent when a foreign entry that stood here without effect gets effects, because an agreement on mutual recognition has begun (R-2-16). It carries
 * what `activated` carries, under a higher `activationNo`.
 */
export const listEntryRecognised = defineEvent({
  type: 'lianxin.list_entry.recognised.v1',
  effect: 'RESTRICTS',
  titleZh: '名单记录互认生效',
  data: listEntryActivated.data.extend({ agreementId: idSchema.nullable() }),
});
export type ListEntryRecognised = z.infer<typeof listEntryRecognised.data>;

/** Sent when the agreement behind a foreign entry has ended: the entry stays, displayed and cross-checked, its effects here end (R-2-16). */
export const listEntryRecognitionEnded = defineEvent({
  type: 'lianxin.list_entry.recognition_ended.v1',
  effect: 'FREES',
  titleZh: '名单记录互认终止',
  data: z.object({ ...entryHead, originRegion: z.string(), documentNo: z.string().nullable(), endedOn: dateSchema }),
});

/**
 * Sent when a full list of its source no longer names an entry that stands here (R-2-6b): its tasks are held at once and the source is asked. The
 * entry itself stays in its state; until `confirmed` or `exited` nothing of it is executed.
 */
export const listEntryUnconfirmed = defineEvent({
  type: 'lianxin.list_entry.unconfirmed.v1',
  effect: 'FREES',
  titleZh: '名单记录来源未确认',
  data: z.object({ ...entryHead, unconfirmedOn: dateSchema, answerDueOn: dateSchema }),
});

/** Sent when the source of an unconfirmed entry stands by it, or names it again. It runs on, unless its state says that it is suspended besides. */
export const listEntryConfirmed = defineEvent({
  type: 'lianxin.list_entry.confirmed.v1',
  effect: 'RESTRICTS',
  titleZh: '名单记录来源确认',
  data: z.object({ ...entryHead, documentNo: z.string().nullable(), confirmedOn: dateSchema, reappeared: z.boolean() }),
});
