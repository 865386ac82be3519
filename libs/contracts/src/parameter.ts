import { type ParameterDefinition, type ParameterKey, parameterOrders, parameterRegistry } from './parameter.registry.ts';

/** A change that was approved: the value from a day of Beijing on. */
export interface ApprovedParameter {
  readonly key: string;
  /** Of two for the same day the later one counts. */
  readonly version: number;
  readonly value: number;
  readonly validFrom: string;
}

export const parameterKeys = Object.keys(parameterRegistry) as ParameterKey[];

export function isParameterKey(key: string): key is ParameterKey {
  return Object.hasOwn(parameterRegistry, key);
}

export function parameterOf(key: ParameterKey): ParameterDefinition {
  return parameterRegistry[key];
}

/**
 * The change that counts on a day: that of the latest first day up to it; undefined where none was approved for it, and the default counts.
 * @param changes those that were approved and not withdrawn, in any order.
 */
export function changeOn<Change extends ApprovedParameter>(
  key: ParameterKey,
  changes: readonly Change[],
  date: string,
): Change | undefined {
  return changes
    .filter((change) => change.key === key && change.validFrom <= date)
    .reduce<Change | undefined>((latest, change) => (latest === undefined || isAfter(change, latest) ? change : latest), undefined);
}

/** The value that counts on a day. */
export function parameterOn(key: ParameterKey, changes: readonly ApprovedParameter[], date: string): number {
  return changeOn(key, changes, date)?.value ?? parameterOf(key).default;
}

function isAfter(a: ApprovedParameter, b: ApprovedParameter): boolean {
  return a.validFrom === b.validFrom ? a.version > b.version : a.validFrom > b.validFrom;
}

/** A day on which keys that must grow would not: `keys` with their values on it. */
export interface ParameterOrderFault {
  readonly date: string;
  readonly values: readonly (readonly [ParameterKey, number])[];
}

/**
 * The first day from `from` on, also a later one of a change that already waits, on which a key would stand in the wrong order to its neighbours (an urging
 * letter before the yellow card). Undefined where all days are right.
 */
export function parameterOrderFault(
  key: ParameterKey,
  changes: readonly ApprovedParameter[],
  from: string,
): ParameterOrderFault | undefined {
  const orders: readonly (readonly ParameterKey[])[] = parameterOrders;
  for (const order of orders.filter((one) => one.includes(key))) {
    const later = changes.filter((change) => order.some((one) => one === change.key) && change.validFrom > from);
    for (const date of [from, ...later.map(({ validFrom }) => validFrom).sort()]) {
      const values = order.map((one) => [one, parameterOn(one, changes, date)] as const);
      if (values.some(([, value], place) => place > 0 && value <= (values[place - 1]?.[1] ?? value))) return { date, values };
    }
  }
  return undefined;
}
