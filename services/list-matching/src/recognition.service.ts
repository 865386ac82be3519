import { endOfDayBeijing, type Principal, ProblemError } from '@lianxin/contracts';
import { lockLanes, Timers } from '@lianxin/messaging';
import { Clock, Database, type Transaction } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { findUnstorableTexts } from './designation-text.rules.ts';
import { EntryWriter } from './entry.writer.ts';
import { type EntryInWork, EntryWork } from './entry-work.ts';
import type { ListDefinition } from './list-definition.rules.ts';
import { findDefinitions } from './list-definition.store.ts';
import { findEntries, findParties, type PartyRow } from './list-entry.store.ts';
import { recognisedEvent, recognitionEndedEvent } from './recognition.events.ts';
import { type Agreement, isNationalList, isOwnRegion, overlaps, type Recognition, recognitionOn } from './recognition.rules.ts';
import {
  type AgreementRow,
  confirmEnd,
  decideAgreement,
  dropEnd,
  findAgreements,
  findForeignInForce,
  insertAgreement,
  lockAgreement,
  lockAgreementsOfList,
  type NewAgreement,
  proposeEnd,
  updateRecognition,
} from './recognition.store.ts';

const timerKind = 'recognition';
const pageSize = 200;
const hourMs = 3_600_000;

/** Agreements on mutual recognition and what their beginning and end do to foreign entries (R-2-16, docs/decisions/0013). */
@Injectable()
export class RecognitionService implements OnApplicationBootstrap {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly timers: Timers,
    private readonly writer: EntryWriter,
  ) {
    timers.register(timerKind, (tx, references) => this.onTimer(tx, references));
  }

  /** Looks once at every start and then daily at 02:00: an entry that was suspended when its agreement began is found when it runs again. */
  async onApplicationBootstrap(): Promise<void> {
    await this.database.consumerTransaction((tx) => this.timers.set(tx, timerKind, [{ reference: 'daily', dueAt: this.clock.now() }]));
  }

  /** @throws ProblemError VALIDATION_FAILED, LIST_UNKNOWN, DATE_ORDER, AGREEMENT_OVERLAPS */
  async propose(tx: Transaction, principal: Principal, agreement: NewAgreement): Promise<AgreementRow> {
    const [fault] = findUnstorableTexts(agreement);
    if (fault !== undefined) throw new ProblemError('VALIDATION_FAILED', fault.detail, [fault]);
    if (isOwnRegion(agreement.region_code)) throw refused('/regionCode', 'VALIDATION_FAILED', '互认协议的对方不能是本市');
    if (agreement.valid_to !== null && agreement.valid_to < agreement.valid_from)
      throw refused('/validTo', 'DATE_ORDER', `截止日早于起始日 ${agreement.valid_from}`);
    const definitions = await findDefinitions(tx, [agreement.list_code]);
    if (definitions.length === 0) throw refused('/listCode', 'LIST_UNKNOWN', '没有该代码的名单');
    if (definitions.every(isNationalList)) throw refused('/listCode', 'VALIDATION_FAILED', '全国性名单无需互认协议');
    await this.assertAlone(tx, agreement);
    return insertAgreement(tx, agreement, principal.id, this.clock.now());
  }

  /** The second person: confirms or rejects a proposal, or the end of an agreement. */
  async decide(tx: Transaction, principal: Principal, id: string, accept: boolean): Promise<AgreementRow> {
    const row = await getAgreement(tx, id);
    const endsNow = row.status === 'CONFIRMED' && row.end_on !== null && row.end_decided_by === null;
    if (row.status !== 'PROPOSED' && !endsNow) throw new ProblemError('CONFLICT', `该协议没有待确认的事项：${row.status}`);
    const proposer = endsNow ? row.end_proposed_by : row.proposed_by;
    if (accept && proposer === principal.id) throw new ProblemError('SAME_PERSON', '互认协议的起止由信用办另一人确认');
    if (!endsNow) {
      if (accept) await this.assertAlone(tx, row);
      await decideAgreement(tx, id, accept ? 'CONFIRMED' : 'REJECTED', principal.id, this.clock.now());
    } else if (accept) await confirmEnd(tx, id, principal.id);
    else await dropEnd(tx, id);
    const decided = await getAgreement(tx, id);
    if (accept) await this.setTimers(tx, decided);
    return decided;
  }

  /** Proposes the last day of an agreement; what it had given ends when a second person has confirmed and the day is over. */
  async end(tx: Transaction, principal: Principal, id: string, end: { endsOn: string; documentNo: string }): Promise<AgreementRow> {
    const [fault] = findUnstorableTexts(end);
    if (fault !== undefined) throw new ProblemError('VALIDATION_FAILED', fault.detail, [fault]);
    const row = await getAgreement(tx, id);
    if (row.status !== 'CONFIRMED' || (row.end_on !== null && row.end_decided_by === null))
      throw new ProblemError('CONFLICT', '只有生效中且没有待确认终止的协议可以终止');
    if (end.endsOn < row.valid_from) throw refused('/endsOn', 'DATE_ORDER', `终止日早于起始日 ${row.valid_from}`);
    if (row.valid_to !== null && end.endsOn > row.valid_to) throw refused('/endsOn', 'DATE_ORDER', `终止日晚于协议截止日 ${row.valid_to}`);
    await proposeEnd(tx, id, { on: end.endsOn, documentNo: end.documentNo, by: principal.id });
    return getAgreement(tx, id);
  }

  private async assertAlone(tx: Transaction, agreement: NewAgreement): Promise<void> {
    const term = { validFrom: agreement.valid_from, validTo: agreement.valid_to };
    const other = (await lockAgreementsOfList(tx, agreement.list_code)).find(
      (row) =>
        row.status === 'CONFIRMED' &&
        row.region_code === agreement.region_code &&
        overlaps(term, { validFrom: row.valid_from, validTo: row.valid_to }),
    );
    if (other !== undefined) throw new ProblemError('AGREEMENT_OVERLAPS', `已有协议：${other.document_no}，自 ${other.valid_from} 起`);
  }

  private async setTimers(tx: Transaction, row: AgreementRow): Promise<void> {
    const start = { reference: `${row.id} begins`, dueAt: new Date(endOfDayBeijing(row.valid_from).getTime() - 24 * hourMs) };
    const end = row.valid_to === null ? [] : [{ reference: `${row.id} ends`, dueAt: endOfDayBeijing(row.valid_to) }];
    await this.timers.set(tx, timerKind, [start, ...end]);
  }

  private async onTimer(tx: Transaction, references: readonly string[]): Promise<void> {
    const now = this.clock.now();
    if (references.includes('daily')) {
      const dueAt = new Date(endOfDayBeijing(this.clock.today()).getTime() + 2 * hourMs);
      await this.timers.set(tx, timerKind, [{ reference: 'daily', dueAt }]);
    }
    const pages = references.filter((reference) => reference.startsWith('after '));
    const begins = pages.length < references.length ? [undefined] : pages.map((reference) => reference.slice(6));
    for (const after of begins) {
      const next = await this.reconcilePage(tx, after);
      if (next !== undefined) await this.timers.set(tx, timerKind, [{ reference: `after ${next}`, dueAt: now }]);
    }
  }

  /** Brings a page of foreign entries to what holds today; answers with where the next page begins. */
  private async reconcilePage(tx: Transaction, after: string | undefined): Promise<string | undefined> {
    const seen = await findForeignInForce(tx, after, pageSize);
    const rules = await this.rulesFor(tx, [...new Set(seen.map((row) => row.list_code))]);
    const affected = seen.filter((row) => changeOf(row, rules(row)) !== undefined);
    if (affected.length > 0)
      await this.change(
        tx,
        affected.map((row) => row.id),
        rules,
      );
    return seen.length === pageSize ? seen.at(-1)?.id : undefined;
  }

  private async change(tx: Transaction, ids: readonly string[], rules: (row: EntryInWork['row']) => Ruling): Promise<void> {
    const work = new EntryWork({ actor: 'timer:recognition', now: this.clock.now(), today: this.clock.today() });
    await lockLanes(
      tx,
      (await findEntries(tx, ids)).map((row) => row.subject_id),
    );
    const parties = await findParties(tx, ids);
    const changed: EntryInWork[] = [];
    for (const row of await findEntries(tx, ids)) {
      const ruling = rules(row);
      const change = changeOf(row, ruling);
      if (change === undefined) continue;
      const ofEntry = parties.filter((party) => party.entry_id === row.id);
      changed.push(change === 'RECOGNISE' ? recognise(work, row, ofEntry, ruling) : endRecognition(work, row));
    }
    if (changed.length === 0) return;
    await this.writer.write(tx, work);
    await updateRecognition(
      tx,
      changed.map((entry) => entry.row),
    );
  }

  private async rulesFor(tx: Transaction, listCodes: readonly string[]): Promise<(row: EntryInWork['row']) => Ruling> {
    const agreements: Agreement[] = await findAgreements(tx, listCodes);
    const definitions = await findDefinitions(tx, listCodes);
    const today = this.clock.today();
    return (row) => {
      const definition = definitions.find(({ code, version }) => code === row.list_code && version === row.list_version);
      if (definition === undefined) throw new Error(`list ${row.list_code} has no version ${row.list_version}`);
      const entry = { originRegion: row.origin_region ?? '', listCode: row.list_code, isNational: isNationalList(definition) };
      return { definition, ...recognitionOn(entry, agreements, today) };
    };
  }
}

interface Ruling extends Recognition {
  readonly definition: ListDefinition;
}

/** What is to be done so that an entry has the effects that it should; a suspended one gets none before it runs again. */
function changeOf(row: EntryInWork['row'], { recognised }: Recognition): 'RECOGNISE' | 'END' | undefined {
  if (row.recognised === true && !recognised && (row.status === 'ACTIVE' || row.status === 'SUSPENDED')) return 'END';
  return row.recognised === false && recognised && row.status === 'ACTIVE' ? 'RECOGNISE' : undefined;
}

function recognise(work: EntryWork, row: EntryInWork['row'], parties: readonly PartyRow[], ruling: Ruling): EntryInWork {
  // A plan is made once per activation (R-4-3), so effects that come, or come back, need a number of their own.
  const entry = work.take({ ...row, recognised: true, activation_no: row.activation_no + 1 });
  work.step(entry, 'RECOGNISE', { agreementId: ruling.agreementId });
  work.say(recognisedEvent(entry.row, parties, ruling.definition.field, ruling.agreementId, work.acting));
  return entry;
}

function endRecognition(work: EntryWork, row: EntryInWork['row']): EntryInWork {
  const entry = work.take({ ...row, recognised: false });
  work.step(entry, 'END_RECOGNITION', { originRegion: row.origin_region });
  work.say(recognitionEndedEvent(entry.row, null, work.acting));
  return entry;
}

async function getAgreement(tx: Transaction, id: string): Promise<AgreementRow> {
  const row = await lockAgreement(tx, id);
  if (row === undefined) throw new ProblemError('NOT_FOUND', '没有该互认协议');
  return row;
}

function refused(pointer: string, code: 'VALIDATION_FAILED' | 'LIST_UNKNOWN' | 'DATE_ORDER', detail: string): ProblemError {
  return new ProblemError(code, detail, [{ pointer, code, detail }]);
}
