export const outputFormats = ['table', 'json', 'yaml', 'csv'] as const;
export type OutputFormat = (typeof outputFormats)[number];
export const languages = ['zh', 'en'] as const;
export type Language = (typeof languages)[number];

/** Options that every command understands. */
export interface GlobalOptions {
  readonly url?: string;
  readonly key?: string;
  readonly as?: string;
  readonly dataDir?: string;
  readonly profile?: string;
  readonly output: OutputFormat;
  readonly bom: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly lang: Language;
  readonly verbose: boolean;
  readonly color: boolean;
  readonly timeout: number;
}

/** The language must be known before the command line is parsed: help and usage faults are told in it. */
export function languageOf(argv: readonly string[], environment: Readonly<Record<string, string | undefined>>): Language {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const index = own.lastIndexOf('--lang');
  const asked = own.findLast((word) => word.startsWith('--lang='))?.slice('--lang='.length) ?? (index < 0 ? undefined : own[index + 1]);
  return (asked ?? environment['LIANXIN_LANG']) === 'en' ? 'en' : 'zh';
}
