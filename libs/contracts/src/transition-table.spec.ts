import { describe, expect, it } from '@jest/globals';
import { allowedIn, decideStepIn, refusedStepZh } from './transition-table.ts';

const table = {
  OPEN: { TAKE: 'TAKEN', CLOSE: 'CLOSED', EXPIRE: 'CLOSED' },
  TAKEN: { CLOSE: 'CLOSED' },
  CLOSED: {},
} as const;
type State = keyof typeof table;
type Action = 'TAKE' | 'CLOSE' | 'EXPIRE';
const decide = (state: State, action: Action) => decideStepIn(table, state, action, 'CONFLICT', (name: Action) => name !== 'EXPIRE');

describe('steps by a table of states', () => {
  it('leads where the table says', () => {
    expect(decide('OPEN', 'TAKE')).toEqual({ ok: true, to: 'TAKEN' });
    expect(decide('OPEN', 'EXPIRE')).toEqual({ ok: true, to: 'CLOSED' });
  });

  it('refuses everything else, naming the state, what was asked and what a caller may ask', () => {
    expect(decide('TAKEN', 'TAKE')).toEqual({ ok: false, code: 'CONFLICT', detail: '状态 TAKEN 下不能执行 TAKE；允许：CLOSE' });
    expect(decide('CLOSED', 'CLOSE')).toMatchObject({ detail: '状态 CLOSED 下不能执行 CLOSE；允许：无' });
    // What happens by itself is nothing to ask for.
    expect(decideStepIn(table, 'OPEN', 'REOPEN' as Action, 'CONFLICT', (name: Action) => name !== 'EXPIRE')).toMatchObject({
      detail: refusedStepZh('OPEN', 'REOPEN', ['TAKE', 'CLOSE']),
    });
  });

  it('tells what is allowed in the order of the table', () => {
    expect(allowedIn(table, 'OPEN')).toEqual(['TAKE', 'CLOSE', 'EXPIRE']);
    expect(allowedIn(table, 'CLOSED')).toEqual([]);
  });
});
