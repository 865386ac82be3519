import { type FieldProblem, ProblemError } from '@lianxin/contracts';
import { StandardSchemaValidationPipe } from '@nestjs/common';

type PathPart = PropertyKey | { readonly key: PropertyKey };

/** JSON Pointer of an issue's path. */
export function pointerOf(path: readonly PathPart[] | undefined): string {
  return (path ?? [])
    .map((part) => (typeof part === 'object' ? part.key : part))
    .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

/** At most this many faults are told at once. */
const maxIssues = 50;

/** Checks a request against its zod schema and tells every fault with its field. */
export function validationPipe(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({
    exceptionFactory: (issues) => {
      const errors: FieldProblem[] = issues
        .slice(0, maxIssues)
        .map((issue) => ({ pointer: pointerOf(issue.path), code: 'VALIDATION_FAILED', detail: issue.message }));
      return new ProblemError(
        'VALIDATION_FAILED',
        `${issues.length} 处不符合要求：${errors
          .map((error) => error.pointer || '/')
          .slice(0, 5)
          .join('、')}`,
        errors,
      );
    },
  });
}
