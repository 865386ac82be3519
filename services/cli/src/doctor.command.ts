import { writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CommandContext } from './command.ts';
import { bundleOf } from './doctor.bundle.ts';
import type { Check } from './doctor.check.ts';
import { checkMachine } from './doctor.machine.ts';
import { checkServer } from './doctor.server.ts';
import { type ExitCode, exitCodes } from './exit-code.rules.ts';
import { CommandFault } from './faults.ts';
import type { Column } from './output.ts';
import type { Session } from './session.ts';
import type { Texts } from './texts.ts';

/** `lianxin doctor`: what is wrong here, why, and what to do; exit 1 when there is a fault. */
export function registerDoctor(program: Command, context: CommandContext): void {
  const t = context.texts.doctor;
  program.command('doctor').description(t.description).option('--bundle [file]', t.bundleOption).action(context.action(examine));
}

async function examine(session: Session, options: { bundle?: string | true }): Promise<ExitCode> {
  const { texts, terminal } = session;
  const { dataDir } = session.connections;
  const machine = await checkMachine(dataDir, texts);
  const server = await checkServer(session);
  const checks = [...machine, ...server.checks];
  await session.output.rows(checkColumns(texts), [checks]);
  if (options.bundle !== undefined) {
    const file = options.bundle === true ? `lianxin-diagnostics-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.json` : options.bundle;
    const bundle = bundleOf({ ...server, checks, url: session.connections.url(), environment: session.environment, home: homedir() });
    await save(file, bundle, texts);
    terminal.say(texts.doctor.bundled(resolve(file)));
  }
  const faults = checks.filter((check) => check.state === 'FAULT').length;
  const warnings = checks.filter((check) => check.state === 'WARNING').length;
  terminal.say(terminal.paintTalk(faults > 0 ? 'bad' : 'good', texts.doctor.summary(faults, warnings)));
  return faults > 0 ? exitCodes.failure : exitCodes.ok;
}

/** For its owner's eyes, and never over a file that is there. */
async function save(file: string, text: string, texts: Texts): Promise<void> {
  try {
    await writeFile(file, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw new CommandFault(texts.fileUnwritable(file, (error as Error).message), exitCodes.failure, undefined, { cause: error });
  }
}

const marks = { OK: '✓', WARNING: '!', FAULT: '✗', SKIPPED: '-' } as const;

function checkColumns(texts: Texts): Column<Check>[] {
  const c = texts.columns;
  const paintOf = (check: Check) => (check.state === 'OK' ? 'good' : check.state === 'SKIPPED' ? 'faint' : 'bad');
  const titleOf = (check: Check) => `${texts.doctor.titles[check.name]}${check.part === undefined ? '' : ` · ${check.part}`}`;
  return [
    { key: 'state', title: ' ', value: (row) => row.state, shown: (row) => marks[row.state], paint: paintOf },
    { key: 'name', title: c.check, value: (row) => (row.part === undefined ? row.name : `${row.name}/${row.part}`), shown: titleOf },
    { key: 'detail', title: c.detail, value: (row) => row.detail, maxCharacters: 100 },
    { key: 'cause', title: c.cause, value: (row) => row.cause, maxCharacters: 120 },
    { key: 'remedy', title: c.remedy, value: (row) => row.remedy, maxCharacters: 160 },
  ];
}
