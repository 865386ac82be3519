import { Command, Option } from 'commander';
import { registerBatch } from './batch.command.ts';
import { registerCatalogue } from './catalogue.command.ts';
import { registerChecks } from './check.command.ts';
import { type CommandContext, readersOf } from './command.ts';
import { registerCompletion } from './completion.command.ts';
import { registerConfig } from './config.command.ts';
import { registerDemo } from './demo.command.ts';
import { registerDoctor } from './doctor.command.ts';
import { registerExport } from './export.command.ts';
import { registerImports } from './import-flow.command.ts';
import { registerIncidents } from './incident.command.ts';
import { registerLag } from './lag.command.ts';
import { registerListEntries } from './list-entry.command.ts';
import { registerMatch } from './match.command.ts';
import { registerObjections } from './objection.command.ts';
import { languages, outputFormats } from './options.ts';
import { registerParameters } from './parameter.command.ts';
import { registerParked } from './parked.command.ts';
import { registerRedelivery } from './redelivery.command.ts';
import { registerRepair } from './repair.command.ts';
import { registerReplays } from './replay.command.ts';
import { registerStats } from './stats.command.ts';
import { registerTasks } from './task.command.ts';
import type { Texts } from './texts.ts';
import { registerTimeline } from './timeline.command.ts';
import { cliVersion } from './version.ts';
import { registerZeroReports } from './zero-report.command.ts';

/** The whole command line: global options, command groups, help in the chosen language. Faults of usage are thrown, never printed here. */
export function buildProgram(context: CommandContext, help: { out: (text: string) => void; err: (text: string) => void }): Command {
  const { texts } = context;
  const program = new Command('lianxin').description(texts.description).version(cliVersion, '-V, --version', texts.options.version);
  program.exitOverride().configureOutput({ writeOut: help.out, writeErr: help.err, outputError: () => undefined });
  configureHelp(program, texts);
  addGlobalOptions(program, texts);
  registerDemo(program, context);
  registerListEntries(program, context);
  registerImports(program, context);
  registerBatch(program, context);
  registerMatch(program, context);
  registerCatalogue(program, context);
  registerIncidents(program, context);
  registerParameters(program, context);
  registerTasks(program, context);
  registerChecks(program, context);
  registerZeroReports(program, context);
  registerRepair(program, context);
  registerObjections(program, context);
  registerReplays(program, context);
  registerTimeline(program, context);
  registerRedelivery(program, context);
  registerStats(program, context);
  registerExport(program, context);
  registerLag(program, context);
  registerParked(program, context);
  registerDoctor(program, context);
  registerConfig(program, context);
  registerCompletion(program, context);
  // Help is an option here; as a command it would be a second word for it in every group.
  for (const group of program.commands) group.helpCommand(false);
  return program;
}

function addGlobalOptions(program: Command, texts: Texts): void {
  const t = texts.options;
  program
    .option('--url <url>', t.url)
    .option('--key <key>', t.key)
    .option('--as <name>', t.as)
    .option('--data-dir <folder>', t.dataDir)
    .option('--profile <name>', t.profile)
    .addOption(new Option('-o, --output <format>', t.output).choices(outputFormats).default('table'))
    .option('--bom', t.bom, false)
    .option('--dry-run', t.dryRun, false)
    .option('--yes', t.yes, false)
    .addOption(new Option('--lang <language>', t.lang).choices(languages))
    .option('--verbose', t.verbose, false)
    .option('--no-color', t.noColor)
    .option('--timeout <seconds>', t.timeout, readersOf(texts).seconds, 30);
}

/** Subcommands take these settings over when they are made. */
function configureHelp(program: Command, texts: Texts): void {
  const t = texts.help;
  program
    .helpOption('-h, --help', t.help)
    .helpCommand(false)
    .configureHelp({
      showGlobalOptions: true,
      styleTitle: (title) => t.titles[title] ?? title,
      optionDescription: (option) =>
        [
          option.description,
          ...(option.argChoices === undefined ? [] : [t.choices(option.argChoices.join(', '))]),
          ...(option.defaultValue === undefined || typeof option.defaultValue === 'boolean'
            ? []
            : [t.default(String(option.defaultValue))]),
        ].join(' '),
      argumentDescription: (argument) =>
        [argument.description, ...(argument.argChoices === undefined ? [] : [t.choices(argument.argChoices.join(', '))])].join(' '),
    });
}
