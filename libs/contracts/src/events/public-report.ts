import { z } from 'zod';
import { publicRecordKindSchema } from '../api/public-record.api.ts';
import { defineEvent } from '../event.ts';
import { dateSchema, departmentCodeSchema, idSchema } from '../vocabulary.ts';

/**
 * Sent once when a report of licences or penalties is over: a file that was read to its end, or ended before it, or one request. It counts what came and
 * what of it was right in form (K18 合规率), whatever became of it otherwise. An entry of abnormal operation is no 双公示 and is not counted. Keyed by
 * the report: nothing in it tells of a subject.
 */
export const publicReportReceived = defineEvent({
  type: 'lianxin.public_report.received.v1',
  effect: 'INFORMS',
  titleZh: '双公示报送结果',
  data: z.object({
    /** Of a file, the job that imported it. A request that was refused has the same id when it is sent again under its Idempotency-Key. */
    reportId: idSchema,
    /** 1; 2 when the file was undone: then it counts nothing. */
    reportVersion: z.int().positive(),
    departmentCode: departmentCodeSchema,
    /** Null where a request did not tell it readably. */
    kind: publicRecordKindSchema.exclude(['ABNORMAL']).nullable(),
    channel: z.enum(['FILE', 'REQUEST']),
    reportedOn: dateSchema,
    received: z.int().nonnegative(),
    /** Right in form. */
    valid: z.int().nonnegative(),
  }),
});

/**
 * Sent when it is declared how many licences or penalties a department decided in a month (应上报数), and when what was reported of them has changed since
 * (K18 上报率). The higher version counts. Keyed by the department's sheet of the month.
 */
export const publicReportTallied = defineEvent({
  type: 'lianxin.public_report.tallied.v1',
  effect: 'INFORMS',
  titleZh: '双公示应报已报数',
  data: z.object({
    sheetId: idSchema,
    sheetVersion: z.int().positive(),
    departmentCode: departmentCodeSchema,
    kind: publicRecordKindSchema.exclude(['ABNORMAL']),
    month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/),
    /** Decisions that were made, as it was declared last. */
    declared: z.int().nonnegative(),
    /** Distinct decisions of the month that have been reported and were not taken back as never rightly reported. */
    reported: z.int().nonnegative(),
  }),
});
