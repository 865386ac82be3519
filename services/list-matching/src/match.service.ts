import { type Principal, ProblemError } from '@lianxin/contracts';
import { decisionOf, type MatchAnswer, type MatchQuery, type MatchResult } from '@lianxin/matching';
import { PersonalData, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { shownName } from './list-entry.view.ts';
import type { MatchRequest, MatchResponse, MatchResultView, MatchScope } from './match.schema.ts';
import { maxQueries } from './match.schema.ts';
import { findListsOf, insertQueryLog } from './match.store.ts';
import { algorithmName } from './match-algorithm.data.ts';
import { MatchIndexHost } from './match-index.host.ts';
import { engineQueryOf } from './match-job.rows.ts';
import { type ReadQuery, readQuery } from './match-query.rules.ts';
import { findSubjects, type SubjectRow } from './subject.store.ts';

const defaultLimit = 5;
/** `listed` leaves out whoever is on no list: more are looked at first. */
const listedLimit = 50;

/** Answers who a caller means (§11), in yente's shape. */
@Injectable()
export class MatchService {
  constructor(
    private readonly index: MatchIndexHost,
    private readonly personalData: PersonalData,
  ) {}

  /** @throws ProblemError VALIDATION_FAILED naming the query, never its values; UNAVAILABLE until the index is complete */
  async match(tx: Transaction, principal: Principal, scope: MatchScope, request: MatchRequest): Promise<MatchResponse> {
    const { config } = request;
    if (config.algorithm !== undefined && config.algorithm !== algorithmName)
      throw new ProblemError('VALIDATION_FAILED', `没有该算法；可用：${algorithmName}`);
    const ids = Object.keys(request.queries);
    if (ids.length > maxQueries) throw new ProblemError('VALIDATION_FAILED', `一次最多 ${maxQueries} 条；更多请用 POST /api/v1/match-jobs`);
    const queries = ids.map((id) => this.read(id, request, scope));
    const persons = queries.filter((query) => query.isPerson).length;
    if (persons > 0 && config.purpose === undefined) {
      const detail = '查询自然人须说明用途';
      throw new ProblemError('VALIDATION_FAILED', detail, [{ pointer: '/config/purpose', code: 'VALIDATION_FAILED', detail }]);
    }
    const limit = config.limit ?? defaultLimit;
    const options = {
      limit: scope === 'listed' ? listedLimit : limit,
      threshold: config.threshold,
      changedSince: config.changedSince,
      excludeIds: new Set(config.excludeEntityIds ?? []),
    };
    const answers = await this.index.search(queries.map((query) => ({ query: this.engineQuery(query), options })));
    const shown = await this.view(tx, answers, scope, limit);
    if (persons > 0) {
      const found = answers.reduce((sum, answer, place) => sum + (queries[place]?.isPerson === true ? answer.results.length : 0), 0);
      await insertQueryLog(tx, { actor: principal.id, purpose: config.purpose ?? '', persons, found });
    }
    return {
      responses: Object.fromEntries(
        ids.map((id, place) => {
          const { results = [], total = 0 } = shown[place] ?? {};
          const query = request.queries[id];
          if (query === undefined) throw new Error('a query without a request');
          return [id, { status: 200, results, total: { value: total, relation: 'eq' as const }, query }];
        }),
      ),
      limit,
      registerVersion: this.index.registerVersion,
      algorithm: algorithmName,
    };
  }

  private read(id: string, request: MatchRequest, scope: MatchScope): ReadQuery {
    const given = request.queries[id];
    if (given === undefined) throw new Error('a query without a request');
    const pointer = `/queries/${id.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const refuse = (where: string, detail: string): never => {
      throw new ProblemError('VALIDATION_FAILED', detail, [{ pointer: `${pointer}${where}`, code: 'VALIDATION_FAILED', detail }]);
    };
    const read = readQuery(given);
    if (!read.ok) return refuse(read.pointer, read.detail);
    if (scope === 'organisations' && read.query.isPerson) return refuse('/schema', '此范围只比对单位');
    if (scope === 'persons' && !read.query.isPerson) return refuse('/schema', '此范围只比对自然人');
    return read.query;
  }

  engineQuery(read: ReadQuery): MatchQuery {
    const phone = read.text['phone'];
    return engineQueryOf(read, phone === undefined ? undefined : hashPhone(this.personalData, phone));
  }

  private async view(
    tx: Transaction,
    answers: readonly MatchAnswer[],
    scope: MatchScope,
    limit: number,
  ): Promise<{ results: MatchResultView[]; total: number }[]> {
    const found = [...new Set(answers.flatMap(({ results, rejected }) => [...results, ...rejected].map((result) => result.recordId)))];
    const rows = new Map((await findSubjects(tx, found)).map((row) => [row.id, row]));
    const merged = [...rows.values()].flatMap((row) => row.merged_into ?? []);
    for (const row of merged.length === 0 ? [] : await findSubjects(tx, merged)) rows.set(row.id, row);
    const lists = await findListsOf(tx, [...rows.keys()]);
    return answers.map(({ results, rejected, total }) => {
      const views = [...results, ...rejected].flatMap((result) => {
        const row = rows.get(result.recordId);
        return row === undefined ? [] : [viewOf(result, rows.get(row.merged_into ?? '') ?? row, lists)];
      });
      const wanted = scope === 'listed' ? views.filter((view) => view.datasets.length > 1) : views;
      return { results: wanted.slice(0, limit), total: scope === 'listed' ? wanted.length : total };
    });
  }
}

/** The same number however it is written gives the same hash. */
export function hashPhone(personalData: PersonalData, phone: string): string {
  return personalData.hash('PHONE', phone.replace(/[\s()+-]/g, '').replace(/^86(?=1\d{10}$)/, ''));
}

function viewOf(result: MatchResult, row: SubjectRow, lists: ReadonlyMap<string, readonly string[]>): MatchResultView {
  const isPerson = row.kind === 'PERSON';
  const one = (value: string | null) => (value === null ? [] : [value]);
  const properties: Record<string, string[]> = isPerson
    ? { name: one(row.name_masked), idNumberMasked: one(row.id_masked), regionCode: one(row.region_code), status: [row.status] }
    : {
        name: one(row.name),
        usccCode: one(row.uscc_code),
        regionCode: one(row.region_code),
        address: one(row.address),
        formerName: row.former_names.map((former) => former.name),
        status: [row.status],
      };
  return {
    id: row.id,
    caption: shownName(row),
    schema: isPerson ? 'Person' : 'Organization',
    properties,
    datasets: ['register', ...(lists.get(row.id) ?? [])],
    score: result.score,
    match: decisionOf(result.grade) === 'match',
    decision: result.decision,
    grade: result.family,
    rule: result.grade,
    action: result.action,
    flags: row.status === 'DEAD' ? result.flags.map((flag) => (flag === 'DEREGISTERED' ? 'DEAD' : flag)) : [...result.flags],
    explanations: isPerson ? withoutTexts(result.explanations) : shownTexts(result.explanations),
  };
}

/** Of a person the reasons are told, not what stands in the register (R-8-8). */
function withoutTexts(explanations: MatchResult['explanations']): MatchResultView['explanations'] {
  return Object.fromEntries(Object.entries(explanations).map(([feature, { score, detail }]) => [feature, { score, detail }]));
}

/** A legal representative is a person: what the register says of one is not shown. */
function shownTexts(explanations: MatchResult['explanations']): MatchResultView['explanations'] {
  return Object.fromEntries(
    Object.entries(explanations).map(([feature, { score, detail, query, candidate }]) => [
      feature,
      feature === 'legal_representative' || feature === 'phone'
        ? { score, detail }
        : { score, detail, ...(query === undefined ? {} : { query }), ...(candidate === undefined ? {} : { candidate }) },
    ]),
  );
}
