import { randomUUID } from 'node:crypto';
import {
  type CatalogueMeasure,
  type CataloguePublished,
  type CheckAnswer,
  cataloguePublished,
  type EventData,
  generateUscc,
  type ListEntryActivated,
  listEntryDisputed,
  type MeasurePlanMade,
  type measurePlanEnded,
  type measurePlanHeld,
  measurePlanMade,
  type Principal,
  type ProblemBody,
  subjectRegistered,
} from '@lianxin/contracts';
import { PersonalData, type RunningService } from '@lianxin/platform';
import { catalogueMeasure, EventFeeder, eventually, principalOf, TestCity } from '@lianxin/testing';
import { service } from '../src/app.module.ts';

export const clerk = principalOf(['WINDOW_CLERK'], ['DATAJ']);
export const foodHandler = principalOf(['DEPT_HANDLER'], ['SCJGJ']);

const measure = (code: string, canonicalCode: string, over: Partial<CatalogueMeasure> = {}): CatalogueMeasure => {
  const one = catalogueMeasure(code, canonicalCode, over);
  const memo = one.bases.map((basis) => ({ ...basis, document: '某备忘录', article: null, basisKind: 'MEMO_ONLY', verified: false }));
  return { ...one, bases: over.bases ?? [...one.bases, ...memo] };
};

/** What the catalogue of this city holds: one matter of food licences, one of procurement. */
export const measures = {
  ban: measure('FOOD-01', 'FOOD-LICENCE'),
  exempt: measure('FOOD-02', 'FOOD-LICENCE', { holdExempt: true }),
  recommended: measure('FOOD-03', 'FOOD-LICENCE', { force: 'RECOMMENDED' }),
  reference: measure('FOOD-04', 'FOOD-LICENCE', { force: 'REFERENCE', group: '3', class: 'C12' }),
  reward: measure('RED-01', 'FOOD-LICENCE', { direction: 'REWARD', class: 'R01', group: 'R', bases: [] }),
  procurement: measure('GP-01', 'GOV-PROCUREMENT-BAN'),
};
const rows: CataloguePublished['row'][] = [
  ...Object.values(measures).map((one) => ({ kind: 'MEASURE' as const, measure: one })),
  {
    kind: 'MATTER',
    matter: { code: 'SPJY', nameZh: '食品经营许可', nameEn: 'Food licence', departmentCode: 'SCJGJ', canonicalCodes: ['FOOD-LICENCE'] },
  },
  {
    kind: 'MATTER',
    matter: {
      code: 'ZFCG-TB',
      nameZh: '政府采购投标',
      nameEn: 'Procurement',
      departmentCode: 'CZJ',
      canonicalCodes: ['GOV-PROCUREMENT-BAN'],
    },
  },
  {
    kind: 'DEPARTMENT',
    department: {
      code: 'SCJGJ',
      nameZh: '市市场监管局',
      nameEn: 'Market',
      kind: 'CITY_BUREAU',
      level: 'CITY',
      tenant: true,
      supervised: true,
      regionCode: null,
      parentCode: null,
      zoneHost: null,
      validFrom: '2019-01-01',
    },
  },
];

export interface Company {
  readonly subjectId: string;
  readonly name: string;
  readonly usccCode: string;
}

let serial = 100;

/** window-check alone; list-matching and measure-decomposition are played by a feeder on the real event log. */
export class WindowCity {
  private constructor(
    readonly city: TestCity,
    readonly running: RunningService,
    readonly feeder: EventFeeder,
  ) {}

  /** @param beside other services for which the database is made ready */
  static async create(
    extra: Record<string, string> = {},
    log: 'postgres' | 'kafka' = 'postgres',
    beside: readonly string[] = [],
  ): Promise<WindowCity> {
    const city = await TestCity.create(log, ['window-check', ...beside]);
    const running = await city.boot(service, extra);
    const feeder = await EventFeeder.for(city);
    await feeder.listen(['lianxin.check']);
    for (const [index, row] of rows.entries())
      await feeder.send(cataloguePublished, 'catalogue', { version: 1, rowNumber: index + 1, rowCount: rows.length, row });
    const window = new WindowCity(city, running, feeder);
    await eventually(
      'the catalogue has come',
      async () => (await window.check({ subjects: [{ usccCode: '91320799MA00000155' }] })).status === 200,
    );
    return window;
  }

  async close(): Promise<void> {
    await this.feeder.close();
    await this.city.close();
  }

  /** Posts a check about the food licence unless told otherwise. */
  check(
    body: { subjects: object[]; matter?: object; operator?: object },
    principal: Principal = clerk,
    headers: Record<string, string> = {},
  ) {
    return this.city.call<CheckAnswer & Partial<Pick<ProblemBody, 'code' | 'errors'>>>(this.running, principal, 'POST', '/api/v1/checks', {
      body: { matter: { code: 'SPJY' }, ...body },
      headers,
    });
  }

  decide(checkId: string, feedback: object[], principal: Principal = clerk) {
    return this.city.call<CheckAnswer & Partial<Pick<ProblemBody, 'code' | 'errors'>>>(
      this.running,
      principal,
      'POST',
      `/api/v1/checks/${checkId}/feedback`,
      {
        body: { feedback },
      },
    );
  }

  async company(name = `示例${serial}号食品有限公司`): Promise<Company> {
    serial++;
    const usccCode = generateUscc('91', 'MA', serial);
    const subjectId = randomUUID();
    await this.feeder.send(subjectRegistered, subjectId, {
      subjectId,
      version: 1,
      kind: 'LEGAL',
      organisation: { name, usccCode },
      person: null,
      regionCode: '320706',
      provisional: false,
    });
    return { subjectId, name, usccCode };
  }

  async person(name: string, idNumber: string): Promise<{ subjectId: string }> {
    const environment: Readonly<Record<string, string | undefined>> = this.city.environment;
    const seal = new PersonalData(environment['LIANXIN_PERSONAL_DATA_KEYS'] ?? '', environment['LIANXIN_PERSONAL_DATA_HASH_KEY'] ?? '');
    const subjectId = randomUUID();
    await this.feeder.send(subjectRegistered, subjectId, {
      subjectId,
      version: 1,
      kind: 'PERSON',
      organisation: null,
      person: {
        sealed: seal.seal({ name, idType: 'ID_CARD', idNumber }),
        idHash: seal.hash('ID_CARD', idNumber),
        nameMasked: `${name.slice(0, 1)}*`,
        idMasked: '320799********0019',
      },
      regionCode: '320706',
      provisional: false,
    });
    return { subjectId };
  }

  /** Sends a plan that gives one subject these measures, and waits until a check sees it. */
  async list(subject: Company, codes: readonly CatalogueMeasure[], over: Partial<MeasurePlanMade> = {}): Promise<MeasurePlanMade> {
    const made = planOf(subject.subjectId, codes, over);
    await this.feeder.send(measurePlanMade, subject.subjectId, made);
    await eventually('the prompt stands', async () => (await this.cardsOf(subject)).some((card) => card.entryId === made.entryId));
    return made;
  }

  /** Sends an objection to an entry, and waits until a check shows as held what is not exempt. */
  async dispute(subject: Company, made: MeasurePlanMade): Promise<void> {
    const disputed = { ...entryHeadOf(made, 4, 'ACTIVE'), documentNo: '异议1号', disputedOn: '2026-11-10' };
    await this.feeder.send(listEntryDisputed, subject.subjectId, disputed);
    const isHeld = async () => (await this.cardsOf(subject)).some((card) => card.suggestions.some((one) => one.isHeld));
    await eventually('it is held', isHeld);
  }

  /** The last that was decided about somebody. */
  async decisionOf(subject: Company) {
    const rows = await this.city.query<{ outcome: string; reason: string | null; comment: string | null; applied_measure_codes: string[] }>(
      `SELECT outcome, reason, comment, applied_measure_codes FROM window_check.check_decision WHERE prompt_key LIKE '%${subject.subjectId}%' ORDER BY id`,
    );
    return rows.at(-1);
  }

  /** Makes every write of a check wait until it is released. */
  async lockChecks(): Promise<() => Promise<void>> {
    const client = await this.city.connect();
    await client.query('BEGIN');
    await client.query('LOCK TABLE window_check.window_check IN ACCESS EXCLUSIVE MODE');
    return async () => {
      await client.query('COMMIT');
      await client.end();
    };
  }

  async cardsOf(subject: Company): Promise<CheckAnswer['cards']> {
    return (await this.check({ subjects: [{ usccCode: subject.usccCode, name: subject.name }] })).body.cards;
  }
}

export function planOf(subjectId: string, codes: readonly CatalogueMeasure[], over: Partial<MeasurePlanMade> = {}): MeasurePlanMade {
  const partyId = randomUUID();
  return {
    planId: randomUUID(),
    entryId: randomUUID(),
    entryVersion: 3,
    activationNo: 1,
    planVersion: 1,
    subjectId,
    catalogueVersion: 1,
    listCode: 'BL-MKT',
    listType: 'BLACK',
    listField: null,
    direction: 'PUNISH',
    entryNumber: `LYG-MD-2026-${String(++serial).padStart(6, '0')}`,
    designatingDepartment: 'SCJGJ',
    activatedOn: '2026-11-02',
    validTo: '2099-11-01',
    parties: [{ partyId, subjectId, role: 'SUBJECT', kind: 'LEGAL' }],
    measures: codes.map((one) => ({
      measureCode: one.code,
      canonicalCode: one.canonicalCode,
      class: one.class,
      force: one.force,
      trigger: one.trigger,
      holdExempt: one.holdExempt,
      termRule: one.termRule,
      basisRefs: one.bases.length === 0 ? [] : [0, 1],
      conditions: [],
      executors: [],
    })),
    groups: [{ partyIds: [partyId], measureCodes: codes.map((one) => one.code), skips: [] }],
    ...over,
  };
}

const step = (made: MeasurePlanMade, planVersion: number) => ({
  planId: made.planId,
  entryId: made.entryId,
  entryVersion: made.entryVersion + planVersion - 1,
  activationNo: made.activationNo,
  planVersion,
  subjectId: made.subjectId,
});
export const held = (made: MeasurePlanMade, cause: 'OBJECTION' | 'SUSPENSION'): EventData<typeof measurePlanHeld> => ({
  ...step(made, 2),
  cause,
  documentNo: null,
  heldOn: '2026-11-05',
});
export const ended = (made: MeasurePlanMade): EventData<typeof measurePlanEnded> => ({
  ...step(made, 3),
  ground: 'REPAIRED',
  inError: false,
  documentNo: '修复1号',
  endedOn: '2026-11-10',
});
export const entryHeadOf = (made: MeasurePlanMade, entryVersion: number, status: ListEntryActivated['status']) => ({
  entryId: made.entryId,
  entryVersion,
  activationNo: made.activationNo,
  number: made.entryNumber,
  listCode: made.listCode,
  listType: made.listType,
  subjectId: made.subjectId,
  designatingDepartment: made.designatingDepartment,
  status,
});
