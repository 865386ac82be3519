/** How a statement is shown in a trace. */
export interface Statement {
  /** `INSERT task_basis` */
  readonly name: string;
  /** Its text with every literal taken out; parameters never get here. */
  readonly text: string;
}

const maxText = 2_000;
/** Texts are few: each stands once in a store. */
const maxKnown = 2_000;
const known = new Map<string, Statement>();

/** Names a statement by what it does to which table. */
export function statementOf(sql: string): Statement {
  const kept = known.get(sql);
  if (kept !== undefined) return kept;
  const text = sql
    .replace(/'(?:[^']|'')*'/g, "'?'")
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, maxText);
  const change = /\b(INSERT INTO|UPDATE|DELETE FROM|MERGE INTO|COPY)\s+(?:ONLY\s+)?([a-z_.]+)/i.exec(text);
  const [, verb, table] = change ?? /\b(SELECT)\b(?:.*?\bFROM\s+([a-z_.]+))?/i.exec(text) ?? /^(\w+)()/.exec(text) ?? [];
  const statement = { name: `${(verb ?? 'SQL').split(' ')[0]?.toUpperCase()} ${table ?? ''}`.trim(), text };
  if (known.size < maxKnown) known.set(sql, statement);
  return statement;
}
