import { changeOn, type Page, type ParameterKey, parameterKeys, parameterOf } from '@lianxin/contracts';
import { decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { z } from 'zod';
import type { ParameterChangeView, ParameterView, parameterChangeQuerySchema, parameterQuerySchema } from './parameter.api.ts';
import { keyOf } from './parameter.service.ts';
import type { CountingParameter, ParameterChangeRow, ParameterStore } from './parameter.store.ts';

const afterIdSchema = z.tuple([z.uuid()]);
const afterKeySchema = z.tuple([z.string().max(100)]);

/** A parameter as it is on a day. */
export function parameterViewOf(key: ParameterKey, counting: readonly CountingParameter[], date: string): ParameterView {
  const definition = parameterOf(key);
  const current = changeOn(key, counting, date);
  // Of two for the same day only the one that counts is still to come.
  const days = [...new Set(counting.filter((one) => one.key === key && one.validFrom > date).map((one) => one.validFrom))].sort();
  const upcoming = days.flatMap((day) => {
    const change = changeOn(key, counting, day);
    return change === undefined ? [] : [{ changeId: change.changeId, value: change.value, validFrom: day }];
  });
  return {
    ...definition,
    key,
    isJudgedLater: definition.isJudgedLater ?? false,
    date,
    value: current?.value ?? definition.default,
    since: current?.validFrom ?? null,
    upcoming,
  };
}

/** By key. */
export async function readParameters(
  store: ParameterStore,
  tx: Transaction,
  query: z.infer<typeof parameterQuerySchema>,
  today: string,
): Promise<Page<ParameterView>> {
  const after = query.cursor === undefined ? '' : decodeCursor(afterKeySchema, query.cursor)[0];
  const counting = await store.readCounting(tx);
  const keys = parameterKeys
    .filter((key) => key > after && (query.service === undefined || parameterOf(key).service === query.service))
    .sort()
    .slice(0, query.limit + 1);
  return pageOf(
    keys,
    query.limit,
    (key) => [key],
    (key) => parameterViewOf(key, counting, query.date ?? today),
  );
}

/** The newest first. */
export async function readParameterChanges(
  store: ParameterStore,
  tx: Transaction,
  query: z.infer<typeof parameterChangeQuerySchema>,
): Promise<Page<ParameterChangeView>> {
  const before = query.cursor === undefined ? null : decodeCursor(afterIdSchema, query.cursor)[0];
  const filter = { key: query.key ?? null, status: query.status ?? null, before, limit: query.limit };
  return pageOf(await store.readPage(tx, filter), query.limit, (row) => [row.change_id], parameterChangeViewOf);
}

export function parameterChangeViewOf(row: ParameterChangeRow): ParameterChangeView {
  return {
    id: row.change_id,
    key: row.key,
    titleZh: parameterOf(keyOf(row.key)).titleZh,
    value: row.value,
    previousValue: row.facts.at(-1)?.previous_value ?? row.value,
    validFrom: row.valid_from,
    reasonZh: row.reason_zh,
    documentNo: row.document_no,
    status: row.status,
    facts: row.facts.map((fact) => ({ what: fact.what, by: fact.acted_by, at: fact.acted_at.toISOString(), reasonZh: fact.reason_zh })),
  };
}
