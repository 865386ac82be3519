import { isRealDate } from '@lianxin/contracts';
import { InvalidArgumentError } from 'commander';
import type { ExitCode } from './exit-code.rules.ts';
import type { Language } from './options.ts';
import type { Session } from './session.ts';
import type { Texts } from './texts.ts';

/** What the command groups need to hang themselves into the program. */
export interface CommandContext {
  readonly texts: Texts;
  readonly language: Language;
  /**
   * Makes the action of a command: `work` gets a session of the global options and what was typed, arguments first, then the command's own options,
   * as commander gives them; it says how the command ended.
   */
  readonly action: <Typed extends readonly unknown[]>(
    work: (session: Session, ...typed: Typed) => Promise<ExitCode>,
  ) => (...typed: unknown[]) => Promise<void>;
}

/** Readers of arguments; what they refuse is a fault of usage. */
export function readersOf(texts: Texts) {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
  const refuse = (message: string): never => {
    throw new InvalidArgumentError(message);
  };
  const id = (value: string): string => (uuid.test(value) ? value : refuse(texts.usage.notId));
  return {
    id,
    ids: (value: string, previous: string[] | undefined): string[] => [...(previous ?? []), id(value)],
    date: (value: string): string => (isRealDate(value) ? value : refuse(texts.usage.notDate)),
    count: (value: string): number => (/^[1-9]\d{0,6}$/.test(value) ? Number(value) : refuse(texts.usage.notCount)),
    seconds: (value: string): number =>
      /^\d{1,5}(\.\d+)?$/.test(value) && Number(value) > 0 ? Number(value) : refuse(texts.usage.notSeconds),
    /** One or more of `allowed`, commas between. */
    someOf:
      (allowed: readonly string[]) =>
      (value: string): string => {
        const wrong = value.split(',').filter((part) => !allowed.includes(part));
        return wrong.length === 0 ? value : refuse(texts.usage.notOneOf(wrong.join(','), allowed.join(', ')));
      },
  };
}
