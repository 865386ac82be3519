import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  beijingDate,
  objectionCapacitySchema,
  objectionChannelSchema,
  objectionEffectSchema,
  objectionFieldSchema,
  objectionKindSchema,
  objectionOutcomeSchema,
  serviceMethodSchema,
} from '@lianxin/contracts';
import { type Command, Option } from 'commander';
import { type CommandContext, readersOf } from './command.ts';
import { type ExitCode, exitCodes } from './exit-code.rules.ts';
import { CommandFault } from './faults.ts';
import { objectionTextsOf } from './objection.texts.ts';
import { type ObjectionView, objectionSchema } from './objection.views.ts';
import type { Session } from './session.ts';

const root = '/api/v1/objections';
const effects: Readonly<Record<string, string>> = { UPHELD: 'VOID', PARTLY_UPHELD: 'AMEND', DISMISSED: 'KEEP', UNCONFIRMED: 'NOTE' };

interface SubmitOptions {
  readonly entry?: string;
  readonly record?: string;
  readonly number?: string;
  readonly task?: string;
  readonly kind?: string;
  readonly capacity: string;
  readonly channel: string;
  readonly applicant?: string;
  readonly identity?: string;
  readonly how: string;
  readonly authority?: string;
  readonly relation?: string;
  readonly statement?: string;
  readonly evidence?: readonly string[];
}
interface ProposeOptions {
  readonly outcome: string;
  readonly effect?: string;
  readonly errorSource?: string;
  readonly documentNo: string;
  readonly reasons: string;
  readonly validTo?: string;
  readonly fields?: string;
}
type Show = (session: Session, view: ObjectionView) => Promise<void>;

/** The steps of an objection that are filled in: its submission, the finding, the answer. */
export function registerObjectionForms(objection: Command, context: CommandContext, show: Show): void {
  const t = objectionTextsOf(context.language);
  const read = readersOf(context.texts);
  const choice = (flags: string, description: string, choices: readonly string[]) => new Option(flags, description).choices(choices);
  objection
    .command('submit')
    .description(t.submit)
    .argument('[file]', t.fileArgument)
    .option('--entry <id>', t.entryOption, read.id)
    .option('--record <id>', t.recordOption, read.id)
    .option('--number <number>', t.numberOption)
    .option('--task <id>', t.taskOfOption, read.id)
    .option('--kind <kinds>', t.kindOption(objectionKindSchema.options.join(', ')), read.someOf(objectionKindSchema.options))
    .addOption(choice('--capacity <capacity>', t.capacityOption, objectionCapacitySchema.options).default('SUBJECT'))
    .addOption(choice('--channel <channel>', t.channelOption, objectionChannelSchema.options).default('WINDOW'))
    .option('--applicant <name>', t.applicantOption)
    .option('--identity <number>', t.identityOption)
    .addOption(choice('--how <how>', t.howOption, ['REAL_NAME', 'ID_DOCUMENT', 'LICENCE']).default('LICENCE'))
    .option('--authority <number>', t.authorityOption)
    .option('--relation <number>', t.relationOption)
    .option('--statement <text>', t.statementOption)
    .option('--evidence <file...>', t.evidenceOption)
    .action(
      context.action(async (session: Session, file: string | undefined, options: SubmitOptions) =>
        send(session, root, await submissionOf(session, file, options), show),
      ),
    );
  objection
    .command('propose')
    .description(t.propose)
    .argument('<id>', t.idArgument, read.id)
    .addOption(choice('--outcome <outcome>', t.outcomeOption, objectionOutcomeSchema.options).makeOptionMandatory())
    .addOption(choice('--effect <effect>', t.effectOption, objectionEffectSchema.options))
    .addOption(choice('--error-source <source>', t.sourceOption, ['PLATFORM', 'SOURCE']))
    .requiredOption('--document-no <number>', t.documentOption)
    .requiredOption('--reasons <text>', t.reasonsOption)
    .option('--valid-to <date>', t.validToOption, read.date)
    .option('--fields <fields>', t.fieldsOption, read.someOf(objectionFieldSchema.options))
    .action(
      context.action((session: Session, id: string, { fields, effect, ...given }: ProposeOptions) => {
        const body = { ...given, effect: effect ?? effects[given.outcome], correctedFields: fields?.split(',') };
        return send(session, `${root}/${id}/propose`, body, show);
      }),
    );
  objection
    .command('answer')
    .description(t.answer)
    .argument('<id>', t.idArgument, read.id)
    .requiredOption('--document-no <number>', t.documentOption)
    .addOption(choice('--method <method>', t.methodOption, serviceMethodSchema.options).default('ELECTRONIC'))
    .option('--on <date>', t.onOption, read.date)
    .action(
      context.action((session: Session, id: string, { on, ...given }: { on?: string; documentNo: string; method: string }) =>
        send(session, `${root}/${id}/complete`, { ...given, answeredOn: on ?? beijingDate(new Date()) }, show),
      ),
    );
}

async function send(session: Session, path: string, body: unknown, show: Show): Promise<ExitCode> {
  const view = await session.client(undefined).change({ path, body }, objectionSchema);
  if (view !== undefined) await show(session, view);
  return exitCodes.ok;
}

/** @throws CommandFault unless it is given in exactly one way, whole, and its files can be read */
async function submissionOf(session: Session, file: string | undefined, options: SubmitOptions): Promise<unknown> {
  const {
    entry,
    record,
    number,
    task: taskId,
    kind,
    capacity,
    channel,
    applicant,
    identity,
    how,
    authority,
    relation,
    statement,
  } = options;
  const targets = [entry, record, number].filter((target) => target !== undefined);
  const isFilled = targets.length === 1 && kind !== undefined && applicant !== undefined && statement !== undefined;
  const isEmpty = targets.length === 0 && [kind, applicant, statement, options.evidence].every((one) => one === undefined);
  if (file === undefined ? !isFilled : !isEmpty) throw new CommandFault(objectionTextsOf(session.options.lang).oneForm, exitCodes.usage);
  if (file !== undefined) return readJsonFile(session, file);
  const evidence = await Promise.all(
    (options.evidence ?? []).map(async (path) => ({ title: basename(path), sha256: await hashOf(session, path) })),
  );
  return {
    target: { kind: record === undefined ? 'LIST_ENTRY' : 'PUBLIC_RECORD', id: entry ?? record, number, taskId },
    kinds: kind?.split(','),
    ...{ capacity, channel, applicant: { name: applicant }, statement, evidence },
    ...(identity === undefined ? {} : { identityProof: { documentNo: identity, how } }),
    ...(authority === undefined ? {} : { authority: { documentNo: authority } }),
    ...(relation === undefined ? {} : { relationProof: { documentNo: relation } }),
  };
}

async function hashOf(session: Session, path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandFault(objectionTextsOf(session.options.lang).unreadable(path, reason), exitCodes.usage, undefined, { cause: error });
  }
  return hash.digest('hex');
}

/** @throws CommandFault for a file that is missing or no JSON */
export async function readJsonFile(session: Session, path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    const t = objectionTextsOf(session.options.lang);
    throw new CommandFault(t.notJson(path, error instanceof Error ? error.message : String(error)), exitCodes.usage, t.jsonRemedy);
  }
}
