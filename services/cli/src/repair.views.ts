import { z } from 'zod';
import type { Column } from './output.ts';
import type { repairTextsOf } from './repair.texts.ts';

type Texts = ReturnType<typeof repairTextsOf>;

const itemSchema = z.looseObject({
  number: z.string(),
  listCode: z.string().nullable(),
  departmentCode: z.string(),
  outcome: z.string(),
  earliestOn: z.string().nullable(),
  missing: z.array(z.string()),
  textZh: z.string(),
  clause: z.string(),
});
export const eligibilitySchema = z.looseObject({ items: z.array(itemSchema), notice: z.string() });
export const repairSchema = z.looseObject({
  id: z.string(),
  number: z.string(),
  version: z.number(),
  status: z.string(),
  subject: z.looseObject({ name: z.string() }),
  departmentCode: z.string(),
  receivedAt: z.string(),
  due: z.looseObject({ kind: z.string(), dueOn: z.string() }).nullable(),
  grantedOn: z.string().nullable(),
});
const stepSchema = z.looseObject({
  action: z.string(),
  at: z.string(),
  by: z.string().optional(),
  detail: z.record(z.string(), z.unknown()).optional(),
});
export const repairDetailSchema = repairSchema.extend({ steps: z.array(stepSchema).default([]) });
export type Repair = z.infer<typeof repairSchema>;
const lineSchema = z.looseObject({
  kind: z.string(),
  departmentCode: z.string().nullable(),
  total: z.number(),
  open: z.number(),
  doneAt: z.string().nullable(),
  dueOn: z.string(),
});
export const checklistSchema = z.looseObject({ isComplete: z.boolean(), restoredAt: z.string().nullable(), lines: z.array(lineSchema) });
export const lateSchema = z.looseObject({
  departmentCode: z.string(),
  repairNumber: z.string(),
  entryNumber: z.string(),
  dueAt: z.string().nullable(),
  late: z.boolean(),
  taskId: z.string(),
});
export const uploadedSchema = z.looseObject({ id: z.string() });

export function eligibilityColumns({ columns: c, word }: Texts): Column<z.infer<typeof itemSchema>>[] {
  return [
    { key: 'number', title: c.number, value: (row) => row.number },
    { key: 'listCode', title: c.list, value: (row) => row.listCode },
    { key: 'departmentCode', title: c.department, value: (row) => row.departmentCode },
    { key: 'outcome', title: c.outcome, value: (row) => row.outcome, shown: (row) => word(row.outcome) },
    { key: 'earliestOn', title: c.earliest, value: (row) => row.earliestOn },
    { key: 'missing', title: c.missing, value: (row) => row.missing.join(' '), shown: (row) => row.missing.map(word).join(' ') },
    { key: 'text', title: c.text, value: (row) => row.textZh, maxCharacters: 120 },
    { key: 'clause', title: c.clause, value: (row) => row.clause, maxCharacters: 60 },
  ];
}

type ShownTime = (value: string | null) => string;

/** What was done, and in what words: why it was refused, or left by another road. */
export function stepColumns({ columns: c, word }: Texts, instant: ShownTime): Column<z.infer<typeof stepSchema>>[] {
  return [
    { key: 'at', title: c.done, value: (row) => row.at, shown: (row) => instant(row.at) },
    { key: 'action', title: c.step, value: (row) => row.action, shown: (row) => word(row.action) },
    { key: 'detail', title: c.text, value: (row) => wordsOf(row.detail), shown: (row) => wordsOf(row.detail, word), maxCharacters: 100 },
  ];
}

function wordsOf(detail: Readonly<Record<string, unknown>> | undefined, word = (code: string) => code): string {
  const { action, reason, asked, grounds, documentNo } = detail ?? {};
  return [typeof action === 'string' ? word(action) : action, documentNo, reason, asked, grounds]
    .flatMap((word) => (typeof word === 'string' || Array.isArray(word) ? [word] : []))
    .join(' ');
}

export function repairColumns({ columns: c, word }: Texts, instant: ShownTime): Column<Repair>[] {
  return [
    { key: 'number', title: c.number, value: (row) => row.number },
    { key: 'status', title: c.status, value: (row) => row.status, shown: (row) => word(row.status) },
    { key: 'subject', title: c.subject, value: (row) => row.subject.name },
    { key: 'departmentCode', title: c.department, value: (row) => row.departmentCode },
    {
      key: 'due',
      title: c.due,
      value: (row) => (row.due === null ? null : `${row.due.kind} ${row.due.dueOn}`),
      shown: (row) => (row.due === null ? '-' : `${word(row.due.kind)} ${row.due.dueOn}`),
    },
    { key: 'receivedAt', title: c.received, value: (row) => row.receivedAt, shown: (row) => instant(row.receivedAt) },
    { key: 'id', title: 'id', value: (row) => row.id },
  ];
}

export function checklistColumns({ columns: c, word }: Texts, instant: ShownTime): Column<z.infer<typeof lineSchema>>[] {
  return [
    { key: 'kind', title: c.item, value: (row) => row.kind, shown: (row) => word(row.kind) },
    { key: 'departmentCode', title: c.unit, value: (row) => row.departmentCode },
    { key: 'total', title: c.total, value: (row) => row.total },
    { key: 'open', title: c.open, value: (row) => row.open, paint: (row) => (row.open === 0 ? 'good' : 'bad') },
    { key: 'doneAt', title: c.done, value: (row) => row.doneAt, shown: (row) => instant(row.doneAt) },
    { key: 'dueOn', title: c.due, value: (row) => row.dueOn },
  ];
}

export function lateColumns({ columns: c }: Texts, deadline: ShownTime): Column<z.infer<typeof lateSchema>>[] {
  return [
    { key: 'departmentCode', title: c.unit, value: (row) => row.departmentCode, paint: (row) => (row.late ? 'bad' : 'good') },
    { key: 'repairNumber', title: c.repair, value: (row) => row.repairNumber },
    { key: 'entryNumber', title: c.number, value: (row) => row.entryNumber },
    { key: 'dueAt', title: c.due, value: (row) => row.dueAt, shown: (row) => deadline(row.dueAt) },
    { key: 'taskId', title: 'id', value: (row) => row.taskId },
  ];
}
