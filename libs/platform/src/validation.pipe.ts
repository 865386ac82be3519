import { type FieldProblem, ProblemError } from '@lianxin/contracts';
import { type ArgumentMetadata, StandardSchemaValidationPipe } from '@nestjs/common';
import { z } from 'zod';
import { chineseFault } from './validation.texts.ts';

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

/** Checks a request against its zod schema and tells every fault with its field, in Chinese. */
class RequestValidationPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({
      exceptionFactory: (issues) =>
        problemOf(issues.map((issue) => ({ pointer: pointerOf(issue.path), code: 'VALIDATION_FAILED', detail: issue.message }))),
    });
  }

  override async transform<Value>(value: Value, metadata: ArgumentMetadata): Promise<Value> {
    try {
      return (await super.transform(value, metadata)) as Value;
    } catch (error) {
      // A part of the path is no field of an object: it goes by its name.
      if (metadata.type !== 'param' || metadata.data === undefined || !(error instanceof ProblemError)) throw error;
      throw problemOf(error.errors.map((fault) => ({ ...fault, pointer: `/${metadata.data}${fault.pointer}` })));
    }
  }
}

export function validationPipe(): StandardSchemaValidationPipe {
  z.config({ localeError: chineseFault });
  return new RequestValidationPipe();
}

function problemOf(faults: readonly FieldProblem[]): ProblemError {
  const fields = faults.slice(0, 5).map((fault) => fault.pointer || '/');
  return new ProblemError(
    'VALIDATION_FAILED',
    `${faults.length} 处不符合要求：${fields.join('、')}${faults.length > fields.length ? ' 等' : ''}`,
    faults.slice(0, maxIssues),
  );
}
