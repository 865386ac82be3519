import { describe, expect, test } from '@jest/globals';
import { checkIdNumber, checkUscc, listEntryRequestSchema } from '@lianxin/contracts';
import { demoFlag, demoLists } from './demo.flags.ts';

const now = new Date('2026-11-23T02:00:00Z');

describe('the flag that the demo injects', () => {
  test.each(demoLists.map((list) => [list.listCode, list] as const))(
    'of %s is a complete designation of a made-up subject',
    (_code, list) => {
      for (let round = 0; round < 50; round++) {
        const flag = listEntryRequestSchema.parse(demoFlag(list, now));
        expect(checkUscc(flag.subject.usccCode ?? '', { syntheticRegionAllowed: true })).toMatchObject({ ok: true, warnings: [] });
        for (const party of flag.parties) expect(checkIdNumber(party.idNumber, { today: '2026-11-23' })).toMatchObject({ ok: true });
        expect(flag.subject.name).toContain('示例');
        expect(flag.facts).toContain('虚构');
      }
    },
  );

  test('is another one each time', () => {
    const [list] = demoLists;
    const codes = new Set(Array.from({ length: 500 }, () => demoFlag(list, now).subject.usccCode));
    expect(codes.size).toBe(500);
  });
});
