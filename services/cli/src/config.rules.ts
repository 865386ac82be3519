import { isSecretName, withoutCredentials } from './mask.rules.ts';

export type SettingSource = 'ENVIRONMENT' | 'FILE' | 'DEFAULT' | 'OPTIONAL' | 'MISSING';

/** One setting of a service as it stands in an environment. */
export interface Setting {
  readonly name: string;
  /** Masked where it is a secret; null where there is none. */
  readonly value: string | null;
  readonly source: SettingSource;
  /** Null: none, or a secret's. */
  readonly default: string | null;
  /** What is wrong with it, and the remedy. */
  readonly fault: string | null;
}

/** What a schema says of one setting when nothing is given. */
export interface SettingDefinition {
  readonly name: string;
  readonly isRequired: boolean;
  readonly default: unknown;
}

/**
 * Every setting with its value, where that comes from and what is wrong with it.
 * @param faults lines of a ConfigError, each beginning with the name of its setting
 */
export function settingsOf(
  definitions: readonly SettingDefinition[],
  environment: Readonly<Record<string, string | undefined>>,
  faults: readonly string[],
): Setting[] {
  return definitions.map(({ name, isRequired, default: ofSchema }) => {
    const given = environment[name];
    const file = environment[`${name}_FILE`];
    const source = sourceOf(given, file, isRequired, ofSchema !== undefined);
    const shown = source === 'ENVIRONMENT' ? (given ?? null) : source === 'DEFAULT' ? textOf(ofSchema) : null;
    const fault = faults.find((line) => new RegExp(`^${name}(_FILE)?\\b`).test(line));
    return {
      name,
      value: source === 'FILE' ? `${file} → …` : shown === null ? null : masked(name, shown),
      source,
      default: ofSchema === undefined ? null : textOf(ofSchema),
      fault: fault?.replace(new RegExp(`^${name} `), '') ?? null,
    };
  });
}

function sourceOf(given: string | undefined, file: string | undefined, isRequired: boolean, hasDefault: boolean): SettingSource {
  if (file !== undefined) return 'FILE';
  // An empty variable counts as none (platform's readConfig).
  if (given !== undefined && given !== '') return 'ENVIRONMENT';
  if (hasDefault) return 'DEFAULT';
  return isRequired ? 'MISSING' : 'OPTIONAL';
}

function masked(name: string, value: string): string {
  return isSecretName(name) ? `… (${value.length})` : withoutCredentials(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
