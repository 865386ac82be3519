/** mulberry32: the same seed gives the same search. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What the register has said of a number, as somebody with a pencil would note it: the name from each day on. */
export class Notes {
  private readonly names = new Map<string, { from: string | null; name: string }[]>();

  has(number: string): boolean {
    return this.names.has(number);
  }

  note(number: string, name: string, from: string | null): void {
    this.names.set(
      number,
      [...(this.names.get(number) ?? []), { from, name }].sort((a, b) => ((a.from ?? '') < (b.from ?? '') ? -1 : 1)),
    );
  }

  /** The names by which a decision of this day could certainly mean the number: today's, and the one of that day. */
  namesOn(number: string, day: string): string[] {
    const all = this.names.get(number) ?? [];
    const then = all.filter((name) => (name.from ?? '') <= day).at(-1);
    return [all.at(-1)?.name ?? '', then?.name ?? all[0]?.name ?? ''];
  }
}
