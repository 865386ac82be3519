import { maskIdNumber, maskName, type SubjectKind } from '@lianxin/contracts';
import type { MatchQuery } from '@lianxin/matching';
import { PersonalData, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { FoundCandidate } from './designation.intake.ts';
import type { UncertainClues, UncertainIdentity } from './designation-identity.rules.ts';
import { hashPhone } from './match.service.ts';
import { MatchIndexHost } from './match-index.host.ts';
import { uncertainCandidate } from './match-review.rules.ts';
import { findDifferent } from './match-review.store.ts';
import { findSubjects, type NewPlaceholder } from './subject.store.ts';

/** Candidates that one record may have: more are no help to a person. */
const mostCandidates = 20;

/** A record without a valid number, as it is asked about and kept. */
export interface UncertainRecord {
  readonly kind: SubjectKind;
  readonly name: string;
  readonly clues: UncertainClues;
  readonly regionCode: string | null;
  /** Day of the decision: former names count while they were in use. */
  readonly decisionDate: string | null;
}

/** Who records without a valid number may mean (§11.3 P1–S3, §11.4 P1–S2): looked for in the index, put before a person, never decided here. */
@Injectable()
export class UncertainRecords {
  constructor(
    private readonly personalData: PersonalData,
    private readonly index: MatchIndexHost,
  ) {}

  /** Equal records have equal hashes; nothing leads back. The memory of decisions goes by it (R-11-3). */
  hashOf({ kind, name, clues, regionCode }: Omit<UncertainRecord, 'decisionDate'>): string {
    const said = Object.entries(clues).filter(([, value]) => value !== undefined);
    return this.personalData.hash('RECORD', JSON.stringify([kind, name, regionCode, said.sort()]));
  }

  /** What stands in the register for nobody in particular, until a person has said who is meant. */
  placeholderOf(id: string, identity: UncertainIdentity, regionCode: string): NewPlaceholder {
    const { kind, name, uncertain } = identity;
    const common = {
      id,
      kind,
      region_code: regionCode,
      sealed_details: this.personalData.sealText(JSON.stringify({ name, clues: uncertain })),
    };
    if (kind !== 'PERSON') return { ...common, name, sealed: null, name_masked: null, id_masked: null };
    return {
      ...common,
      name: null,
      sealed: this.personalData.seal({ name, idType: uncertain.idType ?? '', idNumber: '' }),
      name_masked: maskName(name),
      id_masked: shownNumber(uncertain.idNumber) ?? '',
    };
  }

  /** The record that a placeholder stands for. */
  recordOf(
    row: { kind: SubjectKind; region_code: string | null; sealed_details: string | null },
    decisionDate: string | null,
  ): UncertainRecord {
    const { name, clues } = JSON.parse(this.personalData.openText(row.sealed_details ?? '')) as { name: string; clues: UncertainClues };
    return { kind: row.kind, name, clues, regionCode: row.region_code, decisionDate };
  }

  /**
   * Candidates of each record in its place, without those that a person has found to be different and that have not changed since.
   * @throws ProblemError UNAVAILABLE until the index is complete
   */
  async find(tx: Transaction, records: readonly UncertainRecord[]): Promise<FoundCandidate[][]> {
    if (records.length === 0) return [];
    const hashes = records.map((record) => this.hashOf(record));
    const different = await findDifferent(tx, hashes);
    const answers = await this.index.search(
      records.map((record, place) => ({
        query: this.queryOf(record),
        options: { limit: mostCandidates, excludeIds: different.get(hashes[place] ?? '') ?? new Set<string>() },
      })),
    );
    const found = new Map(
      (await findSubjects(tx, [...new Set(answers.flatMap((answer) => answer.results.map((result) => result.recordId)))])).map((row) => [
        row.id,
        row,
      ]),
    );
    return records.map((record, place) => {
      const answer = answers[place];
      const results = (answer?.results ?? []).filter(
        (result) => (found.get(result.recordId)?.kind === 'PERSON') === (record.kind === 'PERSON'),
      );
      // Two registrations of one subject are one candidate.
      const bySubject = new Map(
        results.map((result) => [found.get(result.recordId)?.merged_into ?? result.recordId, result]).reverse() as [
          string,
          (typeof results)[number],
        ][],
      );
      return [...bySubject].reverse().map(([subjectId, result]) => ({
        subject_id: subjectId,
        ...uncertainCandidate(record.kind === 'PERSON' ? { ...result, explanations: withoutTexts(result.explanations) } : result),
        ...this.storedRecord(record),
        record_hash: hashes[place] ?? null,
        register_version: answer?.registerVersion ?? 0,
      }));
    });
  }

  private queryOf({ kind, name, clues, regionCode, decisionDate }: UncertainRecord): MatchQuery {
    const common = {
      names: [name],
      decisionDate: decisionDate ?? undefined,
      address: clues.address,
      regionCode: regionCode ?? undefined,
      phoneHash: clues.phone === undefined ? undefined : hashPhone(this.personalData, clues.phone),
    };
    if (kind === 'PERSON')
      return {
        ...common,
        schema: 'Person',
        idType: clues.idType,
        idNumber: clues.idNumber,
        birthDate: clues.birthDate,
        gender: clues.gender,
        employerUscc: clues.employerUsccCode,
      };
    const { usccCode, organisationCode, registrationNo, taxNo, legalRepresentative } = clues;
    return {
      ...common,
      schema: 'Organization',
      usccCode,
      organisationCode,
      registrationNo,
      taxNo,
      ...(legalRepresentative === undefined ? {} : { legalRepresentative: { name: legalRepresentative } }),
    };
  }

  private storedRecord({ kind, name, clues, regionCode }: UncertainRecord) {
    const isPerson = kind === 'PERSON';
    return {
      decision_name: isPerson ? null : name,
      decision_sealed: isPerson ? this.personalData.seal({ name, idType: clues.idType ?? '', idNumber: '' }) : null,
      decision_name_masked: isPerson ? maskName(name) : null,
      record: null,
      record_sealed: this.personalData.sealText(JSON.stringify({ ...clues, regionCode })),
    };
  }
}

/** A number as it may be shown: one that is masked already as it came. */
function shownNumber(number: string | undefined): string | undefined {
  if (number === undefined) return undefined;
  return /[*×●xX-]/.test(number.slice(0, -1)) ? number.slice(0, 40) : maskIdNumber(number);
}

function withoutTexts(explanations: Readonly<Record<string, { readonly score: number; readonly detail: string }>>) {
  return Object.fromEntries(Object.entries(explanations).map(([feature, { score, detail }]) => [feature, { score, detail }]));
}
