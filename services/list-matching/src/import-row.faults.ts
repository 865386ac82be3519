import type { FieldProblem } from '@lianxin/contracts';
import { pointerOf } from '@lianxin/platform';
import type { z } from 'zod';
import type { Field } from './import-fields.rules.ts';

/** What is wrong with a row of a file, by its schema. A choice is told by the labels of the template: who fills in a sheet knows no codes. */
export function rowFaults(error: z.ZodError, fields: readonly Field[]): FieldProblem[] {
  return error.issues.map((issue) => {
    const path = issue.path.map((part) => (typeof part === 'number' ? '*' : String(part))).join('.');
    const labels = fields.find((field) => field.path === path)?.choices?.map(({ labelZh }) => labelZh) ?? [];
    const isChoice = issue.code === 'invalid_value' && labels.length > 0;
    const isMissing = issue.message.startsWith('必填');
    return {
      pointer: pointerOf(issue.path),
      code: 'VALIDATION_FAILED',
      detail: isChoice ? `${isMissing ? '必填，' : ''}应为下列之一：${labels.join('、')}` : issue.message,
    };
  });
}
