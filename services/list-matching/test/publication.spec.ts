import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ListEntryView, ProblemBody } from '@lianxin/contracts';
import { principalOf } from '@lianxin/testing';
import { court, creditOffice, ListCity, taxOffice, wageOffice } from './city.ts';
import { designationOf, nextIdNumber, nextUscc, partyOf, today } from './designations.ts';

interface Answer {
  readonly subject: { readonly name: string; readonly usccCode: string } | null;
  readonly entries: readonly {
    readonly listType: string;
    readonly lines: readonly { readonly label: string; readonly value: string }[];
    readonly mark: string | null;
  }[];
  readonly message: string;
}

describe('the public face of the lists (§8.3)', () => {
  let lists: ListCity;
  beforeAll(async () => {
    lists = await ListCity.create();
  });
  afterAll(() => lists?.close());

  const listed = async (listCode: string, changes: Record<string, unknown> = {}, principal = wageOffice) => {
    const answer = await lists.call<ListEntryView>(principal, 'POST', '/api/v1/list-entries', designationOf(listCode, changes));
    expect(answer.status).toBe(201);
    return answer.body;
  };
  const ask = <Body = Answer>(query: string) => lists.call<Body>(undefined, 'GET', `/api/v1/public/${query}`);
  const askFor = <Body = Answer>(body: unknown) => lists.call<Body>(undefined, 'POST', '/api/v1/public/list-entries/search', body);
  const act = (entry: { id: string }, action: string, body: unknown) =>
    lists.call(wageOffice, 'POST', `/api/v1/list-entries/${entry.id}/${action}`, body);
  const without = ({ message, entries, subject }: Answer) => ({ message, entries, subject });
  const nothing = { message: '未查询到公示信息', entries: [], subject: null };

  test('anybody finds an organisation by its code or its full name, written with other brackets', async () => {
    const usccCode = nextUscc();
    const party = partyOf('LEGAL_REPRESENTATIVE', { name: '李示例' });
    await listed('BL-WAGE', {
      subject: { kind: 'LEGAL', name: '公示（连云港）有限公司', usccCode, regionCode: '320706' },
      parties: [party],
    });
    const found = await ask(`list-entries?usccCode=${usccCode}`);
    expect([found.status, found.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(found.body.subject).toEqual({ name: '公示（连云港）有限公司', usccCode });
    expect(found.body.entries[0]?.lines.map(({ label }) => label)).toEqual([
      '企业名称',
      '统一社会信用代码',
      '严重失信主体名单认定依据',
      '认定部门',
      '列入严重失信主体名单日期',
      '有效期截止日期',
      '法定代表人',
    ]);
    expect(found.body.entries[0]?.lines.at(-1)?.value).toBe('李示例');
    expect(JSON.stringify(found.body)).not.toContain(String(party['idNumber']));
    expect((await ask(`subjects/${usccCode}`)).body.entries).toEqual(found.body.entries);
    expect((await ask(`list-entries?name=${encodeURIComponent('公示(连云港)有限公司')}`)).body.entries).toEqual(found.body.entries);
  });

  test('a name is a full name: its beginning, its end, and a pattern find nothing', async () => {
    await listed('BL-WAGE', { subject: { kind: 'LEGAL', name: '全称才算有限公司', usccCode: nextUscc(), regionCode: '320706' } });
    for (const name of ['全称才算', '有限公司', '全称才算有限公', '全称%', '全称才算有限__', '*'.repeat(3)])
      expect(without((await ask(`list-entries?name=${encodeURIComponent(name)}`)).body)).toEqual(nothing);
  });

  test('where the law does not order it, the representative of an organisation is not named', async () => {
    const usccCode = nextUscc();
    const safety = { id: 'YJJ', kind: 'API_CLIENT', roles: ['DEPT_HANDLER'], departments: ['YJJ'], displayName: 'YJJ' } as const;
    const subject = { kind: 'LEGAL', name: '无名代表有限公司', usccCode, regionCode: '320706' };
    await listed('BL-SAFE', { subject, parties: [partyOf()] }, { ...safety, roles: [...safety.roles], departments: ['YJJ'] });
    expect(JSON.stringify((await ask(`list-entries?usccCode=${usccCode}`)).body)).not.toContain('李示例');
  });

  test('what is no sure law is not cited as the basis, only the decision is', async () => {
    const statistics = principalOf(['DEPT_HANDLER'], ['TJJ']);
    const usccCode = nextUscc();
    await listed('BL-STAT', { subject: { kind: 'LEGAL', name: '统计有限公司', usccCode, regionCode: '320706' } }, statistics);
    const basis = (await ask(`list-entries?usccCode=${usccCode}`)).body.entries[0]?.lines[2]?.value;
    expect(basis).toMatch(/^列入决定书 /);
    expect(basis).not.toContain('；');
  });

  test('a focus entry is never public; one that was never heard of looks the same', async () => {
    const usccCode = nextUscc();
    await listed('FL-WAGE', { subject: { kind: 'LEGAL', name: '关注有限公司', usccCode, regionCode: '320706' } });
    expect(without((await ask(`list-entries?usccCode=${usccCode}`)).body)).toEqual(nothing);
    expect(without((await ask(`list-entries?usccCode=${nextUscc()}`)).body)).toEqual(nothing);
    expect(without((await ask(`subjects/${usccCode}`)).body)).toEqual(nothing);
  });

  test('a suspended entry is hidden, a resumed one shown, and one that has left is nowhere at once', async () => {
    const usccCode = nextUscc();
    const entry = await listed('BL-WAGE', { subject: { kind: 'LEGAL', name: '进出有限公司', usccCode, regionCode: '320706' } });
    const count = async () => (await ask(`list-entries?usccCode=${usccCode}`)).body.entries.length;
    expect(await count()).toBe(1);
    await act(entry, 'suspend', { ground: 'STOP_EXECUTION', documentNo: '1号', date: today });
    expect(await count()).toBe(0);
    await act(entry, 'resume', { documentNo: '2号', date: today });
    expect(await count()).toBe(1);
    await act(entry, 'exit', { ground: 'DUTIES_PERFORMED', documentNo: '3号', date: today });
    expect(await count()).toBe(0);
  });

  test('a person is found by name and full number together, in the courts’ style on their list', async () => {
    const idNumber = nextIdNumber();
    const subject = { kind: 'PERSON', name: '张示例', idType: 'ID_CARD', idNumber, regionCode: '320706' };
    await listed('BL-COURT', { subject }, court);
    const found = await askFor({ name: '张示例', idType: 'ID_CARD', idNumber });
    expect(found.body.entries[0]?.lines.slice(0, 2)).toEqual([
      { label: '姓名', value: '张示例' },
      { label: '证件号码', value: `${idNumber.slice(0, 10)}****${idNumber.slice(14)}` },
    ]);
    expect(JSON.stringify(found.body)).not.toContain(idNumber);
    for (const [name, number] of [
      ['李示例', idNumber],
      ['张示例', nextIdNumber()],
    ])
      expect(without((await askFor({ name, idType: 'ID_CARD', idNumber: number })).body)).toEqual(nothing);
    expect(without((await ask(`list-entries?name=${encodeURIComponent('张示例')}`)).body)).toEqual(nothing);
    expect((await ask<ProblemBody>(`subjects/${idNumber}`)).body.code).toBe('USCC_INVALID');
  });

  test('on the tax list the birth date is hidden, and a list whose law does not publish persons says nothing', async () => {
    const idNumber = nextIdNumber();
    const subject = { kind: 'PERSON', name: '王示例', idType: 'ID_CARD', idNumber, regionCode: '320706' };
    await listed('BL-TAX', { subject }, taxOffice);
    const found = await askFor({ name: '王 示例', idType: 'ID_CARD', idNumber });
    expect(found.body.entries[0]?.lines[1]?.value).toBe(`${idNumber.slice(0, 6)}********${idNumber.slice(14)}`);
    const other = nextIdNumber();
    const market = {
      id: 'SCJGJ',
      kind: 'API_CLIENT' as const,
      roles: ['DEPT_HANDLER' as const],
      departments: ['SCJGJ'],
      displayName: 'SCJGJ',
    };
    await listed('BL-MKT', { subject: { ...subject, idNumber: other } }, market);
    expect(without((await askFor({ name: '王示例', idType: 'ID_CARD', idNumber: other })).body)).toEqual(nothing);
  });

  test('whether a person is known is not told by the time of the answer', async () => {
    const idNumber = nextIdNumber();
    await listed('BL-COURT', { subject: { kind: 'PERSON', name: '钱示例', idType: 'ID_CARD', idNumber, regionCode: '320706' } }, court);
    const timed = async (name: string, number: string) => {
      const started = performance.now();
      await askFor({ name, idType: 'ID_CARD', idNumber: number });
      return performance.now() - started;
    };
    for (const [name, number] of [
      ['钱示例', idNumber],
      ['孙示例', idNumber],
      ['钱示例', nextIdNumber()],
    ] as const)
      expect(await timed(name, number)).toBeGreaterThanOrEqual(249);
  });

  test.each([
    ['list-entries', 400, 'VALIDATION_FAILED'],
    ['list-entries?name=x', 400, 'VALIDATION_FAILED'],
    ['list-entries?usccCode=91320799MA00000156', 422, 'USCC_INVALID'],
    ['subjects/x', 422, 'USCC_INVALID'],
  ])('GET %s is refused', async (query, status, code) => {
    const answer = await ask<ProblemBody>(query);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test.each([
    [{ name: '张示例' }, 400, 'VALIDATION_FAILED'],
    [{ name: '张示例', idType: 'ID_CARD', idNumber: '320799********0019' }, 422, 'ID_NUMBER_INVALID'],
    [{ idType: 'ID_CARD', idNumber: '320799189901010019' }, 400, 'VALIDATION_FAILED'],
  ])('a person is not looked for by %o', async (body, status, code) => {
    const answer = await askFor<ProblemBody>(body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test('a foreign entry without effect here is published by its own region, not by this city', async () => {
    const usccCode = nextUscc();
    const subject = { kind: 'LEGAL', name: '外地有限公司', usccCode, regionCode: '320706' };
    await listed('RL-ENV', { origin: 'PROVINCIAL', batchNo: 'P', originRegion: '330100', subject }, creditOffice);
    expect(without((await ask(`list-entries?usccCode=${usccCode}`)).body)).toEqual(nothing);
  });
});
