/** What was wrong with a command line, taken out of the parser's English words. */
export interface UsageFault {
  /** The parser's code without its prefix: `unknownOption`, `missingArgument`, … */
  readonly code: string;
  /** Its own words, for what has no other. */
  readonly message: string;
  /** What the words are about: option, argument, command. */
  readonly about: string;
  /** Why a value is refused, where it says so. */
  readonly reason: string;
  readonly choices: string | undefined;
  /** What was probably meant. */
  readonly meant: string | undefined;
}

/** Reads a fault of commander: code and message. */
export function readUsageFault(code: string, message: string): UsageFault {
  const words = message
    .replace(/^error: /, '')
    .replaceAll('\n', ' ')
    .trim();
  const reason = /is invalid(?: for [^.]*)?\. (.*)$/.exec(words)?.[1] ?? '';
  const choices = /^Allowed choices are (.*)\.$/.exec(reason)?.[1];
  return {
    code: code.replace(/^commander\./, ''),
    message: words,
    about: [...words.matchAll(/'([^']*)'/g)].map(([, quoted]) => quoted).join(' '),
    reason: choices === undefined ? reason : '',
    choices,
    meant: /Did you mean ([^?]*)\?/.exec(words)?.[1],
  };
}
