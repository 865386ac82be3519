import { describe, expect, test } from '@jest/globals';
import { withoutPersonalNumbers } from './free-text.rules.ts';

describe('a comment keeps no number of a natural person', () => {
  test.each([
    ['身份证 320799198901010019 不符', '身份证 320799********0019 不符'],
    ['身份证320799198901010019不符', '身份证320799********0019不符'],
    ['末位为 X：32079919890101001x。', '末位为 X：320799********001X。'],
    ['旧证 320799890101001', '旧证 320799******001'],
    ['分组 320799 19890101 0019', '分组 320799********0019'],
    ['全角 ３２０７９９１９８９０１０１００１９', '全角 320799********0019'],
    ['电话 13812345678', '电话 138****5678'],
    ['电话 138-1234-5678，找张三', '电话 138****5678，找张三'],
    ['两个：320799198901010019、320799199001010027', '两个：320799********0019、320799********0027'],
  ])('%s', (typed, kept) => {
    expect(withoutPersonalNumbers(typed)).toBe(kept);
  });

  test.each([
    '统一社会信用代码 91320799MA00000155 相同，名称不同',
    '决定书（2026）苏0707行决第12号，2026-11-23 送达',
    '核查单 LYG-HC-2026-000123',
    '办件号 20261123000000000001',
    '金额 1234567.89 元',
  ])('what is no such number stays as it was typed: %s', (typed) => {
    expect(withoutPersonalNumbers(typed)).toBe(typed);
  });
});
