import { describe, expect, test } from '@jest/globals';
import { cleanCell, cleanLine, escapeControls } from './terminal-text.rules.ts';

describe('names from outside on a terminal', () => {
  test.each([
    ['an escape that would clear the screen', '示例\u001b[2J公司', '示例[2J公司'],
    ['the one-byte form of the same', '示例\u009b2J公司', '示例2J公司'],
    ['a title of the window', '\u001b]0;owned\u0007公司', ']0;owned公司'],
    ['a bell, a NUL, a backspace', 'a\u0007b\u0000c\bd', 'abcd'],
    ['a line break that would forge a line', '公司\n✓ 全部正常', '公司 ✓ 全部正常'],
    ['a mark that turns the reading direction', '\u202e司公例示\u2066', '司公例示'],
    ['tags that nobody sees', `公司${String.fromCodePoint(0xe0041)}`, '公司'],
    ['half a character', '公司\ud800', '公司'],
    ['an emoji of several parts', '👨‍👩‍👧 公司', '👨‍👩‍👧 公司'],
  ])('%s does nothing', (_what, text, clean) => {
    expect(cleanLine(text)).toBe(clean);
  });

  test('a name of 10,000 characters is cut, and shows that it is', () => {
    expect(cleanCell('名'.repeat(10_000), 10)).toBe(`${'名'.repeat(9)}…`);
    expect(cleanCell('名'.repeat(10), 10)).toBe('名'.repeat(10));
  });

  test('JSON loses nothing and holds no bare control character', () => {
    const value = { name: 'a\u001b[31m\u009b\u007f\u202e名' };
    const json = escapeControls(JSON.stringify(value));
    expect(json).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(JSON.parse(json)).toEqual(value);
  });
});
