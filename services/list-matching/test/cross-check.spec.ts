import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ListEntryView, listEntryActivated, listEntryExited, listEntryReceived } from '@lianxin/contracts';
import { eventually, principalOf } from '@lianxin/testing';
import { ListCity, safetyOffice, taxOffice, wageOffice } from './city.ts';
import { designationOf, nextUscc, today } from './designations.ts';

const customs = principalOf(['DEPT_HANDLER'], ['HG']);

describe('red–black exclusion (R-2-10)', () => {
  let lists: ListCity;
  beforeAll(async () => {
    lists = await ListCity.create();
  });
  afterAll(() => lists?.close());

  const subjectOf = () => {
    const usccCode = nextUscc();
    return { kind: 'LEGAL', name: `示例${usccCode}有限公司`, usccCode, regionCode: '320706' };
  };
  const list = async (principal: typeof wageOffice, listCode: string, subject: unknown) => {
    const answer = await lists.call<ListEntryView>(principal, 'POST', '/api/v1/list-entries', designationOf(listCode, { subject }));
    expect(answer.status).toBe(201);
    return answer.body;
  };
  const statusOf = async (principal: typeof wageOffice, entry: ListEntryView) =>
    (await lists.call<ListEntryView>(principal, 'GET', `/api/v1/list-entries/${entry.id}`)).body.status;
  const exitOf = (entry: ListEntryView) => ({ ground: 'DUTIES_PERFORMED', documentNo: '1号', date: today, entry });

  test('who stands on a black list of any field is not honoured; the unit is told the hit (a)', async () => {
    const subject = subjectOf();
    const black = await list(wageOffice, 'BL-WAGE', subject);
    const red = await list(taxOffice, 'RL-TAXA', subject);
    expect(red).toMatchObject({ status: 'NOT_DESIGNATED', activatedOn: null });
    expect(red.reason).toContain('CROSS_CHECK_HIT');
    expect(red.reason).toContain('BL-WAGE');
    expect(red.reason).toContain(black.number);
    expect(red.timeline.map((fact) => fact.transition)).toEqual(['T1', 'T2', 'T4']);
    const received = await eventually('it is told', () =>
      lists.feeder.eventsOf(listEntryReceived).find((event) => event.data.entryId === red.id),
    );
    expect(received.data).toMatchObject({ status: 'NOT_DESIGNATED', entryVersion: 3, reason: red.reason });
    expect(lists.feeder.eventsOf(listEntryActivated).some((event) => event.data.entryId === red.id)).toBe(false);
  });

  test('a suspended black entry stands in the way too; one that has ended does not', async () => {
    const subject = subjectOf();
    const black = await list(wageOffice, 'BL-WAGE', subject);
    await lists.call(wageOffice, 'POST', `/api/v1/list-entries/${black.id}/suspend`, {
      ground: 'STOP_EXECUTION',
      documentNo: '1号',
      date: today,
    });
    expect((await list(taxOffice, 'RL-TAXA', subject)).status).toBe('NOT_DESIGNATED');
    await lists.call(wageOffice, 'POST', `/api/v1/list-entries/${black.id}/exit`, exitOf(black));
    expect((await list(taxOffice, 'RL-TAXA', subject)).status).toBe('ACTIVE');
  });

  test('a black entry excludes the honours that any department gave, suspended ones too, and their units are told by whom (b)', async () => {
    const subject = subjectOf();
    const tax = await list(taxOffice, 'RL-TAXA', subject);
    const aeo = await list(customs, 'RL-AEO', subject);
    await lists.call(customs, 'POST', `/api/v1/list-entries/${aeo.id}/suspend`, {
      ground: 'STOP_EXECUTION',
      documentNo: '1号',
      date: today,
    });
    const focus = await list(wageOffice, 'FL-WAGE', subject);
    const black = await list(wageOffice, 'BL-WAGE', subject);
    for (const [principal, red, version] of [
      [taxOffice, tax, 6],
      [customs, aeo, 7],
    ] as const) {
      expect(await statusOf(principal, red)).toBe('EXCLUDED');
      const exited = await eventually('it is told', () =>
        lists.feeder.eventsOf(listEntryExited).find((event) => event.data.entryId === red.id),
      );
      expect(exited.data).toMatchObject({
        status: 'EXCLUDED',
        ground: 'BLACK_LISTED',
        byEntryId: black.id,
        entryVersion: version,
        exitedOn: today,
      });
      const cause = lists.feeder.eventsOf(listEntryActivated).find((event) => event.data.entryId === black.id);
      expect([exited.causationId, exited.correlationId]).toEqual([cause?.id, cause?.correlationId]);
    }
    expect(await statusOf(wageOffice, focus)).toBe('ACTIVE');
    expect(await lists.city.query('SELECT 1 FROM list_matching.timer WHERE reference = $1', [tax.id])).toEqual([]);
  });

  test('the exclusion opens no other entry of another department to the one who listed', async () => {
    const subject = subjectOf();
    const red = await list(taxOffice, 'RL-TAXA', subject);
    await list(wageOffice, 'BL-WAGE', subject);
    expect((await lists.call(wageOffice, 'GET', `/api/v1/list-entries/${red.id}`)).status).toBe(404);
  });

  test('red and black for one subject at the same moment never both stand', async () => {
    for (let round = 0; round < 12; round++) {
      const subject = subjectOf();
      const [red, black, other] = await Promise.all([
        list(taxOffice, 'RL-TAXA', subject),
        list(wageOffice, 'BL-WAGE', subject),
        list(safetyOffice, 'RL-SAFE', subject),
      ]);
      expect(black.status).toBe('ACTIVE');
      expect(['EXCLUDED', 'NOT_DESIGNATED']).toContain(await statusOf(taxOffice, red));
      expect(['EXCLUDED', 'NOT_DESIGNATED']).toContain(await statusOf(safetyOffice, other));
    }
    expect(
      await lists.city.query(
        `SELECT red.number FROM list_matching.list_entry red JOIN list_matching.list_entry black USING (subject_id)
         WHERE red.list_type = 'RED' AND black.list_type = 'BLACK' AND red.status = 'ACTIVE' AND black.status IN ('ACTIVE', 'SUSPENDED')`,
      ),
    ).toEqual([]);
  });
});
