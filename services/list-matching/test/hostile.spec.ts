import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ListEntryView, ProblemBody } from '@lianxin/contracts';
import { ListCity, wageOffice } from './city.ts';
import { designationOf, partyOf } from './designations.ts';

describe('input that nobody should send', () => {
  let lists: ListCity;
  beforeAll(async () => {
    lists = await ListCity.create();
  });
  afterAll(() => lists?.close());

  const send = (body: unknown, contentType = 'application/json') =>
    lists.call<ListEntryView & Omit<ProblemBody, 'status'>>(wageOffice, 'POST', '/api/v1/list-entries', body, {
      'content-type': contentType,
    });
  const named = (name: string) => {
    const body = designationOf('BL-WAGE');
    return { ...body, subject: { ...body.subject, name } };
  };

  test.each([
    ['an emoji', '示例😀👩‍👩‍👧有限公司'],
    ['a zero-width character', '示例\u200b有限公司'],
    ['a direction override', '示例\u202e司公限有'],
    ['ten thousand characters', '长'.repeat(10_000)],
    ['ten thousand emoji', '😀'.repeat(5_000)],
    ['SQL', "Robert'); DROP TABLE list_entry;--"],
    ['a formula', "=cmd|'/c calc'!A0"],
    ['markup', '<script>alert(1)</script>'],
    ['a template', '$\u007bjndi:ldap://x} {{7*7}} %s %n'],
  ])('%s in a name is text and nothing else', async (_title, name) => {
    const answer = await send(named(name));
    expect([answer.status, answer.body.subject?.name]).toEqual([201, name]);
  });

  const refused: [string, unknown, number, string, string?][] = [
    ['a NUL character', named('示例\u0000公司'), 400, 'VALIDATION_FAILED'],
    ['half a surrogate pair', named('示例\ud83d公司'), 400, 'VALIDATION_FAILED'],
    ['nothing but spaces', named(' \u3000 '), 400, 'VALIDATION_FAILED'],
    ['a name beyond all measure', named('长'.repeat(10_001)), 400, 'VALIDATION_FAILED'],
    ['an oversized body', { ...designationOf('BL-WAGE'), facts: 'x'.repeat(2_000_000) }, 413, 'BODY_TOO_LARGE'],
    ['deep JSON', `${'['.repeat(5_000)}${']'.repeat(5_000)}`, 400, 'JSON_TOO_DEEP'],
    ['no JSON', '{"listCode":', 400, 'MALFORMED_JSON'],
    ['a prototype', '{"__proto__":{"admin":true}}', 400, 'MALFORMED_JSON'],
    ['an array for an object', [designationOf('BL-WAGE')], 400, 'VALIDATION_FAILED'],
    ['numbers for texts', { ...designationOf('BL-WAGE'), sourceRecordId: 42 }, 400, 'VALIDATION_FAILED'],
    ['another content type', 'a=b', 415, 'UNSUPPORTED_MEDIA_TYPE', 'application/x-www-form-urlencoded'],
    ['a CSV file at the wrong door', 'listCode\nBL-WAGE\n', 415, 'UNSUPPORTED_MEDIA_TYPE', 'text/csv'],
  ];
  for (const [title, body, status, code, contentType] of refused) {
    test(`${title} is refused as a problem`, async () => {
      const answer = await send(body, contentType);
      expect([answer.status, answer.body.code]).toEqual([status, code]);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    });
  }

  test('an id that is none, and an id of nothing, are problems', async () => {
    expect((await lists.call(wageOffice, 'GET', '/api/v1/list-entries/1')).status).toBe(400);
    expect((await lists.call(wageOffice, 'GET', '/api/v1/list-entries/01a20731-7a62-7a2f-af11-bc47a0366258')).status).toBe(404);
    expect((await lists.call(wageOffice, 'GET', "/api/v1/list-entries?listCode='%20OR%201=1")).body).toMatchObject({ data: [] });
    expect((await lists.call<ProblemBody>(wageOffice, 'GET', '/api/v1/list-entries?status=NONSENSE')).body.code).toBe('VALIDATION_FAILED');
  });

  test('a refusal never repeats a number', async () => {
    const answer = await send(designationOf('BL-WAGE', { parties: [partyOf('PRINCIPAL', { idNumber: '320799198001010011' })] }));
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).not.toContain('320799198001010011');
  });

  test('after all this the service is well, and lists who should be listed', async () => {
    expect((await lists.call(undefined, 'GET', '/readyz')).status).toBe(200);
    expect((await send(designationOf('BL-WAGE'))).status).toBe(201);
  });
});
