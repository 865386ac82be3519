import { expect, test } from '@jest/globals';
import { findStandardFaults, type ListStandard } from './list-standard.rules.ts';

const standard: ListStandard = {
  url: 'https://credit.example.cn/standards/1',
  consultedFrom: '2026-09-01',
  consultedTo: '2026-10-01',
  documentNo: '人社规〔2026〕3号',
};
const pointersOf = (changes: Partial<ListStandard>) =>
  findStandardFaults({ ...standard, ...changes }, '2026-11-23').map(({ pointer }) => pointer);

test('a standard that was open to comments for thirty days and is published can be recorded (R-2-3)', () => {
  expect(pointersOf({})).toEqual([]);
});

test.each<[string, Partial<ListStandard>, string[]]>([
  ['a day too short', { consultedTo: '2026-09-30' }, ['/consultedTo']],
  ['backwards', { consultedTo: '2026-08-01' }, ['/consultedTo']],
  ['not over yet', { consultedFrom: '2026-10-20', consultedTo: '2026-11-24' }, ['/consultedTo']],
  ['without a page', { url: '本局网站' }, ['/url']],
  ['with a script for a page', { url: 'javascript:alert(1)' }, ['/url']],
  ['with a file for a page', { url: 'file:///etc/passwd' }, ['/url']],
])('a consultation %s is refused', (_what, changes, pointers) => {
  expect(pointersOf(changes)).toEqual(pointers);
});
