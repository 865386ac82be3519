import { ApiRefusal, CommandFault, NoAnswer, type Problem } from './faults.ts';
import { cleanLine } from './terminal-text.rules.ts';
import type { Texts } from './texts.ts';

/** A fault as a person reads it: what, why, how to go on, where. Texts of the server are cleaned for the terminal. */
export function faultLines(error: unknown, texts: Texts): string[] {
  if (error instanceof ApiRefusal) return problemLines(error.problem, texts);
  if (error instanceof NoAnswer) return [`✗ ${texts.noAnswer[error.reason](error.url)}`, `  ${texts.remedy(texts.noAnswerRemedy)}`];
  if (error instanceof CommandFault) {
    return [`✗ ${cleanLine(error.message)}`, ...(error.remedy === undefined ? [] : [`  ${texts.remedy(cleanLine(error.remedy))}`])];
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [`✗ ${texts.unexpected}`, ...text.split('\n').map((line) => `  ${cleanLine(line)}`)];
}

function problemLines(problem: Problem, texts: Texts): string[] {
  const { title, code, status, detail, remedy, errors, traceId } = problem;
  return [
    `✗ ${cleanLine(title)}  ${cleanLine(code)} (${status})`,
    ...(detail === '' || detail === title ? [] : [`  ${cleanLine(detail)}`]),
    ...(remedy === undefined ? [] : [`  ${texts.remedy(cleanLine(remedy))}`]),
    ...errors.map(
      (fault) => `  ${cleanLine(fault.pointer === '' ? '/' : fault.pointer)}  ${cleanLine(fault.code)}  ${cleanLine(fault.detail)}`,
    ),
    ...(traceId === undefined ? [] : [`  traceId ${cleanLine(traceId)}`]),
  ];
}
