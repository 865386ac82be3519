import { isNativeError } from 'node:util/types';

/** What may be told of an error outside of the process: enough to find the place and the rule, never a value that somebody entered. */
export interface Fault {
  readonly type: string;
  readonly message: string;
  /** SQLSTATE, or the system's code. */
  readonly code?: string;
  /** Constraint, table and column of the schema that refused. */
  readonly constraint?: string;
  readonly table?: string;
  readonly column?: string;
  /** Frames only: the head of a stack repeats the message. */
  readonly stack: string;
  readonly cause?: Fault;
  readonly errors?: readonly Fault[];
}

type Fields = Readonly<Record<string, unknown>>;

const maxDepth = 4;
const maxErrors = 5;
const maxFrames = 20;
const maxMessage = 1_000;

/** Old and new ID numbers: area, a real date of birth, sequence, check digit. A run of digits inside of a longer token (a trace id) is none. */
const idNumber =
  /(?<=\\[bfnrt]|[^0-9A-Za-z]|^)\d{6}(?:(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]|\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})(?![0-9A-Za-z])/g;

/** Hides whatever reads like an ID number of a natural person: the last guard before a line leaves the process. */
export function maskIdNumbers(text: string): string {
  return text.replace(idNumber, '[id number]');
}

export function isError(value: unknown): value is Error {
  return value instanceof Error || isNativeError(value);
}

/**
 * Describes whatever was thrown without the values it carries. PostgreSQL puts the refused row into `detail`, TypeORM puts SQL and parameters beside
 * it, JSON and zod quote what they could not read: only known fields are copied.
 */
export function faultOf(error: unknown, depth = 0): Fault {
  if (!isError(error)) return { type: typeof error, message: 'something that is no error was thrown', stack: '' };
  const database = databaseErrorOf(error);
  const fields = (database ?? error) as unknown as Fields;
  const cause = (error as { cause?: unknown }).cause;
  const errors = (error as { errors?: unknown }).errors;
  return {
    type: error.name,
    message: faultMessage(error),
    ...pick(fields, database === undefined ? ['code'] : ['code', 'constraint', 'table', 'column']),
    stack: framesOf(error.stack),
    ...(isError(cause) && depth < maxDepth ? { cause: faultOf(cause, depth + 1) } : {}),
    ...(error.name === 'AggregateError' && Array.isArray(errors) && depth < maxDepth
      ? { errors: errors.slice(0, maxErrors).map((one) => faultOf(one, depth + 1)) }
      : {}),
  };
}

/** The message of an error with values removed: for logs, spans and the reasons that are kept with parked events and timers. */
export function faultMessage(error: unknown): string {
  if (!isError(error)) return 'unknown fault';
  const database = databaseErrorOf(error);
  const issues = (error as { issues?: unknown }).issues;
  // Node quotes the text that it could not parse.
  if (error.name === 'SyntaxError') return 'text that cannot be parsed';
  if (Array.isArray(issues)) return maskIdNumbers(`does not fit its schema: ${issues.slice(0, 10).map(issueText).join('; ')}`);
  return maskIdNumbers(database === undefined ? error.message : databaseMessage(database)).slice(0, maxMessage);
}

/** For the terminal: message and frames of an error and of its causes. */
export function faultText(error: unknown): string {
  const fault = faultOf(error);
  const told = [`${fault.type}: ${fault.message}`, fault.stack];
  for (let cause = fault.cause; cause !== undefined; cause = cause.cause)
    told.push(`caused by ${cause.type}: ${cause.message}`, cause.stack);
  return told.filter((part) => part !== '').join('\n');
}

/** The frames of a stack, without its head. */
export function framesOf(stack: string | undefined): string {
  return (stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, maxFrames)
    .join('\n');
}

function databaseErrorOf(error: Error): Fields | undefined {
  const fields = ((error as { driverError?: unknown }).driverError ?? error) as Fields;
  const { code, severity } = fields;
  return typeof severity === 'string' && typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? fields : undefined;
}

/** Classes of SQLSTATE whose messages name objects of the schema only; every other message may quote a value. */
const classesWithoutValues = /^(08|23|25|40|42|53|55|57|58)/;

function databaseMessage(error: Fields): string {
  const message = String(error['message'] ?? '');
  const isOurs = error['routine'] === 'exec_stmt_raise';
  if (classesWithoutValues.test(String(error['code'])) && !isOurs) return message;
  // From the first quotation mark to the last: a value may itself hold one.
  return message.replace(/".*"/s, '"…"').replace(/'.*'/s, "'…'");
}

function issueText(issue: unknown): string {
  const { code, path } = issue as { code?: unknown; path?: unknown };
  return `/${Array.isArray(path) ? path.map(String).join('/') : ''}: ${String(code)}`;
}

function pick(fields: Fields, names: readonly string[]): Partial<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = fields[name];
      return typeof value === 'string' && value !== '' ? [[name, value]] : [];
    }),
  );
}
