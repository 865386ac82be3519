import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { exitCodes } from './exit-code.rules.ts';
import { CommandFault } from './faults.ts';
import type { GlobalOptions } from './options.ts';
import type { Texts } from './texts.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const defaultUrl = 'http://127.0.0.1:8080';
const defaultDataDir = '.data';
const profileSchema = z.strictObject({
  url: z.string().optional(),
  key: z.string().optional(),
  keyFile: z.string().optional(),
  as: z.string().optional(),
  dataDir: z.string().optional(),
});
type Profile = z.infer<typeof profileSchema>;
const credentialsSchema = z.looseObject({ baseUrl: z.string(), apiKeys: z.record(z.string(), z.string()) });
export type DemoCredentials = z.infer<typeof credentialsSchema>;

/** Where the system is, and as whom it is asked. */
export interface Connection {
  readonly url: URL;
  readonly key: string;
}

/** Finds address, key and data folder from options, environment and profile, in this order. */
export class Connections {
  readonly dataDir: string;
  private readonly profile: Profile;

  constructor(
    private readonly options: GlobalOptions,
    private readonly environment: Environment,
    private readonly texts: Texts,
    private readonly warn: (line: string) => void,
  ) {
    this.profile = this.readProfile();
    this.dataDir = options.dataDir ?? environment['LIANXIN_DATA_DIR'] ?? this.profile.dataDir ?? defaultDataDir;
  }

  /** Whether the caller has said as whom to act; then nobody else's key is taken. */
  get isKeyGiven(): boolean {
    return this.givenKey() !== undefined;
  }

  /**
   * @param fallback name of the demo key to use when none is given; undefined where the caller must say for whom to act.
   * @throws CommandFault when no key can be found, or the address is none.
   */
  find(fallback: string | undefined): Connection {
    const given = this.givenKey();
    const credentials = this.findCredentials();
    const name = given === undefined ? fallback : given.name;
    if (given?.key === undefined && name === undefined) {
      throw new CommandFault(this.texts.connection.keyMissing, exitCodes.usage, this.texts.connection.keyMissingRemedy);
    }
    const key = given?.key ?? this.demoKey(name ?? '', credentials);
    // Anything else cannot stand in a header, and no key looks so.
    if (!/^[\x21-\x7E]{1,200}$/.test(key)) throw new CommandFault(this.texts.connection.badKey, exitCodes.usage);
    return { url: this.url(credentials), key };
  }

  /** The address alone, for what needs no key. */
  url(credentials: DemoCredentials | undefined = this.findCredentials()): URL {
    const text = this.options.url ?? this.environment['LIANXIN_URL'] ?? this.profile.url ?? credentials?.baseUrl ?? defaultUrl;
    if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
      throw new CommandFault(this.texts.connection.badUrl(text), exitCodes.usage);
    }
    const url = new URL(text);
    if (url.protocol === 'http:' && !['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)) {
      this.warn(this.texts.connection.plainHttp(url.host));
    }
    return url;
  }

  /** Keys of the demo city; undefined where there is none. */
  findCredentials(): DemoCredentials | undefined {
    const file = join(this.dataDir, 'demo-credentials.json');
    if (!existsSync(file)) return undefined;
    const parsed = credentialsSchema.safeParse(parseJson(readFileSync(file, 'utf8')));
    if (!parsed.success) throw new CommandFault(this.texts.connection.badCredentials(file), exitCodes.failure);
    return parsed.data;
  }

  private givenKey(): { key?: string; name?: string } | undefined {
    const { options, environment, profile } = this;
    if (options.key !== undefined && options.as !== undefined) throw new CommandFault(this.texts.connection.keyAndAs, exitCodes.usage);
    if (options.key !== undefined) return { key: options.key };
    if (options.as !== undefined) return { name: options.as };
    const key =
      environment['LIANXIN_KEY'] ?? this.readSecret(environment['LIANXIN_KEY_FILE']) ?? profile.key ?? this.readSecret(profile.keyFile);
    if (key !== undefined) return { key };
    return profile.as === undefined ? undefined : { name: profile.as };
  }

  private demoKey(name: string, credentials: DemoCredentials | undefined): string {
    if (credentials === undefined) {
      throw new CommandFault(
        this.texts.connection.noCredentials(this.dataDir),
        exitCodes.failure,
        this.texts.connection.noCredentialsRemedy,
      );
    }
    const key = credentials.apiKeys[name];
    if (key === undefined) {
      throw new CommandFault(this.texts.connection.unknownKeyName(name), exitCodes.usage, Object.keys(credentials.apiKeys).join(' '));
    }
    return key;
  }

  private readSecret(file: string | undefined): string | undefined {
    if (file === undefined) return undefined;
    return this.readText(file).trim();
  }

  private readProfile(): Profile {
    const { environment } = this;
    const folder = environment['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
    const file = environment['LIANXIN_PROFILES'] ?? join(folder, 'lianxin', 'profiles.yaml');
    const name = this.options.profile ?? environment['LIANXIN_PROFILE'];
    if (!existsSync(file)) {
      if (name !== undefined) throw new CommandFault(this.texts.connection.noProfile(name, file), exitCodes.usage);
      return {};
    }
    const profiles = z.record(z.string(), profileSchema).safeParse(this.parseProfiles(file));
    if (!profiles.success)
      throw new CommandFault(this.texts.connection.badProfiles(file, z.prettifyError(profiles.error)), exitCodes.usage);
    const profile = profiles.data[name ?? 'default'];
    if (profile === undefined && name !== undefined) throw new CommandFault(this.texts.connection.noProfile(name, file), exitCodes.usage);
    if (profile?.key !== undefined && (statSync(file).mode & 0o077) !== 0) this.warn(this.texts.connection.openProfiles(file));
    return profile ?? {};
  }

  private parseProfiles(file: string): unknown {
    try {
      return parseYaml(this.readText(file)) ?? {};
    } catch (error) {
      if (error instanceof CommandFault) throw error;
      throw new CommandFault(this.texts.connection.badProfiles(file, (error as Error).message), exitCodes.usage, undefined, {
        cause: error,
      });
    }
  }

  private readText(file: string): string {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw new CommandFault(this.texts.fileUnreadable(file, (error as Error).message), exitCodes.failure, undefined, { cause: error });
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
