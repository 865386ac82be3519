import { setTimeout as delay } from 'node:timers/promises';
import {
  checkIdentityDocument,
  checkUscc,
  type IdType,
  isRecordPublic,
  type Principal,
  ProblemError,
  type PublicRecordKind,
  type PublishableRecord,
} from '@lianxin/contracts';
import { Clock, Database, PersonalData, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { findDepartmentNames } from './department.store.ts';
import { publicReview } from './in-review.rules.ts';
import type { ListDefinition } from './list-definition.rules.ts';
import { allDefinitions } from './list-definition.store.ts';
import { type EntryRow, findFacts, findParties, findStanding, type PartyRow } from './list-entry.store.ts';
import { findPublishedRecords, findRecordFacts, type PublicRecordRow } from './public-record.store.ts';
import { isRecordDisputed, publicRecordLines, publicReviewOfRecord } from './public-record-publication.rules.ts';
import { isDisputed, listedOnOf, publicationOf, publicLines, publicNumberOf, publishesParty } from './publication.rules.ts';
import { publishableOf } from './publishable.ts';
import { isSamePersonName } from './subject.service.ts';
import { findByIdentity, findByName, findMergedInto, findSubjects, type SubjectRow } from './subject.store.ts';

export interface PublicEntry {
  readonly listName: string;
  readonly listType: EntryRow['list_type'];
  /** Under the labels of the public reports (§7.8). */
  readonly lines: readonly { readonly label: string; readonly value: string }[];
  /** 异议处理中: somebody has disputed the record and it is being verified (R-6-5). */
  readonly mark: '异议处理中' | null;
  /** 行政复议中、行政诉讼中 (R-6-6): told beside the record; it stays in force. */
  readonly review: string | null;
}
/** A licence, a penalty or abnormal operation under the labels of 双公示 (§7.7). */
export interface PublicRecord {
  readonly kind: PublicRecordKind;
  readonly lines: PublicEntry['lines'];
  readonly mark: PublicEntry['mark'];
  readonly review: PublicEntry['review'];
}
export interface PublicAnswer {
  readonly subject: { readonly name: string; readonly usccCode: string } | null;
  readonly entries: readonly PublicEntry[];
  readonly records: readonly PublicRecord[];
}

/** Nobody: reads what may be published, and changes nothing. */
const publicReader: Principal = { id: 'public', kind: 'SERVICE', roles: ['AUDITOR'], departments: [], displayName: 'public' };
/** Every answer takes at least so long: a quick "nothing" would tell that a person is not even known here. */
const answerMs = 250;
const maxNamesakes = 20;
const nothing: PublicAnswer = { subject: null, entries: [], records: [] };

/** The public face (§8.3): exact questions only, nothing that could be browsed; unknown and clean look the same. */
@Injectable()
export class PublicationService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly personalData: PersonalData,
  ) {}

  /** @throws ProblemError USCC_INVALID with what is wrong about the code */
  byCode(input: string): Promise<PublicAnswer> {
    const checked = checkUscc(input);
    if (!checked.ok) throw new ProblemError('USCC_INVALID', checked.detailZh);
    return this.evenly((tx) => this.ofOrganisations(tx, () => findByIdentity(tx, [checked.code], [])));
  }

  /** By full name, ways of writing aside; two enterprises may have borne one name, so all that bear it now are shown. */
  byName(name: string): Promise<PublicAnswer> {
    return this.evenly((tx) =>
      this.ofOrganisations(tx, async () => {
        const found = await Promise.all(waysOfWriting(name).map((way) => findByName(tx, way, maxNamesakes)));
        return [...new Map(found.flat().map((row) => [row.id, row])).values()];
      }),
    );
  }

  /**
   * A person by name and full number together, and only where the list's law publishes persons (R-8-7). Whoever has but one of the two learns nothing,
   * not even whether the person is known here.
   * @throws ProblemError ID_NUMBER_INVALID for a number that cannot exist
   */
  byPerson(name: string, idType: IdType, idNumber: string): Promise<PublicAnswer> {
    const checked = checkIdentityDocument(idType, idNumber, { today: this.clock.today() });
    if (!checked.ok) throw new ProblemError('ID_NUMBER_INVALID', checked.detailZh);
    const { number } = checked;
    return this.evenly(async (tx) => {
      const [row] = await findByIdentity(tx, [], [this.personalData.hash(idType, number)]);
      const isMeant = row !== undefined && row.sealed !== null && isSamePersonName(this.personalData.open(row.sealed).name, name);
      const entries = await this.entriesOf(tx, isMeant ? [row] : [], (_subject, list) => ({
        name,
        identifier: publicNumberOf(number, list),
      }));
      return { subject: null, entries, records: [] };
    });
  }

  private async ofOrganisations(tx: Transaction, find: () => Promise<SubjectRow[]>): Promise<PublicAnswer> {
    const rows = (await find()).filter((row) => row.kind !== 'PERSON' && row.uscc_code !== null);
    const entries = await this.entriesOf(tx, rows, (subject) => ({ name: subject.name ?? '', identifier: subject.uscc_code ?? '' }));
    const records = await this.recordsOf(tx, rows);
    const [subject] = rows;
    // A subject without anything public is answered like one that nobody knows.
    if ((entries.length === 0 && records.length === 0) || subject === undefined) return nothing;
    return { subject: rows.length === 1 ? { name: subject.name ?? '', usccCode: subject.uscc_code ?? '' } : null, entries, records };
  }

  /** Licences, penalties and abnormal operation of organisations (R-7-0). */
  private async recordsOf(tx: Transaction, subjects: readonly SubjectRow[]): Promise<PublicRecord[]> {
    const byId = await this.withMerged(tx, subjects);
    const today = this.clock.today();
    const rows = (await findPublishedRecords(tx, [...byId.keys()])).filter((row) => isRecordPublic(publishable(row), today));
    const facts = Map.groupBy(
      await findRecordFacts(
        tx,
        rows.map((row) => row.id),
      ),
      (fact) => fact.record_id,
    );
    return rows.map((row) => {
      const subject = byId.get(row.subject_id ?? '');
      const lines = publicRecordLines({
        kind: row.kind,
        name: subject?.name ?? '',
        usccCode: subject?.uscc_code ?? '',
        documentName: row.document_name,
        documentNumber: row.document_number,
        decidedOn: row.decided_on,
        authority: row.authority_name,
        validFrom: row.valid_from,
        validTo: row.valid_to,
        publicUntil: row.public_until,
        content: row.content,
      });
      const own = facts.get(row.id) ?? [];
      return { kind: row.kind, lines, mark: isRecordDisputed(own) ? '异议处理中' : null, review: publicReviewOfRecord(own) };
    });
  }

  /** Subjects by their ids, and by those of subjects that proved to be one of them: what they have keeps its key (§11.3). */
  private async withMerged(tx: Transaction, subjects: readonly SubjectRow[]): Promise<Map<string, SubjectRow>> {
    const byId = new Map(subjects.map((subject) => [subject.id, subject]));
    for (const merged of await findMergedInto(tx, [...byId.keys()])) {
      const target = byId.get(merged.merged_into ?? '');
      if (target !== undefined) byId.set(merged.id, target);
    }
    return byId;
  }

  private async entriesOf(
    tx: Transaction,
    subjects: readonly SubjectRow[],
    shown: (subject: SubjectRow, list: ListDefinition) => { name: string; identifier: string },
  ): Promise<PublicEntry[]> {
    const byId = await this.withMerged(tx, subjects);
    const today = this.clock.today();
    const definitions = await allDefinitions(tx);
    const published = (await findStanding(tx, [...byId.keys()])).flatMap((row) => {
      const subject = byId.get(row.subject_id);
      const list = definitions.find(({ code, version }) => code === row.list_code && version === row.list_version);
      if (subject === undefined || list === undefined) return [];
      const entry = publishableOf(row, subject.kind, today);
      return publicationOf(entry, list) === 'PUBLISHED' ? [{ row, subject, list }] : [];
    });
    const ids = published.map(({ row }) => row.id);
    const parties = await findParties(tx, ids);
    const facts = await findFacts(tx, ids);
    const names = await findDepartmentNames(
      tx,
      published.map(({ row }) => row.department_code),
    );
    const persons = new Map((await findSubjects(tx, [...new Set(parties.map((party) => party.subject_id))])).map((row) => [row.id, row]));
    return published.map(({ row, subject, list }) => ({
      listName: list.nameZh,
      listType: row.list_type,
      lines: publicLines({
        ...shown(subject, list),
        listType: row.list_type,
        isPerson: subject.kind === 'PERSON',
        decision: `${row.decision_name} ${row.decision_number}`,
        basis: list.confidence === 'H' ? list.basis : null,
        department: names.get(row.department_code) ?? row.department_code,
        listedOn: listedOnOf(facts.filter((fact) => fact.entry_id === row.id)) ?? row.activated_on ?? '',
        validTo: row.valid_to,
        persons: this.publicPersons(
          parties.filter((party) => party.entry_id === row.id),
          row,
          list,
          persons,
        ),
      }),
      mark: isDisputed(facts.filter((fact) => fact.entry_id === row.id)) ? '异议处理中' : null,
      review: publicReview(row),
    }));
  }

  private publicPersons(parties: readonly PartyRow[], row: EntryRow, list: ListDefinition, persons: ReadonlyMap<string, SubjectRow>) {
    return parties
      .filter((party) => publishesParty(party, row.list_type, list))
      .flatMap((party) => {
        const sealed = persons.get(party.subject_id)?.sealed;
        return sealed ? [{ role: party.role, name: this.personalData.open(sealed).name }] : [];
      });
  }

  /** Answers after the same time whatever is found. */
  private async evenly(work: (tx: Transaction) => Promise<PublicAnswer>): Promise<PublicAnswer> {
    const [answer] = await Promise.all([this.database.transaction(publicReader, work), delay(answerMs)]);
    return answer;
  }
}

function publishable(row: PublicRecordRow): PublishableRecord {
  return {
    kind: row.kind,
    status: row.status,
    subjectKind: row.subject_kind,
    grade: row.grade,
    decidedOn: row.decided_on,
    publishedOn: row.published_on,
    publicUntil: row.public_until,
    hidden: row.hidden_by !== null,
  };
}

/** A name as it may stand in the register: brackets and letters wide or narrow. */
function waysOfWriting(name: string): string[] {
  const trimmed = name.trim();
  const narrow = trimmed.normalize('NFKC').replace(/\s/g, '');
  return [...new Set([trimmed, narrow, narrow.replace(/\(/g, '（').replace(/\)/g, '）')])];
}
