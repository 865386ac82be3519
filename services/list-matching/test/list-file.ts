import { designationOf } from './designations.ts';

/** Columns of the list files of these tests. */
export const header = [
  'listCode',
  'sourceRecordId',
  'subject.kind',
  'subject.name',
  'subject.usccCode',
  'subject.regionCode',
  'facts',
  'basis.document',
  'decision.name',
  'decision.number',
  'decision.date',
  'notice.servedOn',
  'notice.defenceEndedOn',
  'service.decisionServedOn',
  'service.repairNoticeServedOn',
  'parties',
];

type Cells = Record<string, string>;

/** A row of a lawful designation; `changes` by column. */
export function rowOf(changes: Cells = {}, parties: readonly unknown[] = []): string {
  const body = designationOf('BL-WAGE');
  const notice = body['notice'] as Cells;
  const service = body['service'] as Cells;
  const cells: Cells = {
    listCode: 'BL-WAGE',
    sourceRecordId: body.sourceRecordId,
    'subject.kind': 'LEGAL',
    'subject.name': String(body.subject['name']),
    'subject.usccCode': String(body.subject['usccCode']),
    'subject.regionCode': '320706',
    facts: '合成数据',
    'basis.document': '示例依据',
    'decision.name': body.decision.name,
    'decision.number': body.decision.number,
    'decision.date': body.decision.date,
    'notice.servedOn': notice['servedOn'] ?? '',
    'notice.defenceEndedOn': notice['defenceEndedOn'] ?? '',
    'service.decisionServedOn': service['decisionServedOn'] ?? '',
    'service.repairNoticeServedOn': service['repairNoticeServedOn'] ?? '',
    parties: parties.length === 0 ? '' : JSON.stringify(parties),
    ...changes,
  };
  return header.map((column) => `"${(cells[column] ?? '').replaceAll('"', '""')}"`).join(',');
}

export function fileOf(rows: readonly string[]): string {
  return `\uFEFF${[header.join(','), ...rows].join('\r\n')}\r\n`;
}
