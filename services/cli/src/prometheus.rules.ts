export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$/;
const labelPair = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;
const escapes: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' };

/** Samples of Prometheus' text format whose name begins with `prefix`; lines that are none are passed over. */
export function readSamples(text: string, prefix = ''): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels, value] = sampleLine.exec(line) ?? [];
    if (name === undefined || value === undefined || !name.startsWith(prefix)) return [];
    const number = value === '+Inf' ? Infinity : value === '-Inf' ? -Infinity : Number(value);
    return [{ name, labels: labelsOf(labels ?? ''), value: number }];
  });
}

function labelsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(labelPair)].map(([, name = '', value = '']) => [
      name,
      value.replace(/\\[\\"n]/g, (sequence) => escapes[sequence] ?? sequence),
    ]),
  );
}
