import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ProblemError } from '@lianxin/contracts';
import { createLogger, Database, faultMessage, faultOf, faultText, isTransientDatabaseError, NestLogger } from '@lianxin/platform';
import { TestCity } from '@lianxin/testing';
import { z } from 'zod';

const idNumber = '110101199003078515';
const personName = '张某某';
const values = /110101199003078515|张某某|13800138000/;

let city: TestCity;
let database: Database;
let lines: string[] = [];
const logger = createLogger(
  'privacy',
  'debug',
  new Writable({
    write: (line, _encoding, done) => {
      lines.push(String(line));
      done();
    },
  }),
);

beforeAll(async () => {
  city = await TestCity.create('postgres', ['privacy']);
  await city.query(
    `CREATE TABLE privacy.person (id_number text PRIMARY KEY, name text NOT NULL CHECK (name <> '${personName}'), born date, count integer)`,
  );
  await city.query('GRANT ALL ON privacy.person TO privacy_consumer');
  const { LIANXIN_DATABASE_URL = '', LIANXIN_DATABASE_SECRET = '' } = city.environment;
  database = await Database.connect('privacy', { LIANXIN_DATABASE_URL, LIANXIN_DATABASE_SECRET, LIANXIN_DATABASE_POOL: 1 });
});
afterAll(async () => {
  await database.close();
  await city.close();
});

const insert = 'INSERT INTO person (id_number, name, born, count) VALUES ($1, $2, $3, $4)';

async function failureOf(...statements: [string, unknown[]][]): Promise<unknown> {
  try {
    await database.consumerTransaction(async (tx) => {
      for (const [sql, parameters] of statements) await tx.execute(sql, parameters);
    });
  } catch (error) {
    return error;
  }
  throw new Error('the database refused nothing');
}

/** What the real logger writes of it. */
function loggedOf(log: () => void): { text: string; line: Record<string, unknown> & { err: Record<string, string> } } {
  lines = [];
  log();
  expect(lines).toHaveLength(1);
  return { text: lines.join(''), line: JSON.parse(lines.join('')) };
}

test('a doubled ID number is logged with its constraint and place, and without the number', async () => {
  const row: [string, unknown[]] = [insert, [idNumber, '李某', null, null]];
  const error = await failureOf(row, row);
  // So that the test proves something: the error itself holds it, in its detail and in its parameters.
  expect(JSON.stringify(error)).toContain(idNumber);
  const { text, line } = loggedOf(() => logger.error({ err: error }, 'a key is parked'));
  expect(text).not.toMatch(values);
  expect(text).not.toContain('李某');
  expect(line.err).toMatchObject({ type: 'QueryFailedError', code: '23505', constraint: 'person_pkey', table: 'person' });
  expect(line.err['message']).toBe('duplicate key value violates unique constraint "person_pkey"');
  expect(line.err['stack']).toContain('database.ts');
});

test.each<[string, unknown[]]>([
  ['a refused row', [idNumber, personName, null, null]],
  ['a missing name', [idNumber, null, null, null]],
  ['a value of the wrong type', ['1', 'x', null, `${idNumber} "${personName}" 13800138000`]],
  ['a date that is none', ['1', 'x', `"${personName}`, null]],
  ['a character that cannot be stored', [`${idNumber}\u0000`, personName, null, null]],
])('%s is logged without its values', async (_what, parameters) => {
  const error = await failureOf([insert, parameters]);
  for (const log of [
    () => logger.error({ err: error }, 'failed'),
    () => logger.error(error),
    () => logger.warn({ err: error }),
    () => logger.warn({ fault: error, while: 'under another name' }, 'failed'),
    () => logger.error({ err: new Error('the import failed', { cause: error }) }, 'failed'),
    () => logger.error({ err: new AggregateError([error], 'several') }, 'failed'),
    () => logger.child({ err: error }).error('failed'),
    () => new NestLogger(logger).error(error),
    () => new NestLogger(logger).error('failed', (error as Error).stack),
  ]) {
    const { text } = loggedOf(log);
    expect(text).not.toMatch(values);
    expect(text).toMatch(/\d\d[0-9A-Z]{3}|violates|syntax|invalid|failed/);
  }
  expect(faultText(error)).not.toMatch(values);
});

test('text that cannot be read is not quoted in the log', () => {
  const attempts = [
    () => JSON.parse(`{"name": ${personName}}`),
    () => z.object({ [idNumber]: z.enum(['x']) }).parse({ [idNumber]: personName }),
  ];
  for (const attempt of attempts) {
    let thrown: unknown;
    try {
      attempt();
    } catch (error) {
      thrown = error;
    }
    expect(faultMessage(thrown)).toMatch(/cannot be parsed|invalid_value/);
    expect(loggedOf(() => logger.error({ err: new Error('unreadable', { cause: thrown }) }, 'failed')).text).not.toMatch(values);
  }
});

test('an ID number that got into a text is hidden in the line, identifiers of ours are not', () => {
  const traceId = `${idNumber}${'0'.repeat(14)}`;
  const { text } = loggedOf(() =>
    logger.info({ reason: `first\n${idNumber}`, traceId, file: `名单${idNumber}.xlsx` }, `见 ${idNumber}，110101900307851`),
  );
  expect(text.match(/\[id number\]/g)).toHaveLength(4);
  expect(text).toContain(traceId);
});

test('our own messages, system codes and refusals keep what helps to find the cause', () => {
  expect(faultOf(new Error('told to fail'))).toMatchObject({ type: 'Error', message: 'told to fail' });
  expect(faultOf(Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED', address: '127.0.0.1' }))).toEqual({
    type: 'Error',
    message: 'connect ECONNREFUSED 127.0.0.1:5432',
    code: 'ECONNREFUSED',
    stack: expect.stringMatching(/^\s+at /),
  });
  expect(faultOf(new ProblemError('CONFLICT', '状态已改变'))).toMatchObject({ code: 'CONFLICT' });
  expect(faultOf('text that was thrown 张某某').message).not.toMatch(values);
});

test('a connection that broke while we wrote is a passing fault', () => {
  expect(isTransientDatabaseError(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))).toBe(true);
});

test('a fault that nobody caught ends the process with a line that holds no values', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lianxin-uncaught-'));
  const script = join(folder, 'uncaught.mjs');
  const source = (file: string) => JSON.stringify(new URL(`../src/${file}`, import.meta.url).href);
  await writeFile(
    script,
    `import { createLogger } from ${source('logger.ts')};
     import { endOnUncaught } from ${source('telemetry.uncaught.ts')};
     endOnUncaught(createLogger('uncaught', 'info'));
     const refused = { severity: 'ERROR', code: '23505', constraint: 'person_pkey', detail: 'Key (id_number)=(${idNumber}) already exists.' };
     Promise.reject(Object.assign(new Error('duplicate key'), refused, { parameters: ['${personName}'] }));
     setInterval(() => undefined, 1000);`,
  );
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += String(part)));
  const [status] = await once(child, 'close');
  await rm(folder, { recursive: true });
  expect(status).toBe(1);
  expect(said).toContain('a fault that nobody caught');
  expect(said).toContain('person_pkey');
  expect(said).not.toMatch(values);
});
