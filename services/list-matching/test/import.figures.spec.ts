import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@lianxin/testing';
import { ListCity, wageOffice } from './city.ts';
import { fileOf, rowOf } from './list-file.ts';

let lists: ListCity;
beforeAll(async () => {
  lists = await ListCity.create();
});
afterAll(() => lists?.close());

async function figures(): Promise<string[]> {
  const text = await (await fetch(`${lists.running.url}/metrics`)).text();
  return text.split('\n').filter((line) => line.startsWith('lx_import_'));
}

test('operators see how many rows imports have taken and refused', async () => {
  expect(await figures()).toEqual([
    'lx_import_rows{outcome="succeeded",service="list-matching"} 0',
    'lx_import_rows{outcome="failed",service="list-matching"} 0',
    'lx_import_jobs_open{service="list-matching"} 0',
  ]);
  const file = fileOf([rowOf(), rowOf(), rowOf({ 'subject.usccCode': '91320799MA00000156' })]);
  const accepted = await lists.call(wageOffice, 'POST', '/api/v1/imports?kind=list-entries&mode=partial', file, {
    'content-type': 'text/csv',
  });
  expect(accepted.status).toBe(202);
  await eventually('the rows are counted', async () => {
    const lines = await figures();
    return (
      lines.some((line) => line.endsWith('} 2')) &&
      lines.some((line) => line.startsWith('lx_import_rows{outcome="failed"') && line.endsWith(' 1'))
    );
  });
  await eventually('no job is open any more', async () => (await figures()).includes('lx_import_jobs_open{service="list-matching"} 0'));
});
