/** Joins texts in Prometheus' exposition format: the lines of one metric must stand together, under one HELP and TYPE. */
export function mergeMetrics(texts: readonly string[]): string {
  const families = new Map<string, { comments: Map<string, string>; samples: string[] }>();
  for (const text of texts) {
    let family = { comments: new Map<string, string>(), samples: [] as string[] };
    for (const line of text.split('\n')) {
      const comment = /^# (HELP|TYPE) (\S+)/.exec(line);
      if (comment?.[1] !== undefined && comment[2] !== undefined) {
        family = families.get(comment[2]) ?? { comments: new Map(), samples: [] };
        families.set(comment[2], family);
        if (!family.comments.has(comment[1])) family.comments.set(comment[1], line);
      } else if (line !== '' && !line.startsWith('#')) family.samples.push(line);
    }
  }
  return [...families.values()].flatMap((family) => [...family.comments.values(), ...family.samples, '']).join('\n');
}
