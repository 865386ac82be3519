import { describe, expect, it } from '@jest/globals';
import { idNumberCheckCharacter } from '@lianxin/contracts';
import { countPossibleNumbers, fitsMask, readIdNumber } from './masked-number.rules.ts';

const number = '320799189901010019';

function maskOf(text: string) {
  const reading = readIdNumber(text);
  if (reading.kind !== 'MASKED') throw new Error(`${text} is ${reading.kind}`);
  return reading.masked;
}

describe('a number as a list shows it', () => {
  it.each([
    ['320799********0019', '320799********0019'],
    ['320799xxxxxxxx0019', '320799********0019'],
    ['320799XXXXXXXX0019', '320799********0019'],
    ['320799××××××××0019', '320799********0019'],
    ['320799●●●●●●●●0019', '320799********0019'],
    ['320799--------0019', '320799********0019'],
    ['320799——————————0019'.replace('——————————', '－－－－－－－－'), '320799********0019'],
    ['３２０７９９＊＊＊＊＊＊＊＊００１９', '320799********0019'],
    [' 320799 ******** 0019 ', '320799********0019'],
    ['3207991899****0019', '3207991899****0019'],
    ['3207**********0019', '3207**********0019'],
    ['32079918990101006X'.replace('0101', '****'), '3207991899****006X'],
    ['3207991899****006x', '3207991899****006X'],
    ['3207991899010100**', '3207991899010100**'],
    ['32079918990101XXXX', '32079918990101****'],
    ['320799******001', '32079919******001*'],
    ['320799990101***', '32079919990101****'],
  ])('%s has the pattern %s', (text, pattern) => {
    expect(maskOf(text).pattern).toBe(pattern);
  });

  it.each([number, ` ${number} `, '３２０７９９１８９９０１０１００１９', '32079918990101006x'])('%s is a full number', (text) => {
    expect(readIdNumber(text).kind).toBe('FULL');
  });

  it('of 15 digits is converted', () => {
    const first17 = '32079919800101001';
    expect(readIdNumber('320799800101001')).toEqual({ kind: 'FULL', number: first17 + idNumberCheckCharacter(first17) });
  });

  it.each([
    '',
    '320799',
    '32079918990101001',
    '3207991899010100190',
    '320799189901010018',
    '320799189902290016',
    '32079918990101001A',
    '320799*******0019',
    '******************',
    '320799????????0019',
    '3207991899010100十九',
  ])('%p says nothing', (text) => {
    expect(readIdNumber(text).kind).toBe('UNREADABLE');
  });
});

describe('a mask', () => {
  it.each([
    ['320799********0019', true],
    ['3207991899****0019', true],
    ['3207**********0019', true],
    ['320798********0019', false],
    ['320799********0018', false],
    ['3207991898****0019', false],
  ])('%s fits the registered number: %p', (text, fits) => {
    expect(fitsMask(maskOf(text), number)).toBe(fits);
  });

  it('never fits a document of another length', () => {
    expect(fitsMask(maskOf('320799********0019'), 'E12345678')).toBe(false);
  });

  it('tells what it shows', () => {
    expect(maskOf('320799********0019')).toMatchObject({
      visible: 10,
      hidden: 8,
      showsFirstSix: true,
      showsLastFour: true,
      showsBirthYear: false,
    });
    expect(maskOf('3207991899****0019')).toMatchObject({ visible: 14, hidden: 4, showsBirthYear: true });
    expect(maskOf('3207**********0019')).toMatchObject({ showsFirstSix: false, showsLastFour: true });
  });

  it('leaves about one number in eleven when check character and calendar are used', () => {
    const left = countPossibleNumbers(maskOf('3207991899****0019'));
    const days = Array.from({ length: 365 }, (_, day) => new Date(Date.UTC(1899, 0, 1 + day)).toISOString().slice(5, 10).replace('-', ''));
    const expected = days.filter((day) => idNumberCheckCharacter(`3207991899${day}001`) === '9').length;
    expect(left).toBe(expected);
    expect(expected).toBeGreaterThan(365 / 15);
    expect(expected).toBeLessThan(365 / 8);
  });

  it('with one digit hidden leaves one number, with more than four is not tried out', () => {
    expect(countPossibleNumbers(maskOf('32079918990101*019'))).toBe(1);
    expect(countPossibleNumbers(maskOf('320799********0019'))).toBeUndefined();
    expect(countPossibleNumbers(maskOf('32079918990101001*'))).toBe(1);
    expect(countPossibleNumbers(maskOf('3207991899010100**'))).toBe(10);
  });
});
