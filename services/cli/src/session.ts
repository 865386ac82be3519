import { createInterface } from 'node:readline/promises';
import { ApiClient, type PlannedRequest } from './api.client.ts';
import { Connections, type Environment } from './connection.ts';
import { exitCodes } from './exit-code.rules.ts';
import { CommandFault } from './faults.ts';
import type { GlobalOptions } from './options.ts';
import { Output } from './output.ts';
import type { Terminal } from './terminal.ts';
import { cleanLine, escapeControls } from './terminal-text.rules.ts';
import type { Texts } from './texts.ts';

/** What a command works with, from the global options of one run. */
export class Session {
  readonly output: Output;
  readonly connections: Connections;
  private readonly planned: PlannedRequest[] = [];

  constructor(
    readonly options: GlobalOptions,
    readonly texts: Texts,
    readonly terminal: Terminal,
    readonly environment: Environment,
  ) {
    this.output = new Output(terminal, options);
    const warned = new Set<string>();
    this.connections = new Connections(options, environment, texts, (line) => {
      if (!warned.has(line)) terminal.say(terminal.paintTalk('bad', line));
      warned.add(line);
    });
  }

  /**
   * A client of the gateway.
   * @param fallback name of the demo key that is taken when the caller gave none; undefined for acts, which need to be told for whom.
   */
  client(fallback: string | undefined): ApiClient {
    return this.clientWith(this.connections.find(fallback).key);
  }

  /** A client with this key, or none: for pages that are open to all. */
  clientWith(key: string | undefined): ApiClient {
    const { options, texts, terminal } = this;
    return new ApiClient({
      url: this.connections.url(),
      key,
      language: options.lang === 'zh' ? 'zh-CN' : 'en',
      timeoutMs: options.timeout * 1000,
      texts,
      trace: options.verbose ? (line) => terminal.say(terminal.paintTalk('faint', cleanLine(line))) : undefined,
      say: (line) => terminal.say(line),
      plan: options.dryRun ? (request) => void this.planned.push(request) : undefined,
    });
  }

  /**
   * Asks before something that cannot be taken back. A dry run is not asked; nobody at the terminal and no `--yes` is a fault of usage.
   * @throws CommandFault when the answer is no.
   */
  async confirm(question: string): Promise<void> {
    if (this.options.yes || this.options.dryRun) return;
    const { terminal, texts } = this;
    if (!terminal.canAsk) throw new CommandFault(texts.needsYes(question), exitCodes.usage);
    const prompt = createInterface({ input: terminal.input, output: terminal.err });
    const stop = new AbortController();
    prompt.once('SIGINT', () => stop.abort());
    try {
      const answer = await prompt.question(`${cleanLine(question)} [y/N] `, { signal: stop.signal });
      if (!/^(y|yes|是)$/i.test(answer.trim())) throw new CommandFault(texts.notDone);
    } catch (error) {
      // Ctrl-C and Ctrl-D are a no.
      if ((error as Error).name === 'AbortError') throw new CommandFault(texts.notDone, exitCodes.failure, undefined, { cause: error });
      throw error;
    } finally {
      prompt.close();
    }
  }

  /** Shows what a dry run has gathered. */
  async showPlanned(): Promise<void> {
    if (!this.options.dryRun) return;
    if (this.output.isTable) {
      for (const { method, url, headers, body } of this.planned) {
        const lines = [`${method} ${url}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
        if (body !== null) lines.push('', escapeControls(JSON.stringify(body, null, 2)));
        await this.terminal.data(`${lines.join('\n')}\n`);
      }
    } else await this.output.rows(plannedColumns, [this.planned]);
    this.terminal.say(this.texts.dryRun(this.planned.length));
  }
}

const plannedColumns = (['method', 'url', 'headers', 'body'] as const).map((key) => ({
  key,
  title: key,
  value: (request: PlannedRequest) => request[key],
}));
