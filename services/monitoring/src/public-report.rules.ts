import { publicReportReceived } from '@lianxin/contracts';
import { is } from './event.rules.ts';
import { inLists, placed } from './figure.rules.ts';
import { newest, type RecordSource } from './record.rules.ts';

type PublicReportFacts = {
  readonly version: number;
  readonly departmentCode: string;
  readonly kind: string | null;
  readonly channel: string;
  readonly reportedOn: string;
  readonly received: number;
  readonly valid: number;
};

/**
 * K18 合规率: of the licences and penalties that came with a file or a request, those that were right in form, on the day of the report. What was refused and
 * is sent again is received twice and right once. A file that was undone counts nothing.
 */
export const publicReportSource: RecordSource<PublicReportFacts> = {
  source: 'PUBLIC_REPORT',
  factsOf: (event) => {
    if (!is(event, publicReportReceived)) return [];
    const { reportId: id, reportVersion: version, departmentCode, kind, channel, reportedOn, received, valid } = event.data;
    return [{ id, said: { version, departmentCode, kind, channel, reportedOn, received, valid } }];
  },
  hear: (before, said) => newest(before ?? null, said) ?? said,
  departmentOf: ({ departmentCode }) => departmentCode,
  rowsOf: (rowId, departmentCode, { reportedOn, received, valid }) => {
    if (received === 0) return [];
    const state = { isCounted: valid > 0, isTimely: valid > 0, lateDays: 0, amounts: { due: received, counted: valid } };
    return inLists([], { rowId, departmentCode, figure: 'K18-VALID', cycle: 0, ...placed(reportedOn), ...state });
  },
};
