import { describe, expect, it } from '@jest/globals';
import { checkUscc, generateUscc, organisationCodeOf, type UsccFault, usccCheckCharacter } from './uscc.ts';

const madeUp = { syntheticRegionAllowed: true };

function refusal(input: string): UsccFault {
  const checked = checkUscc(input, madeUp);
  if (checked.ok) throw new Error(`${input} was accepted`);
  return checked;
}

function warningsOf(input: string, options: Parameters<typeof checkUscc>[1]): string[] {
  const checked = checkUscc(input, options);
  return checked.ok ? checked.warnings.map(({ code, position }) => `${code} ${position}`) : [checked.problem];
}

describe('a unified social credit code', () => {
  it.each([
    ['91320799MA00000155', 'LEGAL'],
    ['91320799MA00000230', 'UNINC'],
    ['92320799MA000004XF', 'IB'],
    ['93320799MA0000058C', 'LEGAL'],
    ['11320799MB000006XY', 'LEGAL'],
    ['12320799MB0000078U', 'LEGAL'],
    ['51320799MJ00000851', 'LEGAL'],
    ['52320799MJ0000093Q', 'LEGAL'],
    ['N2320799MF000011XY', 'LEGAL'],
    ['91320799300000125T', 'LEGAL'],
    ['91320799MA10001050', 'LEGAL'],
    ['91320799MA1000172X', 'LEGAL'],
    ['91320799MA1000295Y', 'LEGAL'],
    ['91320799MADEM00035', 'LEGAL'],
    ['91320799MADEM00110', 'LEGAL'],
    ['91320799MADEM002XP', 'LEGAL'],
    ['12320799MADEM0046P', 'LEGAL'],
    ['92320799MADEM0054A', 'IB'],
  ] as const)('%s of a %s is accepted without doubt', (code, subjectKind) => {
    expect(checkUscc(code, { ...madeUp, subjectKind })).toEqual({ ok: true, code, warnings: [] });
  });

  it('is cleaned of spaces around it, full-width characters and lower case', () => {
    expect(checkUscc(' \u3000９１320799ma0000015５\t', madeUp)).toEqual({ ok: true, code: '91320799MA00000155', warnings: [] });
  });

  it.each([
    ['', 0],
    ['   ', 0],
    ['9132079', 7],
    ['91320799MA0000015', 17],
    ['91320799MA000001555', 19],
    ['9132 0799 MA00 0001 55', 22],
    ['😀'.repeat(10_000), 10_000],
    ["91320799MA00000155'; DROP TABLE subjects;--", 43],
  ])('%p is refused for its length of %i', (input, length) => {
    const { problem, position, detailZh, detailEn } = refusal(input);
    expect({ problem, position }).toEqual({ problem: 'LENGTH', position: undefined });
    expect(detailZh).toContain(`应为 18 位，实为 ${length} 位`);
    expect(detailEn).toContain(`has 18 characters, this has ${length}`);
  });

  it('with a hidden space is told where it stands', () => {
    expect(refusal('9132\u200B0799MA00000155').detailZh).toBe('统一社会信用代码应为 18 位，实为 19 位；第 5 位 U+200B 不是允许的字符');
  });

  it.each([
    ['91320799MAO0000155', 11, '0', '91320799MA00000155'],
    ['9I320799MAOOOOO155', 2, '1', '91320799MA00000155'],
    ['9132O799MA00000155', 5, '0', '91320799MA00000155'],
    ['91320799MA0000015S', 18, '5', '91320799MA00000155'],
    ['91320799MA1000Z95Y', 15, '2', '91320799MA1000295Y'],
  ])('%s has a letter for a digit: the digit is suggested, never put in', (input, position, expected, suggestion) => {
    expect(refusal(input)).toMatchObject({ problem: 'ALPHABET', position, expected, suggestion });
    expect(refusal(input).detailZh).toContain('请对照证照确认');
    expect(checkUscc(suggestion, madeUp).ok).toBe(true);
  });

  it.each([
    ['91320799MAO0000156', 11],
    ['91320799MAV0000155', 11],
    ['91320799MAVO000155', 11],
    ['91320799MA0000015-', 18],
    ['91320799MA00000１5ı', 18],
    ['91320799MA0000015😀', 18],
    ['一1320799MA00000155', 1],
    ['91320799MA0000015\u0000', 18],
    ['91320799MA0000015ſ', 18],
  ])('%p has a character that cannot be guessed: no suggestion', (input, position) => {
    const fault = refusal(input);
    expect(fault).toMatchObject({ problem: 'ALPHABET', position });
    expect(fault).not.toHaveProperty('suggestion');
    expect(fault).not.toHaveProperty('expected');
  });

  it('with a wrong last character is refused with the right one, and no code is put in its place', () => {
    const fault = refusal('91320799MA00000156');
    expect(fault).toMatchObject({ problem: 'CHECK_CHARACTER', position: 18, expected: '5' });
    expect(fault).not.toHaveProperty('suggestion');
    expect(refusal('91320799MA10002950').detailZh).toMatch(/^第 18 位应为 Y；/);
    expect(refusal('91320799MA10002950').detailEn).toMatch(/^character 18 should be Y,/);
  });

  it('with a wrong last character is a doubt only when its source is known to hold old codes', () => {
    expect(warningsOf('91320799MA00000156', { ...madeUp, sourceIsLegacy: true })).toEqual(['CHECK_CHARACTER 18']);
    expect(warningsOf('91320799MAO0000155', { ...madeUp, sourceIsLegacy: true })).toEqual(['ALPHABET']);
  });

  it('raises a doubt, not a refusal, over its inner code, its region and its registering authority', () => {
    const withCheck = (first17: string) => first17 + usccCheckCharacter(first17);
    expect(warningsOf(withCheck('91320799MA0000016'), madeUp)).toEqual(['ORGANISATION_CODE 17']);
    expect(warningsOf('91320799MA00000155', {})).toEqual(['REGION_SYNTHETIC 3']);
    expect(warningsOf(withCheck('91320788MA0000015'), {})).toEqual(['REGION_UNKNOWN 3']);
    expect(warningsOf(withCheck('91990101MA0000015'), {})).toEqual(['REGION_UNKNOWN 3']);
    expect(warningsOf(withCheck('91320705MA0000015'), {})).toEqual([]);
    expect(warningsOf(withCheck('91310115MA0000015'), {})).toEqual([]);
    expect(warningsOf(withCheck('Q9320706MA0000015'), {})).toEqual(['REGISTRATION_UNKNOWN 1']);
    expect(warningsOf('92320799MA000004XF', { ...madeUp, subjectKind: 'LEGAL' })).toEqual(['KIND_MISMATCH 1']);
    expect(warningsOf('91320799MA00000155', { ...madeUp, subjectKind: 'IB' })).toEqual(['KIND_MISMATCH 1']);
    expect(warningsOf('91320799MA00000155', { ...madeUp, subjectKind: 'PERSON' })).toEqual(['KIND_MISMATCH 1']);
  });

  it('of a well-known company passes, so the weights are those of the standard', () => {
    expect(warningsOf('911000001000013428', {})).toEqual([]);
    expect(warningsOf('91440300708461136T', {})).toEqual([]);
  });

  it('made for the demonstration always passes and holds its organisation code', () => {
    expect(generateUscc('91', 'MA', 1)).toBe('91320799MA00000155');
    expect(generateUscc('91', '', 30000012)).toBe('91320799300000125T');
    expect(generateUscc('91', 'MADEM', 0)).toBe('91320799MADEM00035');
    expect(organisationCodeOf('91320799MA00000155')).toBe('MA0000015');
    for (let serial = 0; serial < 2_000; serial += 1)
      expect(checkUscc(generateUscc('91', 'MA', serial * 499), madeUp)).toMatchObject({ ok: true, warnings: [] });
  });

  it.each([
    ['9', 'MA', 1],
    ['91', 'MA', 1_000_000],
    ['91', 'MA', -1],
    ['91', 'MA', 0.5],
    ['91', 'MO', 1],
    ['VV', 'MA', 1],
    ['91', 'MA0000000', 1],
  ])('is not made from %p, %p, %p', (registration, series, serial) => {
    expect(() => generateUscc(registration, series, serial)).toThrow(RangeError);
  });
});
