import { type CatalogueMeasure, prepareDecisionRequestSchema } from '@lianxin/contracts';
import { contentHash, PersonalData, type PersonIdentity, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import {
  citationOf,
  type NoticeContent,
  type NoticePerson,
  noticeMeasuresOf,
  type RepairTerms,
  repairTermsOf,
} from './decision-notice.rules.ts';
import { insertNotices, insertTexts, type NoticeRow } from './decision-notice.store.ts';
import { type NoticeTexts, noticeTextsOf } from './decision-notice.texts.ts';
import { findDepartmentNames, findMeasuresOfList } from './department.store.ts';
import type { EntryInWork, EntryWork } from './entry-work.ts';
import type { ListDefinition } from './list-definition.rules.ts';
import { findDefinitions } from './list-definition.store.ts';
import { decisionOf, type FactRow, findFacts, findParties, type PartyRow } from './list-entry.store.ts';
import { shownName } from './list-entry.view.ts';
import { listingGrounds } from './list-rule.data.ts';
import { onGround } from './list-rule.rules.ts';
import { findSubjects, type SubjectRow } from './subject.store.ts';

/** What the notices of a piece of work are made of. */
interface Material {
  readonly definitions: readonly ListDefinition[];
  readonly names: ReadonlyMap<string, string>;
  readonly measures: ReadonlyMap<string, readonly CatalogueMeasure[]>;
  readonly parties: readonly PartyRow[];
  readonly subjects: ReadonlyMap<string, SubjectRow>;
  readonly facts: readonly FactRow[];
  /** Words by what they depend on: a file of ten thousand rows has a handful. */
  readonly words: Map<string, { readonly hash: string; readonly texts: NoticeTexts }>;
}

/**
 * Makes the two documents with the decision (两书同达, R-2-7, R-5-9): by the signature, before anything is served; of a decision that was made elsewhere and
 * recorded here, when it comes into force. Never of one that another city, the province or the state made: they serve their own.
 */
@Injectable()
export class NoticeMaker {
  constructor(private readonly personalData: PersonalData) {}

  /** Writes the notices of the decisions in this work; in the transaction that decided. */
  async make(tx: Transaction, work: EntryWork): Promise<void> {
    const decided = [...work.newEntries, ...work.changedEntries].filter(isDecidedNow);
    if (decided.length === 0) return;
    const material = await this.gather(tx, decided);
    const rows = decided.map((entry) => this.rowOf(entry, material, work));
    await insertTexts(tx, new Map([...material.words.values()].map(({ hash, texts }) => [hash, texts])));
    await insertNotices(tx, rows);
  }

  /** Over what is kept, with the persons by their keyed hash: an unkeyed one could be tried out number by number. */
  hashOf(content: NoticeContent, texts: NoticeTexts, persons: Readonly<Record<string, PersonIdentity>>): string {
    const hashes = Object.entries(persons).map(([id, person]) => [
      id,
      this.personalData.hash(person.idType, `${person.idNumber}\n${person.name}`),
    ]);
    return contentHash({ content, texts, persons: Object.fromEntries(hashes) });
  }

  private async gather(tx: Transaction, decided: readonly EntryInWork[]): Promise<Material> {
    const rows = decided.map((entry) => entry.row);
    const ids = rows.map((row) => row.id);
    const codes = [...new Set(rows.map((row) => row.list_code))];
    const parties = (await findParties(tx, ids)).filter((party) => party.named);
    const subjectIds = [...new Set([...rows.map((row) => row.subject_id), ...parties.map((party) => party.subject_id)])];
    const measures = new Map<string, readonly CatalogueMeasure[]>();
    for (const code of codes) measures.set(code, await findMeasuresOfList(tx, code));
    const signed = decided.filter(({ row }) => row.procedure.prepared != null).map(({ row }) => row.id);
    return {
      definitions: await findDefinitions(tx, codes),
      names: await findDepartmentNames(
        tx,
        rows.map((row) => row.department_code),
      ),
      measures,
      parties,
      subjects: new Map((await findSubjects(tx, subjectIds)).map((subject) => [subject.id, subject])),
      facts: signed.length === 0 ? [] : await findFacts(tx, signed),
      words: new Map(),
    };
  }

  private rowOf(entry: EntryInWork, material: Material, { acting }: EntryWork): NoticeRow {
    const { row } = entry;
    const people = peopleOf(entry, material);
    const definition = material.definitions.find(({ code, version }) => code === row.list_code && version === row.list_version);
    if (definition === undefined) throw new Error(`list ${row.list_code} has no version ${row.list_version}`);
    const list = onGround(definition, row.listing_ground, listingGrounds);
    const repair = repairTermsOf(list, decisionOf(row).date, row.activated_on);
    const words = wordsOf(entry, list, people, repair, material);
    const content = contentOf(entry, list, people, repair, words.hash, material);
    const persons = this.identitiesOf(people, material);
    return {
      entry_id: row.id,
      entry_version: row.version,
      content,
      persons_sealed: Object.keys(persons).length === 0 ? null : this.personalData.sealText(JSON.stringify(persons)),
      sha256: this.hashOf(content, words.texts, persons),
      made_at: acting.now,
      made_by: acting.actor,
      department_code: row.department_code,
    };
  }

  private identitiesOf(people: readonly NoticePerson[], { subjects }: Material): Record<string, PersonIdentity> {
    return Object.fromEntries(
      people.flatMap(({ subjectId }) => {
        const sealed = subjects.get(subjectId)?.sealed;
        return sealed ? [[subjectId, this.personalData.open(sealed)] as const] : [];
      }),
    );
  }
}

/** T12e, or T12 of a decision of this city that was never signed here. An honour that is given back has no decision of its own (T20a). */
function isDecidedNow({ row, newFacts }: EntryInWork): boolean {
  const made = (transition: string) => newFacts.some((fact) => fact.transition === transition);
  return made('T12e') || (made('T12') && row.origin === 'CITY' && row.restores == null);
}

function peopleOf({ row }: EntryInWork, { parties, subjects }: Material): NoticePerson[] {
  const own = parties.filter((party) => party.entry_id === row.id);
  const subject = own.find((party) => party.role === 'SUBJECT');
  return [...(subject === undefined ? [] : [subject]), ...own.filter((party) => party !== subject)].map((party) => {
    const person = subjects.get(party.subject_id);
    if (person === undefined) throw new Error('a party without a subject');
    const { id, kind, uscc_code: usccCode, id_masked: idMasked } = person;
    return { subjectId: id, role: party.role, kind, name: shownName(person), usccCode, idMasked };
  });
}

function wordsOf(
  { row }: EntryInWork,
  list: ListDefinition,
  people: readonly NoticePerson[],
  repair: RepairTerms | null,
  { measures, words }: Material,
): { readonly hash: string; readonly texts: NoticeTexts } {
  const { date: decisionDate } = decisionOf(row);
  const { list_code: listCode, list_version: version, list_type: listType, listing_ground: ground, grade, conditions } = row;
  const parties = people.map(({ kind, role }) => ({ kind, role }));
  const key = JSON.stringify([listCode, version, ground, grade, decisionDate, conditions, parties]);
  const known = words.get(key);
  if (known !== undefined) return known;
  const found = noticeMeasuresOf(measures.get(listCode) ?? [], { listCode, listType, grade, decisionDate, conditions, parties });
  const texts = noticeTextsOf(list, repair, found, decisionDate);
  const made = { hash: contentHash(texts), texts };
  words.set(key, made);
  return made;
}

function contentOf(
  { row }: EntryInWork,
  list: ListDefinition,
  persons: readonly NoticePerson[],
  repair: RepairTerms | null,
  textsHash: string,
  { names, facts }: Material,
): NoticeContent {
  const decision = decisionOf(row);
  const drawn = facts.findLast((fact) => fact.entry_id === row.id && fact.transition === 'T12c');
  const own = prepareDecisionRequestSchema.shape.content.safeParse(drawn?.detail['content']).data;
  const { prepared } = row.procedure;
  return {
    format: 1,
    source: own === undefined ? 'RECORDED' : 'SIGNED',
    entryNumber: row.number,
    listCode: row.list_code,
    listName: list.nameZh,
    listType: row.list_type,
    departmentCode: row.department_code,
    departmentName: names.get(row.department_code) ?? row.department_code,
    persons,
    decision: {
      ...decision,
      grade: row.grade,
      facts: own?.facts ?? row.facts,
      basis: own?.basis === undefined ? row.basis.map(citationOf) : [own.basis],
      listBasis: list.confidence === 'H' ? list.basis : null,
      warning: own?.measures ?? null,
      removal: own?.removal ?? null,
      remedies: own?.remedies ?? null,
      validFrom: row.valid_from ?? prepared?.validFrom ?? null,
      validTo: row.valid_to ?? prepared?.validTo ?? null,
      months: list.defaultMonths,
    },
    repair,
    textsHash,
  };
}
