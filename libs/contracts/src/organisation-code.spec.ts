import { describe, expect, it } from '@jest/globals';
import { checkOrganisationCode, organisationCodeCheckCharacter } from './organisation-code.ts';

describe('an organisation code', () => {
  it.each([
    ['MA000001-5', 'MA0000015'],
    ['ma0000015', 'MA0000015'],
    ['MA000004X', 'MA000004X'],
    ['30000012－5', '300000125'],
    ['MA100010-5', 'MA1000105'],
  ])('%s is accepted, with or without its hyphen', (input, code) => {
    expect(checkOrganisationCode(input)).toEqual({ ok: true, code, written: `${code.slice(0, 8)}-${code.slice(8)}` });
  });

  it('has a check character of X for 10 and 0 for 11', () => {
    expect(organisationCodeCheckCharacter('MA000004')).toBe('X');
    expect(organisationCodeCheckCharacter('00000000')).toBe('0');
  });

  it.each([
    ['', 'LENGTH', undefined],
    ['MA00001-5', 'LENGTH', undefined],
    ['MA0000001-5', 'LENGTH', undefined],
    ['MA-0000015', 'LENGTH', undefined],
    ['MA0000015-', 'LENGTH', undefined],
    ['MA0000*1-5', 'ALPHABET', 7],
    ['MA000001-A', 'ALPHABET', 9],
    ['MA000001😀', 'ALPHABET', 9],
    ['张A000001-5', 'ALPHABET', 1],
    ['MA000001-6', 'CHECK_CHARACTER', 9],
    ['MA000010-5', 'CHECK_CHARACTER', 9],
  ])('%p is refused as %s at %p', (input, problem, position) => {
    const checked = checkOrganisationCode(input);
    expect(checked).toMatchObject({ ok: false, problem });
    expect('position' in checked ? checked.position : undefined).toBe(position);
  });

  it('with a wrong last character is told the right one', () => {
    expect(checkOrganisationCode('MA000001-6')).toMatchObject({
      expected: '5',
      detailZh: expect.stringMatching(/^第 9 位应为 5/),
      detailEn: expect.stringMatching(/^character 9 should be 5/),
    });
  });

  it('of every body passes with its own check character and with no other', () => {
    for (let serial = 0; serial < 3_000; serial += 1) {
      const body = (serial * 7919 + 36 ** 7).toString(36).toUpperCase().slice(-8);
      const right = organisationCodeCheckCharacter(body);
      const accepted = Array.from('0123456789X').filter((last) => checkOrganisationCode(`${body}-${last}`).ok);
      expect(accepted).toEqual([right]);
    }
  });

  it.each(['MA00001', 'MA0000011', 'ma000001', 'MA00000-', ''])('has no check character when its body is %p', (body) => {
    expect(() => organisationCodeCheckCharacter(body)).toThrow(RangeError);
  });
});
