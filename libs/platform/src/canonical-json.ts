import canonicalize from 'canonicalize';

/** Deeper than this the library does it, which knows no limit. */
const maxDepth = 64;

/**
 * The canonical JSON (RFC 8785) of a value: equal content gives equal text whatever the order of its fields. What came as JSON is written in one go, half again as
 * fast as by the library; everything else (dates, `toJSON`, undefined, what has no canonical form) goes to the library, so that both give the same to the letter.
 * @throws Error for what has no canonical form: half a surrogate pair, NaN
 */
export function canonicalJson(value: unknown): string {
  return plain(value, 0) ?? canonicalize(value) ?? 'null';
}

/** Undefined: not for this one. */
function plain(value: unknown, depth: number): string | undefined {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? JSON.stringify(value) : undefined;
    case 'number':
      return Number.isFinite(value) ? JSON.stringify(value) : undefined;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth >= maxDepth) return undefined;
      return Array.isArray(value) ? plainArray(value, depth) : plainObject(value as Readonly<Record<string, unknown>>, depth);
    default:
      return undefined;
  }
}

function plainArray(values: readonly unknown[], depth: number): string | undefined {
  if ('toJSON' in values) return undefined;
  let text = '[';
  for (let index = 0; index < values.length; index++) {
    const one = plain(values[index], depth + 1);
    if (one === undefined) return undefined;
    text += index === 0 ? one : `,${one}`;
  }
  return `${text}]`;
}

function plainObject(value: Readonly<Record<string, unknown>>, depth: number): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if ((prototype !== Object.prototype && prototype !== null) || 'toJSON' in value) return undefined;
  let text = '{';
  // By UTF-16 code units, as the standard orders fields.
  for (const key of Object.keys(value).sort()) {
    const one = plain(value[key], depth + 1);
    if (one === undefined || !key.isWellFormed()) return undefined;
    text += `${text === '{' ? '' : ','}${JSON.stringify(key)}:${one}`;
  }
  return `${text}}`;
}
