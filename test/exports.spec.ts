import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}
interface ApiDocument {
  readonly paths: Readonly<Record<string, { readonly get?: Operation } | undefined>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}
interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }>>;
}

/** The joined document of all services; `npm run check` keeps it equal to what they answer. */
const api = JSON.parse(readFileSync(join(import.meta.dirname, '../docs/generated/openapi.json'), 'utf8')) as ApiDocument;

/** Lists without an export of their own, and why (decision 0010). */
const exceptions: Readonly<Record<string, string>> = {
  '/api/v1/parked': 'asked of all services at that moment and never long; `lianxin parked ls -o csv` writes it',
  '/api/v1/subjects': 'a look-up by a number that was given: one subject, or none',
  '/api/v1/entry-deadlines/cross-checks': 'the last 31 nights, whole',
  '/api/v1/calendars': 'the working-day tables of a few years, whole',
  '/api/v1/list-entries/{id}/publications': 'the few channels of one entry; `publications/export` exports all',
  '/api/v1/public/credit-agencies': 'the few agencies that are late, for everybody to read; `credit-agencies/export` exports all',
  '/api/v1/urge-contacts': 'addresses of clerks: masked on the screen, in no file (R-8-8)',
  '/api/v1/checks/matters': 'what the caller may choose from, whole: rows of the catalogue',
  '/api/v1/task-delegations': 'who stands in for whom in one department, now and soon, whole',
  '/api/v1/tasks/{id}/feedback': 'of one task; `feedback/export?taskId=` exports it',
};

/** Below a list's own exports stands the record of who exported what: it is read, never carried out (R-8-13). */
const isRecordOfExports = (path: string) => path.endsWith('/exports');

function rowsOf(get: Operation): boolean {
  const schema = get.responses['200']?.content?.['application/json']?.schema;
  const own = schema?.$ref === undefined ? schema : api.components.schemas[schema.$ref.split('/').at(-1) ?? ''];
  return own?.properties?.['data'] !== undefined;
}

const lists = Object.entries(api.paths).flatMap(([path, item]) =>
  item?.get !== undefined && rowsOf(item.get) && !isRecordOfExports(path) ? [path] : [],
);
/** Beside the list; of rows below one object also with the object as a filter: `list-batches/{id}/rows` by `list-batches/rows/export?batchId=`. */
const exportOfList = (path: string) =>
  [`${path}/export`, `${path.replaceAll(/\/\{[^}]+\}/g, '')}/export`].find((one) => api.paths[one]?.get !== undefined);
const queryOf = (path: string | undefined) =>
  (api.paths[path ?? '']?.get?.parameters ?? []).filter((one) => one.in === 'query').map((one) => one.name);

test('every list that the API shows can be exported, or it is said why not', () => {
  expect(lists.length).toBeGreaterThan(20);
  const without = lists.filter((path) => exportOfList(path) === undefined);
  expect(without.sort()).toEqual(Object.keys(exceptions).sort());
});

test.each(lists.filter((path) => exceptions[path] === undefined))('the export of %s takes every filter of its screen', (path) => {
  const filters = queryOf(path).filter((name) => !['cursor', 'limit', 'sort', 'wait'].includes(name));
  expect(queryOf(exportOfList(path))).toEqual(expect.arrayContaining(filters));
});
