import { describe, expect, test } from '@jest/globals';
import { ProblemError } from '@lianxin/contracts';
import { z } from 'zod';
import { validationPipe } from './validation.pipe.ts';

const pipe = validationPipe();
async function faultsOf(value: unknown, type: 'param' | 'body', schema: z.ZodType, data?: string) {
  const error = await pipe.transform(value, { type, data, schema } as never).then(
    () => undefined,
    (refusal: unknown) => refusal,
  );
  if (!(error instanceof ProblemError)) throw new Error('not refused');
  return error;
}

describe('a request that does not fit its schema', () => {
  test('is told field by field, in Chinese', async () => {
    const { code, detail, errors } = await faultsOf({ limit: 'many', name: 1 }, 'body', z.object({ limit: z.number(), name: z.string() }));
    expect(code).toBe('VALIDATION_FAILED');
    expect(detail).toContain('/limit、/name');
    for (const fault of errors) expect(fault.detail).toMatch(/\p{Script=Han}/u);
  });

  test('names five fields and says that there are more', async () => {
    const five = await faultsOf({}, 'body', z.object(Object.fromEntries([...'abcde'].map((name) => [name, z.string()]))));
    expect(five.detail).toBe('5 处不符合要求：/a、/b、/c、/d、/e');
    const six = await faultsOf({}, 'body', z.object(Object.fromEntries([...'abcdef'].map((name) => [name, z.string()]))));
    expect(six.detail).toBe('6 处不符合要求：/a、/b、/c、/d、/e 等');
    expect(six.errors).toHaveLength(6);
  });

  test('names the part of the path that is wrong', async () => {
    const { detail, errors } = await faultsOf('subjects', 'param', z.enum(['organisations', 'persons']), 'scope');
    expect(detail).toContain('/scope');
    expect(errors).toMatchObject([{ pointer: '/scope', code: 'VALIDATION_FAILED' }]);
    expect(errors[0]?.detail).toMatch(/\p{Script=Han}.*organisations/u);
  });
});

test('what fits passes as its schema reads it', async () => {
  const schema = z.object({ limit: z.coerce.number() });
  expect(await pipe.transform({ limit: '7' }, { type: 'body', schema } as never)).toEqual({ limit: 7 });
});
