import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { type CommandTree, completionScript } from './completion.rules.ts';

const leaf = { options: [], choices: [], commands: [] };
const tree: CommandTree = {
  name: 'lianxin',
  options: [
    { flags: ['-o', '--output'], choices: ['table', 'json'], takesFile: false },
    { flags: ['--yes'], choices: [], takesFile: false },
    { flags: ['--data-dir'], choices: [], takesFile: true },
  ],
  choices: [],
  commands: [
    {
      ...leaf,
      name: 'task',
      commands: [
        { ...leaf, name: 'ls', options: [{ flags: ['--status'], choices: ['DISPATCHED', 'LIFTED'], takesFile: false }] },
        { ...leaf, name: 'ack' },
      ],
    },
    { ...leaf, name: 'completion', choices: ['bash', 'zsh'] },
  ],
};
const cases: [string, string[], string[]][] = [
  ['commands at the beginning', ['t'], ['task']],
  ['commands of a group', ['task', ''], ['ack', 'ls']],
  ['options of a command and those of all', ['task', 'ls', '--'], ['--data-dir', '--output', '--status', '--yes']],
  ['choices of an option', ['task', 'ls', '--status', 'L'], ['LIFTED']],
  ['choices of a global option in short', ['-o', 'j'], ['json']],
  ['choices of an argument', ['completion', 'b'], ['bash']],
  ['a command behind a global option', ['--yes', 'task', 'a'], ['ack']],
];
const folder = mkdtempSync(join(tmpdir(), 'lianxin-completion-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Asks bash itself what it would offer. */
function askBash(words: readonly string[]): string[] {
  const script = join(folder, 'lianxin.bash');
  writeFileSync(script, completionScript('bash', tree));
  const line = ['lianxin', ...words].map((word) => `'${word}'`).join(' ');
  const ask = `source ${script}; COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _lianxin; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const offered = execFileSync('bash', ['-c', ask], { encoding: 'utf8' });
  return offered
    .split('\n')
    .filter((word) => word !== '')
    .sort();
}

describe('completion in bash', () => {
  test.each(cases)('offers %s', (_what, words, offered) => {
    expect(askBash(words)).toEqual(offered);
  });
});

describe('completion in the other shells', () => {
  test.each(['zsh', 'fish'] as const)(
    'the script for %s names every command and choice, and the shell reads it where there is one',
    (shell) => {
      const script = completionScript(shell, tree);
      for (const word of ['task', 'ls', 'ack', 'DISPATCHED', 'LIFTED', 'completion']) expect(script).toContain(word);
      const checked = spawnSync(shell, ['-n'], { input: script, encoding: 'utf8' });
      expect(checked.error === undefined ? checked.status : 0).toBe(0);
    },
  );

  test('zsh keeps its search path: no variable of the script is called path', () => {
    expect(completionScript('zsh', tree)).not.toMatch(/\bpath=/);
  });
});
