import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@lianxin/testing';
import type { JobView } from '../src/import.view.ts';
import { ListCity, wageOffice } from './city.ts';
import { designationOf } from './designations.ts';

const header =
  'listCode,sourceRecordId,subject.kind,subject.name,subject.usccCode,subject.regionCode,facts,basis.document,decision.name,decision.number,decision.date,notice.servedOn,notice.defenceEndedOn,service.decisionServedOn,service.repairNoticeServedOn,parties';

function rowOf(changes: Record<string, unknown> = {}, usccCode?: string): string {
  const body = designationOf('BL-WAGE', changes) as unknown as Record<string, Record<string, string>>;
  const cells = [
    'BL-WAGE',
    body['sourceRecordId'],
    'LEGAL',
    body['subject']?.['name'],
    usccCode ?? body['subject']?.['usccCode'],
    '320706',
    '合成',
    '依据',
    body['decision']?.['name'],
    body['decision']?.['number'],
    body['decision']?.['date'],
    body['notice']?.['servedOn'],
    body['notice']?.['defenceEndedOn'],
    body['service']?.['decisionServedOn'],
    body['service']?.['repairNoticeServedOn'],
    JSON.stringify(body['parties'] ?? []).replaceAll('"', '""'),
  ];
  return cells.map((cell) => `"${cell}"`).join(',');
}

describe('import of a list file', () => {
  let lists: ListCity;
  beforeAll(async () => {
    lists = await ListCity.create();
  });
  afterAll(() => lists?.close());

  async function importFile(text: string, mode = 'partial'): Promise<JobView> {
    const accepted = await lists.call<JobView>(wageOffice, 'POST', `/api/v1/imports?kind=list-entries&mode=${mode}`, text, {
      'content-type': 'text/csv',
    });
    expect([accepted.status, accepted.body]).toEqual([202, expect.objectContaining({ status: 'queued' })]);
    return eventually('the import has ended', async () => {
      const job = await lists.call<JobView>(wageOffice, 'GET', accepted.headers.get('location') ?? '');
      return job.body.finishedAt !== null && job.body;
    });
  }

  test('ten thousand rows with one in a hundred bad', async () => {
    const rows = Array.from({ length: 10_000 }, (_, index) => rowOf({}, index % 100 === 50 ? '91320799MA00000156' : undefined));
    const started = Date.now();
    const job = await importFile(`\uFEFF${header}\n${rows.join('\n')}\n`);
    console.log(Date.now() - started, 'ms');
    expect(job).toMatchObject({ status: 'partially_succeeded', progress: { total: 10_000, succeeded: 9_900, failed: 100 } });
    expect(job.errors[0]).toMatchObject({ line: 52, field: 'subject.usccCode', code: 'USCC_INVALID', pointer: '/subject/usccCode' });
  }, 120_000);
});
