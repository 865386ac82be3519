/** The public face: answered without a key, counted by address (§8.3). */
export const publicSegment = 'public';

/** Which service answers a path below `/api/v1/`, by its first segment (design §2). `parked` is asked of all of them. */
export const routedServices = {
  'list-matching': [
    'list-entries',
    'entry-deadlines',
    'entry-reviews',
    'lists',
    'subjects',
    'match-candidates',
    'public-records',
    'public-record-declarations',
    'match',
    'match-jobs',
    'algorithms',
    'imports',
    'source-questions',
    'jobs',
    'list-batches',
    'verifications',
    'recognition-agreements',
    'publications',
    publicSegment,
  ],
  'measure-decomposition': [
    'measures',
    'memorandums',
    'departments',
    'matters',
    'decompositions',
    'incidents',
    'catalogue',
    'parameters',
    'parameter-changes',
  ],
  'execution-feedback': [
    'tasks',
    'notices',
    'feedback',
    'files',
    'cases',
    'urges',
    'urge-contacts',
    'calendars',
    'task-bulks',
    'task-delegations',
    'window-hits',
    'spot-checks',
    'zero-reports',
  ],
  'window-check': ['checks', 'check-incidents'],
  monitoring: ['stats', 'events', 'reconciliations'],
  'credit-repair': ['repair-eligibility', 'repair-exclusions', 'repairs', 'repair-files', 'repair-receipts', 'credit-agencies'],
  'objection-handling': ['objections', 'redeliveries', 'replays'],
} as const satisfies Record<string, readonly string[]>;

export type ServiceName = keyof typeof routedServices;
export const serviceNames = Object.keys(routedServices) as ServiceName[];

/** Parts of the public face that another service than the one of the segment answers. */
const publicServices: Readonly<Record<string, ServiceName>> = {
  'repair-eligibility': 'credit-repair',
  'repair-certificates': 'credit-repair',
  'credit-agencies': 'credit-repair',
};

const serviceBySegment = new Map(
  serviceNames.flatMap((service) => routedServices[service].map((segment) => [segment, service] as [string, ServiceName])),
);

/** Paths below one thing of another service's segment: `subjects/{id}/timeline` is no business of whoever keeps the register. */
const serviceByPart: Readonly<Record<string, Readonly<Record<string, ServiceName>>>> = {
  subjects: { timeline: 'objection-handling', events: 'objection-handling' },
};

/** Below this path a caller needs a key. */
export const apiPrefix = '/api/v1/';

/**
 * The service that a request goes to; undefined for a path that nobody answers.
 * @param url the request's target as it was sent. One that climbs out of its folder, written plainly or encoded, goes nowhere: it could reach what a
 * service shows only to this machine.
 */
export function serviceOf(url: string): ServiceName | undefined {
  const path = url.split('?', 1)[0] ?? '';
  if (!path.startsWith(apiPrefix) || climbs(path)) return undefined;
  const [segment = '', second = '', third = ''] = path.slice(apiPrefix.length).split('/', 3);
  if (segment === publicSegment && Object.hasOwn(publicServices, second)) return publicServices[second];
  const parts = Object.hasOwn(serviceByPart, segment) ? serviceByPart[segment] : undefined;
  return (parts !== undefined && Object.hasOwn(parts, third) ? parts[third] : undefined) ?? serviceBySegment.get(segment);
}

/** Whether a request is for the public face: nobody signs in for it. Written in any other way it needs a key like everything else. */
export function isPublic(url: string): boolean {
  const path = url.split('?', 1)[0] ?? '';
  return path.startsWith(`${apiPrefix}${publicSegment}/`) && !climbs(path);
}

/** Whether a request asks what applies at a window: that is answered, as registered, also while the database is away (R-4-14, product §B.9). */
export function isWindowCheck(method: string, url: string): boolean {
  return method === 'POST' && url.split('?', 1)[0] === `${apiPrefix}checks`;
}

function climbs(path: string): boolean {
  try {
    return decodeURIComponent(path)
      .split(/[/\\]/)
      .some((segment) => segment === '.' || segment === '..');
  } catch {
    // Not decodable: no path of ours.
    return true;
  }
}
