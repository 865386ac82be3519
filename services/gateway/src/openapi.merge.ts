import { isDeepStrictEqual } from 'node:util';

/** An API document as far as joining needs to know it. */
export interface ApiDocument {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly tags?: readonly { readonly name: string }[];
}

/**
 * One document of several. Components of one name and one content are kept once; of one name and different content the later is named after its service.
 * Paths and operation ids belong to whoever comes first.
 * @param parts in order of precedence; `shows` says which paths of a part the door leads to.
 */
export function mergeDocuments(parts: readonly { service: string; document: ApiDocument; shows: (path: string) => boolean }[]) {
  const paths: Record<string, Record<string, unknown>> = {};
  const components: Record<string, Record<string, unknown>> = {};
  const tags = new Map<string, { readonly name: string }>();
  const operationIds = new Set<string>();
  for (const part of parts) {
    const document = renameClashes(part.service, part.document, components);
    for (const [kind, entries] of Object.entries(document.components ?? {})) {
      components[kind] = { ...entries, ...components[kind] };
    }
    for (const [path, operations] of Object.entries(document.paths ?? {})) {
      if (!part.shows(path) || path in paths) continue;
      paths[path] = Object.fromEntries(
        Object.entries(operations).map(([method, operation]) => [method, withOwnId(operation, part.service, operationIds)]),
      );
    }
    for (const tag of document.tags ?? []) if (!tags.has(tag.name)) tags.set(tag.name, tag);
  }
  return { paths, components, tags: [...tags.values()] };
}

/** The document with those schemas renamed, and all that point to them, whose name another service uses for something else. */
function renameClashes(service: string, document: ApiDocument, taken: Record<string, Record<string, unknown>>): ApiDocument {
  const prefix = service
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  const schemas = document.components?.['schemas'] ?? {};
  const clashing = Object.keys(schemas).filter(
    (name) => name in (taken['schemas'] ?? {}) && !isDeepStrictEqual(taken['schemas']?.[name], schemas[name]),
  );
  if (clashing.length === 0) return document;
  const newNames = new Map(clashing.map((name) => [name, prefix + name]));
  const renamed = replaceReferences(document, newNames) as ApiDocument;
  const entries = Object.entries(renamed.components?.['schemas'] ?? {}).map(([name, schema]) => [newNames.get(name) ?? name, schema]);
  return { ...renamed, components: { ...renamed.components, schemas: Object.fromEntries(entries) } };
}

function replaceReferences(value: unknown, newNames: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => replaceReferences(item, newNames));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key !== '$ref' || typeof item !== 'string') return [key, replaceReferences(item, newNames)];
      const name = newNames.get(item.replace('#/components/schemas/', ''));
      return [key, name === undefined ? item : `#/components/schemas/${name}`];
    }),
  );
}

function withOwnId(operation: unknown, service: string, taken: Set<string>): unknown {
  if (typeof operation !== 'object' || operation === null || !('operationId' in operation)) return operation;
  const id = String(operation.operationId);
  const own = taken.has(id) ? `${service.replaceAll('-', '_')}_${id}` : id;
  taken.add(own);
  return { ...operation, operationId: own };
}
