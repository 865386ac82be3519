import { urgeSent } from '@lianxin/contracts';
import { is } from './event.rules.ts';
import { done, inLists, placed } from './figure.rules.ts';
import type { RecordSource } from './record.rules.ts';

type UrgeFacts = { readonly departmentCode: string; readonly urgedOn: string; readonly level: string; readonly taskCount: number };

/** K17: messages by which a department was urged. A reminder before the deadline is a service, no urging. */
export const urgeSource: RecordSource<UrgeFacts> = {
  source: 'URGE',
  factsOf: (event) => {
    if (!is(event, urgeSent) || event.data.level === 'REMIND') return [];
    const { messageId: id, departmentCode, urgedOn, level, taskCount } = event.data;
    return [{ id, said: { departmentCode, urgedOn, level, taskCount } }];
  },
  hear: (before, said) => before ?? said,
  departmentOf: ({ departmentCode }) => departmentCode,
  rowsOf: (rowId, departmentCode, { urgedOn }) =>
    inLists([], { rowId, departmentCode, figure: 'K17-URGED', cycle: 0, ...placed(urgedOn), ...done }),
};
