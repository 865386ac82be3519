import { describe, expect, it } from '@jest/globals';
import { idNumberCheckCharacter } from './id-number.ts';
import { checkIdentityDocument } from './identity-document.ts';

const options = { today: '2026-11-23', syntheticRegionAllowed: true };
const withCheck = (first17: string) => first17 + idNumberCheckCharacter(first17);

describe('the number of an identity document', () => {
  it.each([
    ['ID_CARD', '11010519491231002x', '11010519491231002X'],
    ['ID_CARD', '110105491231002', '11010519491231002X'],
    ['PASSPORT', 'e12345678', 'E12345678'],
    ['PASSPORT', 'EA1234567', 'EA1234567'],
    ['HK_MACAO_PERMIT', 'H12345678', 'H12345678'],
    ['HK_MACAO_PERMIT', 'M1234567800', 'M1234567800'],
    ['TAIWAN_PERMIT', '12345678', '12345678'],
    ['TAIWAN_PERMIT', '1234567890(B)', '1234567890(B)'],
    ['FOREIGN_PERMANENT_RESIDENT', 'USA320012345678', 'USA320012345678'],
    ['FOREIGN_PERMANENT_RESIDENT', withCheck('93284019990101001'), withCheck('93284019990101001')],
    ['HKMT_RESIDENCE_PERMIT', withCheck('81000019990101001'), withCheck('81000019990101001')],
    ['HKMT_RESIDENCE_PERMIT', withCheck('83000019990101002'), withCheck('83000019990101002')],
  ] as const)('of type %s, %s, is accepted', (idType, input, number) => {
    expect(checkIdentityDocument(idType, input, options)).toMatchObject({ ok: true, number, warnings: [] });
  });

  it.each([
    ['ID_CARD', '320799189902290016', 'DATE'],
    ['ID_CARD', 'E12345678', 'LENGTH'],
    ['PASSPORT', 'ABCDEFGHI', 'FORMAT'],
    ['PASSPORT', 'E123', 'FORMAT'],
    ['PASSPORT', 'E1234567890123456', 'FORMAT'],
    ['PASSPORT', "E1' OR '1'='1", 'FORMAT'],
    ['PASSPORT', '😀12345678', 'FORMAT'],
    ['HK_MACAO_PERMIT', 'A12345678', 'FORMAT'],
    ['HK_MACAO_PERMIT', 'H1234567', 'FORMAT'],
    ['HK_MACAO_PERMIT', 'H123456789', 'FORMAT'],
    ['TAIWAN_PERMIT', '1234567', 'FORMAT'],
    ['TAIWAN_PERMIT', '123456789', 'FORMAT'],
    ['TAIWAN_PERMIT', '12345678(B)', 'FORMAT'],
    ['FOREIGN_PERMANENT_RESIDENT', 'US3200123456789', 'FORMAT'],
    ['FOREIGN_PERMANENT_RESIDENT', '11010519491231002X', 'FORMAT'],
    ['FOREIGN_PERMANENT_RESIDENT', withCheck('93284019990230001'), 'DATE'],
    [
      'FOREIGN_PERMANENT_RESIDENT',
      `9328401999010100${idNumberCheckCharacter('93284019990101001') === '1' ? '12' : '11'}`,
      'CHECK_CHARACTER',
    ],
    ['HKMT_RESIDENCE_PERMIT', '11010519491231002X', 'FORMAT'],
    ['HKMT_RESIDENCE_PERMIT', withCheck('84000019990101001'), 'FORMAT'],
    ['HKMT_RESIDENCE_PERMIT', withCheck('81000119990101001'), 'FORMAT'],
    ['HKMT_RESIDENCE_PERMIT', withCheck('81000019990431001'), 'DATE'],
    ['HKMT_RESIDENCE_PERMIT', withCheck('82000020270101001'), 'DATE_IN_FUTURE'],
    ['HKMT_RESIDENCE_PERMIT', '810000990101001', 'FORMAT'],
    ['HKMT_RESIDENCE_PERMIT', '', 'FORMAT'],
  ] as const)('of type %s, %p, is refused as %s', (idType, input, problem) => {
    expect(checkIdentityDocument(idType, input, options)).toMatchObject({ ok: false, problem });
  });

  it('when refused is told what such a number looks like, and is not repeated', () => {
    const refused = checkIdentityDocument('HK_MACAO_PERMIT', 'A98765432', options);
    expect(refused).toMatchObject({ detailZh: '港澳居民来往内地通行证号码应为H 或 M 加 8 位数字（旧证 10 位）' });
    expect(JSON.stringify(refused)).not.toContain('98765432');
  });
});
