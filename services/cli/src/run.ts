import { type Command, CommanderError } from 'commander';
import type { CommandContext } from './command.ts';
import type { Environment } from './connection.ts';
import { type ExitCode, exitCodes } from './exit-code.rules.ts';
import { faultLines } from './fault.view.ts';
import { ApiRefusal, CommandFault } from './faults.ts';
import { type GlobalOptions, languageOf } from './options.ts';
import { buildProgram } from './program.ts';
import { Session } from './session.ts';
import { type InputStream, type Stream, Terminal } from './terminal.ts';
import { escapeControls } from './terminal-text.rules.ts';
import { type Texts, textsOf } from './texts.ts';
import { readUsageFault } from './usage.rules.ts';

export interface Surroundings {
  readonly environment: Environment;
  readonly out: Stream;
  readonly err: Stream;
  readonly input: InputStream;
}

/** Runs one command line and says how it ended; whatever happens is told on stderr, in the language that was asked for. */
export async function run(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { environment, out, err, input } = surroundings;
  const language = languageOf(argv, environment);
  const texts = textsOf(language);
  const wantsColour = !argv.includes('--no-color') && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb';
  const terminal = new Terminal(out, err, input, wantsColour);
  let exitCode: ExitCode = exitCodes.ok;
  const action: CommandContext['action'] = <Typed extends readonly unknown[]>(
    work: (session: Session, ...typed: Typed) => Promise<ExitCode>,
  ) => {
    return async (...typed: unknown[]) => {
      const command = typed.at(-1) as Command;
      const session = new Session({ ...command.optsWithGlobals<GlobalOptions>(), lang: language }, texts, terminal, environment);
      exitCode = await work(session, ...(typed.slice(0, -1) as unknown as Typed));
      await session.showPlanned();
    };
  };
  const program = buildProgram({ texts, language, action }, { out: (text) => void out.write(text), err: (text) => void err.write(text) });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return usageFault(error, texts, terminal);
    return tell(error, argv, texts, terminal);
  }
}

function tell(error: unknown, argv: readonly string[], texts: Texts, terminal: Terminal): ExitCode {
  const wantsJson = /(^| )(-o ?|--output[ =])json\b/.test(argv.join(' '));
  if (error instanceof ApiRefusal && wantsJson) terminal.say(escapeControls(JSON.stringify(error.problem)));
  else terminal.say(paintFirst(faultLines(error, texts), terminal));
  return error instanceof ApiRefusal || error instanceof CommandFault ? error.exitCode : exitCodes.failure;
}

function paintFirst([first = '', ...others]: readonly string[], terminal: Terminal): string {
  return [terminal.paintTalk('bad', first), ...others].join('\n');
}

/** Help and version are no faults; anything else that the parser throws is one of usage. */
function usageFault(error: CommanderError, texts: Texts, terminal: Terminal): ExitCode {
  if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version') return exitCodes.ok;
  // A group without a command shows its help: what was meant is not known.
  if (error.code !== 'commander.help')
    terminal.say(paintFirst([`✗ ${texts.usage.fault(readUsageFault(error.code, error.message))}`, `  ${texts.usage.seeHelp}`], terminal));
  return exitCodes.usage;
}
