import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Command } from 'commander';
import type { CommandContext } from './command.ts';
import { type Setting, type SettingDefinition, settingsOf } from './config.rules.ts';
import type { Environment } from './connection.ts';
import { type ExitCode, exitCodes } from './exit-code.rules.ts';
import { CommandFault } from './faults.ts';
import type { Column } from './output.ts';
import type { Session } from './session.ts';
import type { Texts } from './texts.ts';

/** `lianxin config check`: the settings that every service reads, before one is started. */
export function registerConfig(program: Command, context: CommandContext): void {
  const { texts } = context;
  const config = program.command('config').description(texts.config.description);
  config
    .command('check')
    .description(texts.config.check)
    .option('--env-file <file>', texts.config.envFileOption)
    .action(context.action(check));
}

async function check(session: Session, options: { envFile?: string }): Promise<ExitCode> {
  const { texts, terminal, output } = session;
  const environment = { ...session.environment, ...readEnvFile(options.envFile, texts) };
  const { definitions, faults } = await validate(environment);
  const settings = settingsOf(definitions, environment, faults);
  await output.rows(settingColumns(texts), [settings]);
  terminal.say(faults.length === 0 ? texts.config.well(settings.length) : texts.config.faults(faults.length));
  return faults.length === 0 ? exitCodes.ok : exitCodes.failure;
}

/** The library that the services themselves start with says what is wrong; it is loaded only here, for it brings the whole framework. */
async function validate(environment: Environment): Promise<{ definitions: SettingDefinition[]; faults: readonly string[] }> {
  const [{ ConfigError, platformConfigSchema, readConfig }, { messagingConfigSchema }] = await Promise.all([
    import('@lianxin/platform'),
    import('@lianxin/messaging'),
  ]);
  const schema = platformConfigSchema.extend(messagingConfigSchema.shape);
  const definitions = Object.entries(schema.shape).map(([name, setting]) => {
    const empty = setting.safeParse(undefined);
    return { name, isRequired: !empty.success, default: empty.data };
  });
  try {
    readConfig(schema, environment);
    return { definitions, faults: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { definitions, faults: error.faults };
  }
}

function readEnvFile(file: string | undefined, texts: Texts): Environment {
  if (file === undefined) return {};
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CommandFault(texts.fileUnreadable(file, (error as Error).message), exitCodes.failure, undefined, { cause: error });
  }
}

function settingColumns(texts: Texts): Column<Setting>[] {
  const c = texts.columns;
  return [
    { key: 'name', title: c.setting, value: (row) => row.name },
    { key: 'value', title: c.value, value: (row) => row.value },
    { key: 'source', title: c.source, value: (row) => row.source, shown: (row) => texts.config.sources[row.source] },
    { key: 'default', title: c.default, value: (row) => row.default },
    { key: 'fault', title: c.fault, value: (row) => row.fault, paint: () => 'bad', maxCharacters: 120 },
  ];
}
