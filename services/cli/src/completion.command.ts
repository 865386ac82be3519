import { Argument, type Command } from 'commander';
import type { CommandContext } from './command.ts';
import { type CommandTree, completionScript, type Shell, shells } from './completion.rules.ts';
import { exitCodes } from './exit-code.rules.ts';

/** Options after which a shell offers files. */
const fileOptions = ['--evidence', '--env-file', '--bundle', '--data-dir'];

/** `lianxin completion <shell>`: prints the script that the shell reads. */
export function registerCompletion(program: Command, context: CommandContext): void {
  const t = context.texts.completion;
  program
    .command('completion')
    .description(t.description)
    .addArgument(new Argument('<shell>', t.shellArgument).choices(shells))
    .action(
      context.action(async (session, shell: Shell) => {
        await session.terminal.write(completionScript(shell, treeOf(program)));
        return exitCodes.ok;
      }),
    );
}

/** The program as it stands: a new command or choice is completed without a word here. */
function treeOf(command: Command): CommandTree {
  return {
    name: command.name(),
    options: command.options.map((option) => ({
      flags: [option.short, option.long].filter((flag) => flag !== undefined),
      choices: option.argChoices ?? [],
      takesFile: fileOptions.includes(option.long ?? ''),
    })),
    choices: command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
    commands: command.commands.map(treeOf),
  };
}
