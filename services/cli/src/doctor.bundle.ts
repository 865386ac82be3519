import { arch, freemem, platform, release, totalmem } from 'node:os';
import type { ParkedKey } from './answers.ts';
import type { Environment } from './connection.ts';
import type { Check } from './doctor.check.ts';
import { withoutCredentials, withoutHome } from './mask.rules.ts';
import type { Sample } from './prometheus.rules.ts';
import { cliVersion } from './version.ts';

export interface Findings {
  readonly checks: readonly Check[];
  readonly samples: readonly Sample[];
  readonly parked: readonly ParkedKey[];
  readonly url: URL;
  readonly environment: Environment;
  readonly home: string;
}

/**
 * Diagnostics that may be sent to somebody else: versions, findings, figures. Of settings only the names, of parked keys only how many and what kind:
 * no secret, no subject, nobody's name, not even that of the account in a path.
 */
export function bundleOf({ checks, samples, parked, url, environment, home }: Findings): string {
  const hide = (text: string | undefined) => (text === undefined ? undefined : withoutHome(text, home));
  return `${JSON.stringify(
    {
      createdAt: new Date().toISOString(),
      lianxin: cliVersion,
      node: process.versions.node,
      system: { platform: platform(), release: release(), architecture: arch(), memoryBytes: totalmem(), freeMemoryBytes: freemem() },
      url: withoutCredentials(url.origin),
      settings: Object.keys(environment)
        .filter((name) => name.startsWith('LIANXIN_') && environment[name] !== undefined)
        .sort(),
      checks: checks.map(({ detail, cause, remedy, ...check }) => ({
        ...check,
        detail: hide(detail),
        cause: hide(cause),
        remedy: hide(remedy),
      })),
      figures: samples,
      parked: parked.map(({ service, severity, events, attempts, eventTypes, parkedAt }) => ({
        service,
        severity,
        events,
        attempts,
        eventTypes,
        parkedAt,
      })),
    },
    null,
    2,
  )}\n`;
}
