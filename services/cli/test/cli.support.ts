import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateUscc } from '@lianxin/contracts';
import pg from 'pg';
import { daysAgo } from '../../../test/support/flags.ts';
import { System } from '../../../test/support/system.ts';

const root = join(import.meta.dirname, '../../..');
const node = join(root, 'node_modules/.bin/node');
const lianxin = join(root, 'services/cli/bin/lianxin.mjs');

/** How one run of the command ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A row of a file that was refused, as the command line tells it. */
export interface Fault {
  readonly line: number;
  readonly field: string;
  readonly code: string;
  readonly reason: string;
  readonly remedy: string;
}

/** The whole system as a user runs it, and the command as a user types it. */
export class Desk {
  private constructor(
    readonly system: System,
    /** Of this test alone. */
    readonly folder: string,
  ) {}

  static async open(): Promise<Desk> {
    const system = await System.create('standalone');
    const desk = new Desk(system, await mkdtemp(join(tmpdir(), 'lianxin-cli-')));
    await system.start();
    return desk;
  }

  async close(): Promise<void> {
    await this.system.remove();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Runs `lianxin` with these words, in an environment that knows of this system alone. */
  run(words: readonly string[], environment: Record<string, string> = {}, until?: (out: string) => boolean): Promise<Ended> {
    return runCommand(words, { LIANXIN_DATA_DIR: this.system.dataDir, ...environment }, this.folder, until);
  }

  /** Runs and reads its JSON; fails with what it said when it ended otherwise than well. */
  async json<Body>(...words: readonly string[]): Promise<Body> {
    const ended = await this.run([...words, '-o', 'json']);
    if (ended.code !== 0) throw new Error(`${words.join(' ')} ended with ${ended.code}: ${ended.err}`);
    return JSON.parse(ended.out) as Body;
  }

  /** What somebody sees who reads one line and leaves (`| head -1`). */
  firstLine(...words: readonly string[]): Promise<Ended> {
    const typed = [node, lianxin, ...words].map((word) => `'${word}'`).join(' ');
    return ending(
      spawn('bash', ['-o', 'pipefail', '-c', `${typed} | head -1`], settingsOf({ LIANXIN_DATA_DIR: this.system.dataDir }, this.folder)),
    );
  }

  async file(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, content);
    return path;
  }

  /** As the database's administrator: to break things that no caller can break. */
  async query(sql: string): Promise<void> {
    const { postgresPassword } = JSON.parse(await readFile(join(this.system.dataDir, 'secrets.json'), 'utf8')) as {
      postgresPassword: string;
    };
    const port = Number(await readFile(join(this.system.dataDir, 'postgres/port'), 'utf8'));
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password: postgresPassword, database: 'lianxin' });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }
}

/** @param until once what it wrote fulfils this, the command is interrupted as by Ctrl-C */
export function runCommand(
  words: readonly string[],
  environment: Record<string, string>,
  folder: string,
  until?: (out: string) => boolean,
): Promise<Ended> {
  return ending(spawn(node, [lianxin, ...words], settingsOf(environment, folder)), until);
}

function settingsOf(environment: Record<string, string>, folder: string) {
  return { cwd: folder, env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...environment } };
}

function ending(child: ChildProcessWithoutNullStreams, until?: (out: string) => boolean): Promise<Ended> {
  return new Promise((resolve, reject) => {
    let out = '';
    let err = '';
    child.stdin.end();
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      // Once, as a person does: a second Ctrl-C would end it the hard way.
      if (!child.killed && until?.(out) === true) child.kill('SIGINT');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

const header =
  'listCode,sourceRecordId,subject.kind,subject.name,subject.usccCode,subject.regionCode,facts,grade,basis.document,decision.name,decision.number,decision.date,notice.servedOn,notice.defenceEndedOn,service.decisionServedOn,service.repairNoticeServedOn';
let serial = 0;

/** A list file with one row for each name; a name that is `undefined` makes a row with a wrong code. */
export function listFile(names: readonly (string | undefined)[]): string {
  const rows = names.map((name) => {
    serial++;
    const usccCode = name === undefined ? '91320799MA00000156' : generateUscc('91', 'MC', serial);
    const shown = `"${(name ?? '有误').replaceAll('"', '""')}"`;
    const dates = [daysAgo(10), daysAgo(40), daysAgo(20), daysAgo(8), daysAgo(8)].join(',');
    return `FL-WAGE,cli-${serial},LEGAL,${shown},${usccCode},320706,合成事由,GENERAL,依据,决定书,决〔2026〕${serial}号,${dates}`;
  });
  return `\uFEFF${header}\n${rows.join('\n')}\n`;
}
