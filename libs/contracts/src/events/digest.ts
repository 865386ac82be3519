import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { dateSchema, idSchema } from '../vocabulary.ts';

/** Rows are compared in this many shares; which one a row belongs to follows from its id alone. */
export const digestBuckets = 256;
/** Rows of one answer: with ids, versions and states it stays under 64 KiB. */
export const maxAnsweredRows = 400;
/** Differences that are named one by one; all are counted. */
export const maxDifferencesTold = 100;

/**
 * What is compared every night (design §3, guarantee 5): whose rows, and who keeps copies of them. A row is (id, version, state); each side says its own
 * state in the words of the view. `topics`: all that the copies follow from. Without an owner: a service looks at its own rows only.
 */
export const digestViews = {
  /** Entries in force, suspended or over: whoever copies their status. */
  'list_entry.status': {
    titleZh: '名单记录状态',
    owner: 'list-matching',
    holders: ['credit-repair', 'objection-handling', 'monitoring'],
    topics: ['lianxin.list_entry'],
  },
  /** Whether an entry acts, is held (for what) or is over: plans and window cards. */
  'list_entry.effect': {
    titleZh: '名单记录效力',
    owner: 'list-matching',
    holders: ['measure-decomposition', 'window-check'],
    topics: ['lianxin.list_entry'],
  },
  'measure_plan.status': {
    titleZh: '措施计划',
    owner: 'measure-decomposition',
    holders: ['execution-feedback', 'window-check'],
    topics: ['lianxin.measure_plan'],
  },
  /** Every standing plan is what it would be if it were made today (R-4-8). */
  'measure_plan.law': { titleZh: '措施计划与目录', owner: null, holders: ['measure-decomposition'], topics: [] },
  /** Every basis stands as its plan does, every task as its bases do (R-4-5). */
  'task.bases': { titleZh: '任务与依据', owner: null, holders: ['execution-feedback'], topics: [] },
  'task.status': {
    titleZh: '任务状态',
    owner: 'execution-feedback',
    holders: ['monitoring'],
    topics: ['lianxin.task', 'lianxin.feedback'],
  },
} as const satisfies Record<string, { titleZh: string; owner: string | null; holders: readonly string[]; topics: readonly string[] }>;
export type DigestView = keyof typeof digestViews;
const viewSchema = z.enum(Object.keys(digestViews) as [DigestView, ...DigestView[]]);

/** Events of one view follow each other; they concern no subject. */
export const digestKey = (view: DigestView | null) => (view === null ? 'digest' : `digest:${view}`);

/** Sent once a night, or when the credit office asks: every owner now says its digests. */
export const digestRequested = defineEvent({
  type: 'lianxin.digest.requested.v1',
  effect: 'INFORMS',
  titleZh: '对账开始',
  data: z.object({ runId: idSchema, requestedOn: dateSchema, by: z.enum(['NIGHT', 'OFFICE']) }),
});

/** Sent by the owner of a view: how many rows lie in each bucket, and a hash over them, all of one moment. */
export const digestMade = defineEvent({
  type: 'lianxin.digest.made.v1',
  effect: 'INFORMS',
  titleZh: '对账摘要',
  data: z.object({
    runId: idSchema,
    view: viewSchema,
    buckets: z.array(z.object({ count: z.int().nonnegative(), hash: z.string().max(30) })).length(digestBuckets),
  }),
});

/** Sent by whoever keeps a copy, once it has heard all that the log had when the digest came, and some bucket is not the same. */
export const digestQuestioned = defineEvent({
  type: 'lianxin.digest.questioned.v1',
  effect: 'INFORMS',
  titleZh: '对账询问',
  data: z.object({
    runId: idSchema,
    view: viewSchema,
    holder: z.string().max(40),
    round: z.int().positive(),
    buckets: z
      .array(
        z
          .int()
          .min(0)
          .max(digestBuckets - 1),
      )
      .min(1)
      .max(digestBuckets),
  }),
});

/** Sent by the owner: its rows of one bucket that was asked for, in parts. */
export const digestAnswered = defineEvent({
  type: 'lianxin.digest.answered.v1',
  effect: 'INFORMS',
  titleZh: '对账答复',
  data: z.object({
    runId: idSchema,
    view: viewSchema,
    holder: z.string().max(40),
    round: z.int().positive(),
    bucket: z.int().min(0),
    part: z.int().positive(),
    parts: z.int().positive(),
    rows: z.array(z.object({ id: z.string().max(80), version: z.int(), state: z.string().max(60) })).max(maxAnsweredRows),
  }),
});

const sideSchema = z.object({ version: z.int(), state: z.string() }).nullable();

/** MISSING: the copy lacks it; EXTRA: only the copy has it; BEHIND: the copy missed a later fact; OTHER: the same version, another state. */
export const differenceFaultSchema = z.enum(['MISSING', 'EXTRA', 'BEHIND', 'OTHER']);

/** Sent when a comparison is over. A difference is for people to look at: it changes nothing by itself. */
export const digestCompared = defineEvent({
  type: 'lianxin.digest.compared.v1',
  effect: 'INFORMS',
  titleZh: '对账结果',
  data: z.object({
    runId: idSchema,
    view: viewSchema,
    holder: z.string().max(40),
    /** Rows of the side that compared. */
    rows: z.int().nonnegative(),
    /** Buckets that had to be looked at row by row. */
    questioned: z.int().nonnegative(),
    /** Rows that changed at every look: they are compared the next night. */
    moving: z.int().nonnegative(),
    differences: z.int().nonnegative(),
    /** The first of them. */
    found: z
      .array(z.object({ id: z.string().max(80), fault: differenceFaultSchema, owner: sideSchema, copy: sideSchema }))
      .max(maxDifferencesTold),
  }),
});
