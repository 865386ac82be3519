import { describe, expect, it } from '@jest/globals';
import { ageOn, birthDateOf, checkIdNumber, convertIdNumber15, genderOf, idNumberCheckCharacter } from './id-number.ts';

const options = { today: '2026-11-23', syntheticRegionAllowed: true };

const withCheck = (first17: string) => first17 + idNumberCheckCharacter(first17);

describe('a citizen identity number', () => {
  it.each([
    '11010519491231002X',
    '440524188001010014',
    '320799189901010019',
    '320799189901010027',
    '32079918990101006X',
    '320799189912311239',
    '320799189906150889',
  ])('%s is accepted', (number) => {
    expect(checkIdNumber(number, options)).toEqual({ ok: true, number, convertedFrom15: false, warnings: [] });
  });

  it('is cleaned: spaces around it, full-width digits, a small x', () => {
    expect(checkIdNumber(' １１010519491231002x ', options)).toMatchObject({ ok: true, number: '11010519491231002X' });
  });

  it('of fifteen digits becomes the number of today', () => {
    expect(checkIdNumber('110105491231002', options)).toEqual({
      ok: true,
      number: '11010519491231002X',
      convertedFrom15: true,
      warnings: [],
    });
    expect(() => convertIdNumber15('11010549123100X')).toThrow(RangeError);
  });

  it.each([
    ['', 'LENGTH', undefined, undefined],
    ['11010519491231002', 'LENGTH', undefined, undefined],
    ['11010519491231002XX', 'LENGTH', undefined, undefined],
    ['110105 19491231 002X', 'LENGTH', undefined, undefined],
    ['1101054912310022', 'LENGTH', undefined, undefined],
    ['320799********0019', 'ALPHABET', 7, '0–9'],
    ['11010519491231O02X', 'ALPHABET', 15, '0–9'],
    ['1101051949123100XX', 'ALPHABET', 17, '0–9'],
    ['11010519491231002A', 'ALPHABET', 18, '0–9 / X'],
    ['11010549123100X', 'ALPHABET', 15, '0–9'],
    ['11010519491231002×', 'ALPHABET', 18, '0–9 / X'],
    ['320799189902290016', 'DATE', 13, '01–28'],
    [withCheck('32079919000229001'), 'DATE', 13, '01–28'],
    [withCheck('32079919990431001'), 'DATE', 13, '01–30'],
    [withCheck('32079919990100001'), 'DATE', 13, '01–31'],
    [withCheck('32079919991301001'), 'DATE', 11, '01–12'],
    [withCheck('32079919990001001'), 'DATE', 11, '01–12'],
    [withCheck('32079900000101001'), 'DATE', 7, '1800–2026'],
    [withCheck('32079901990101001'), 'DATE', 7, '1800–2026'],
    ['110105491331002', 'DATE', 9, '01–12'],
    ['110105490230002', 'DATE', 11, '01–28'],
    [withCheck('32079920261124001'), 'DATE_IN_FUTURE', 7, undefined],
    [withCheck('32079999991231001'), 'DATE_IN_FUTURE', 7, undefined],
    ['110105194912310021', 'CHECK_CHARACTER', 18, 'X'],
    ['320799189901010018', 'CHECK_CHARACTER', 18, '9'],
    ['😀'.repeat(18), 'ALPHABET', 1, '0–9'],
    ["' OR 1=1 --", 'LENGTH', undefined, undefined],
  ])('%p is refused as %s at %p, where it should be %p', (input, problem, position, expected) => {
    const checked = checkIdNumber(input, options);
    if (checked.ok) throw new Error('accepted');
    expect([checked.problem, checked.position, checked.expected]).toEqual([problem, position, expected]);
  });

  it('born on 29 February of a leap year, or today, is accepted; tomorrow is not', () => {
    expect(checkIdNumber(withCheck('32079920000229001'), options).ok).toBe(true);
    expect(checkIdNumber(withCheck('32079920261123001'), options).ok).toBe(true);
    expect(checkIdNumber(withCheck('32079920261123001'), { ...options, today: '2026-11-22' }).ok).toBe(false);
  });

  it('says what a wrong last character should be, in both languages', () => {
    expect(checkIdNumber('110105194912310021', options)).toMatchObject({
      detailZh: expect.stringMatching(/^第 18 位应为 X/),
      detailEn: expect.stringMatching(/^character 18 should be X/),
    });
  });

  it('is never repeated by a refusal, whose text reaches logs', () => {
    for (const input of ['110105194912310021', '320799189902290016', withCheck('32079920261124001'), '1101051949123100XX']) {
      expect(JSON.stringify(checkIdNumber(input, options))).not.toMatch(/\d{5}|19491231|1899/);
    }
  });

  it.each([
    ['320799189901010019', {}, ['REGION_SYNTHETIC']],
    [withCheck('32078819990101001'), {}, ['REGION_UNKNOWN']],
    [withCheck('91078819990101001'), {}, ['REGION_UNKNOWN']],
    [withCheck('32070519990101001'), {}, []],
    [withCheck('81000019990101001'), {}, ['RESIDENCE_PERMIT']],
    [withCheck('83000019990101001'), {}, ['RESIDENCE_PERMIT']],
  ])('%s with %p is accepted with the doubts %p', (number, extra, codes) => {
    const checked = checkIdNumber(number, { today: options.today, ...extra });
    expect(checked.ok && checked.warnings.map(({ code }) => code)).toEqual(codes);
  });

  it('tells birth date, gender and age', () => {
    expect(birthDateOf('11010519491231002X')).toBe('1949-12-31');
    expect(genderOf('11010519491231002X')).toBe('FEMALE');
    expect(genderOf('440524188001010014')).toBe('MALE');
    expect(ageOn('11010519491231002X', '1967-12-30')).toBe(17);
    expect(ageOn('11010519491231002X', '1967-12-31')).toBe(18);
    const leapDay = withCheck('32079920080229001');
    expect([ageOn(leapDay, '2026-02-28'), ageOn(leapDay, '2026-03-01'), ageOn(leapDay, '2028-02-29')]).toEqual([17, 18, 20]);
  });

  it.each(['', '110105491231002', '11010519491331002X', '11010519491231002x', '320799********0019'])(
    'unchecked like %p tells nothing, without repeating it',
    (number) => {
      for (const ask of [birthDateOf, genderOf, (text: string) => ageOn(text, '2026-01-01')])
        expect(() => ask(number)).toThrow(/^not a checked ID number/);
    },
  );

  it('is not checked against a day that does not exist', () => {
    expect(() => checkIdNumber('11010519491231002X', { today: '2026-02-30' })).toThrow(RangeError);
    expect(() => ageOn('11010519491231002X', 'today')).toThrow(RangeError);
  });
});
