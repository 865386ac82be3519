import { z } from 'zod';
import { defineEvent } from '../event.ts';
import {
  dateSchema,
  departmentCodeSchema,
  gradeSchema,
  idSchema,
  listTypeSchema,
  partyRoleSchema,
  subjectKindSchema,
} from '../vocabulary.ts';
import { planMeasureSchema } from './measure-plan.ts';
import { restorationGroundSchema } from './restoration.ts';

/** Owners of state that a replay derives again, in the order in which they answer: each from what the one before it has found. */
export const replayOwners = ['list-matching', 'measure-decomposition', 'execution-feedback'] as const;
export const replayOwnerSchema = z.enum(replayOwners);
export type ReplayOwner = z.infer<typeof replayOwnerSchema>;

/** What may leave the owners while a replay is carried out: nothing outside the record, the departments' queues only, or every notice too (product §A.4). */
export const replaySideEffects = ['none', 'internal', 'notify'] as const;
export const replaySideEffectSchema = z.enum(replaySideEffects);
export type ReplaySideEffect = z.infer<typeof replaySideEffectSchema>;

/** Facts of an entry as they should have been; what is left out stays. Dates are legal dates of Beijing. */
export const correctedFactsSchema = z.object({
  decisionDate: dateSchema.optional(),
  validTo: dateSchema.nullable().optional(),
  grade: gradeSchema.optional(),
  listField: z.string().nullable().optional(),
  industry: z.string().nullable().optional(),
  conditions: z
    .array(z.object({ code: z.string().max(64), documentNo: z.string().min(1).max(200) }))
    .max(50)
    .optional(),
  /** Whether the decision names the party and service on it is proved. */
  parties: z
    .array(z.object({ partyId: idSchema, named: z.boolean(), served: z.boolean() }))
    .max(201)
    .optional(),
});
export type CorrectedFacts = z.infer<typeof correctedFactsSchema>;

/**
 * What is taken to be otherwise: nothing (the proof that rules are pure and facts complete), the entry void from the start (T18) or its basis revoked
 * (T19), facts of it corrected, or another version of the catalogue.
 */
export const replayChangeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('NOTHING') }),
  z.object({ kind: z.literal('VOID_ENTRY'), effect: z.enum(['VOID', 'REVOKE']) }),
  z.object({ kind: z.literal('CORRECT_ENTRY'), facts: correctedFactsSchema }),
  z.object({ kind: z.literal('CATALOGUE_VERSION'), version: z.int().positive() }),
]);
export type ReplayChange = z.infer<typeof replayChangeSchema>;

/** What an owner looked at: an entry, plan or set of tasks at its version, and the law, calendar and configuration that it used. */
export const replayVersionSchema = z.object({
  kind: z.enum(['ENTRY', 'PLAN', 'TASKS', 'CATALOGUE', 'CALENDAR', 'CONFIGURATION']),
  id: z.string(),
  version: z.string(),
});
export type ReplayVersion = z.infer<typeof replayVersionSchema>;

const replayCase = {
  replayId: idSchema,
  /** Grows with every time that the replay asks: for the plan, again before it is carried out, and as the proof afterwards. */
  round: z.int().positive(),
  /** A case is one entry with everything that rests on it. */
  entryId: idSchema,
  subjectId: idSchema,
};

/** Sent for every case of a replay: the owners say what would be otherwise and change nothing (design §7). Key: the entry's subject. */
export const replayRequested = defineEvent({
  type: 'lianxin.replay.requested.v1',
  effect: 'INFORMS',
  titleZh: '回放推演请求',
  data: z.object({ ...replayCase, change: replayChangeSchema }),
});
export type ReplayRequested = z.infer<typeof replayRequested.data>;

/** KEEP: stands as it is. END: leaves its list in error. CORRECT: runs on with other facts. RETURN: an honour that the void entry had excluded comes back (T20a). */
export const assessedEntrySchema = z.object({
  entryId: idSchema,
  subjectId: idSchema,
  number: z.string(),
  listCode: z.string(),
  listType: listTypeSchema,
  designatingDepartment: departmentCodeSchema,
  entryVersion: z.int().positive(),
  activationNo: z.int().positive(),
  status: z.string(),
  action: z.enum(['KEEP', 'END', 'CORRECT', 'RETURN']),
  /** The rule that says so: T18, T19, T20a, R-x-y. */
  clause: z.string().nullable(),
  /** Of CORRECT. */
  facts: correctedFactsSchema.nullable(),
  /** Of RETURN: the end of the honour's term; null: none. */
  validTo: dateSchema.nullable(),
  /** False: in force, but without effect here (R-2-16), so that no plan rests on it. Left out: it has effect. */
  effective: z.boolean().optional(),
  /** Version of its last correction (`list_entry.corrected`): whoever has heard less of it is behind. Left out or null: never corrected. */
  correctedVersion: z.int().positive().nullable().optional(),
  /** Of CORRECT: names of the facts that bind harder than what was decided (a longer term, a higher grade, further conditions or parties): only with the unit's confirmation (R-6-7a). */
  hardens: z.array(z.string()).optional(),
});
export type AssessedEntry = z.infer<typeof assessedEntrySchema>;

/** Rows of a plan that are alike but for the party. */
export const assessedRowsSchema = z.object({
  partyIds: z.array(idSchema).min(1),
  measureCode: z.string(),
  departmentCode: departmentCodeSchema,
  notice: z.boolean(),
  /** Of a plan's `changed` rows of restrictions: whether they bind less than before and in nothing more. Left out: that is not said. */
  frees: z.boolean().optional(),
});
export type AssessedRows = z.infer<typeof assessedRowsSchema>;

/**
 * A plan that does not fit into one part comes in several pieces, in parts that follow each other: whoever joins them puts their lists together and adds up
 * `kept`; everything else is the same in each.
 * KEEP: derived again, it comes out the same. END: its entry ends. REVISE: it comes out otherwise. MAKE: an entry that has no plan in force gets one.
 */
export const assessedPlanSchema = z.object({
  /** null: of MAKE. */
  planId: idSchema.nullable(),
  /** Of RETURN, the honour that was excluded: the new entry has no id yet. */
  entryId: idSchema,
  planVersion: z.int().nonnegative(),
  status: z.string(),
  action: z.enum(['KEEP', 'END', 'REVISE', 'MAKE']),
  catalogueVersionBefore: z.int().positive().nullable(),
  catalogueVersionAfter: z.int().positive().nullable(),
  withdrawn: z.array(assessedRowsSchema),
  added: z.array(assessedRowsSchema),
  changed: z.array(assessedRowsSchema),
  /** Rows that stand in both. */
  kept: z.int().nonnegative(),
  /** All that the plan, as it would be, orders (`tasks`) and tells (`notices`), by parties that get the same: whoever executes compares it with its tasks. */
  demands: z
    .array(
      z.object({
        partyIds: z.array(idSchema).min(1),
        measures: z.array(
          z.object({ measureCode: z.string(), tasks: z.array(departmentCodeSchema), notices: z.array(departmentCodeSchema) }),
        ),
      }),
    )
    .optional(),
  /** What the measures of `added` and `changed` are. */
  measures: z.array(planMeasureSchema).optional(),
  /** Who the parties of `added` are. */
  parties: z.array(z.object({ partyId: idSchema, subjectId: idSchema, role: partyRoleSchema, kind: subjectKindSchema })).optional(),
});
export type AssessedPlan = z.infer<typeof assessedPlanSchema>;

/**
 * ADD: a new task. WITHDRAW: lifted or cancelled. CHANGE: same task, other terms. KEEP: would go, but another basis demands it (R-4-5). RESTORE: something
 * was done on it and its effects are removed (R-6-8). Tasks that nothing happens to are counted, not listed.
 */
export const assessedTaskSchema = z.object({
  action: z.enum(['ADD', 'WITHDRAW', 'CHANGE', 'KEEP', 'RESTORE']),
  /** null: of ADD. */
  taskId: idSchema.nullable(),
  entryId: idSchema,
  partyId: idSchema,
  partySubjectId: idSchema,
  measureCode: z.string(),
  departmentCode: departmentCodeSchema,
  status: z.string().nullable(),
  /** Entries that keep it. */
  keptBy: z.array(idSchema),
  /** Of CHANGE of a restriction: whether it binds less than before and in nothing more (it rests, a weaker force, no deadline). Left out: that is not said. */
  frees: z.boolean().optional(),
});
export type AssessedTask = z.infer<typeof assessedTaskSchema>;

/**
 * Sent by each owner in its turn: list-matching answers `requested`, measure-decomposition what list-matching found, execution-feedback what
 * measure-decomposition found. What does not fit into one event is sent in parts. Key: the entry's subject.
 */
export const replayAssessed = defineEvent({
  type: 'lianxin.replay.assessed.v1',
  effect: 'INFORMS',
  titleZh: '回放推演结果',
  data: z.object({
    ...replayCase,
    change: replayChangeSchema,
    owner: replayOwnerSchema,
    part: z.int().positive(),
    parts: z.int().positive(),
    /** BEHIND: what the owner before has seen has not arrived here yet, ask again. UNKNOWN: no such entry. REFUSED: the change is against a rule, `clause` says which. */
    result: z.enum(['ASSESSED', 'BEHIND', 'UNKNOWN', 'REFUSED']),
    clause: z.string().nullable(),
    detail: z.string().nullable(),
    /** Whether this owner itself has something to carry out; what follows from others' events it does anyway. */
    acts: z.boolean(),
    versions: z.array(replayVersionSchema),
    entries: z.array(assessedEntrySchema),
    plans: z.array(assessedPlanSchema),
    tasks: z.array(assessedTaskSchema),
    /** Tasks of the case that nothing happens to. */
    unchangedTasks: z.int().nonnegative(),
    /**
     * How the case stands now, for comparison with the journal: lines `kind:id:version:status` of its entries and plans and `TASK:id:status` of its tasks, sorted and joined by line
     * feeds, as SHA-256 in hexadecimal; `lines` is their number. In the last part. Of list-matching: exactly the entries that `entries` names.
     */
    state: z.object({ lines: z.int().nonnegative(), sha256: z.string() }).nullable(),
    /** Where the owner's own stored facts, folded again, do not give its stored state: what, what was expected and what was found. */
    mismatches: z.array(z.object({ id: z.string(), expected: z.string(), found: z.string() })),
  }),
});
export type ReplayAssessed = z.infer<typeof replayAssessed.data>;

/** Sent when all owners have answered and the difference stands. Key: the replay. */
export const replayPlanned = defineEvent({
  type: 'lianxin.replay.planned.v1',
  effect: 'INFORMS',
  titleZh: '回放方案形成',
  data: z.object({
    replayId: idSchema,
    round: z.int().positive(),
    cases: z.int().nonnegative(),
    added: z.int().nonnegative(),
    withdrawn: z.int().nonnegative(),
    changed: z.int().nonnegative(),
    kept: z.int().nonnegative(),
    restored: z.int().nonnegative(),
    unchanged: z.int().nonnegative(),
    /** SHA-256 of the whole difference: the same plan twice has the same. */
    sha256: z.string(),
  }),
});

/**
 * Sent for every case that changes, after a second person has approved and the difference was found to be the same again. An owner that acts compares the
 * versions first: if its world has moved on it says `refused` and does nothing; otherwise it acts by its ordinary use cases and says `carried_out`.
 * Twice is once. Key: the entry's subject.
 */
export const replayApproved = defineEvent({
  type: 'lianxin.replay.approved.v1',
  effect: 'FREES',
  titleZh: '回放批准执行',
  data: z.object({
    ...replayCase,
    change: replayChangeSchema,
    ground: restorationGroundSchema,
    documentNo: z.string(),
    approvedOn: dateSchema,
    sideEffects: replaySideEffectSchema,
    /** Owners that are to act. */
    acting: z.array(replayOwnerSchema),
    /** As the owners have told them in this round. */
    versions: z.array(replayVersionSchema),
  }),
});
export type ReplayApproved = z.infer<typeof replayApproved.data>;

/** Sent by an owner when what was approved no longer fits what stands: nothing of it was done here. Key: the entry's subject. */
export const replayRefused = defineEvent({
  type: 'lianxin.replay.refused.v1',
  effect: 'INFORMS',
  titleZh: '回放执行被拒绝',
  data: z.object({
    ...replayCase,
    owner: replayOwnerSchema,
    clause: z.string().nullable(),
    detail: z.string(),
    versions: z.array(replayVersionSchema),
  }),
});

/** Sent by an owner when it has done its part. Key: the entry's subject. */
export const replayCarriedOut = defineEvent({
  type: 'lianxin.replay.carried_out.v1',
  effect: 'INFORMS',
  titleZh: '回放执行完成',
  data: z.object({ ...replayCase, owner: replayOwnerSchema, changed: z.boolean() }),
});

/** Sent when every owner has done its part and a last look has found nothing left to change. Key: the replay. */
export const replayApplied = defineEvent({
  type: 'lianxin.replay.applied.v1',
  effect: 'INFORMS',
  titleZh: '回放执行完毕',
  data: z.object({ replayId: idSchema, cases: z.int().nonnegative(), restorations: z.int().nonnegative(), appliedOn: dateSchema }),
});

/** Sent when a replay is given up before anything of it was carried out. Key: the replay. */
export const replayCancelled = defineEvent({
  type: 'lianxin.replay.cancelled.v1',
  effect: 'INFORMS',
  titleZh: '回放取消',
  data: z.object({ replayId: idSchema, cancelledOn: dateSchema }),
});
