interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly settle: PromiseWithResolvers<Answer>;
}

/**
 * Works on items in groups: the first goes at once, those that come meanwhile go together when a place is free, and while more come with every turn of the
 * event loop a group waits for them. So one commit carries many checks under load and a single check waits for nobody (group commit, design §8).
 */
export class Group<Item, Answer> {
  private waiting: Waiting<Item, Answer>[] = [];
  private running = 0;
  private isGathering = false;

  /**
   * @param work answers the items in their order; when it throws for a group, each item of it is tried alone, so that one cannot spoil the others.
   * @param limits how many items go together, how many groups run at once, how many may wait, how long a group may
   *   gather.
   */
  constructor(
    private readonly work: (items: readonly Item[]) => Promise<Answer[]>,
    private readonly limits: { readonly size: number; readonly parallel: number; readonly waiting: number; readonly gatherMs: number },
  ) {}

  /** @throws GroupFull when too many wait; else what `work` throws. */
  add(item: Item): Promise<Answer> {
    if (this.waiting.length >= this.limits.waiting) return Promise.reject(new GroupFull());
    const settle = Promise.withResolvers<Answer>();
    this.waiting.push({ item, settle });
    this.start();
    return settle.promise;
  }

  private start(): void {
    if (this.isGathering || this.running >= this.limits.parallel || this.waiting.length === 0) return;
    this.isGathering = true;
    this.gather(performance.now() + this.limits.gatherMs, 0);
  }

  private gather(until: number, before: number): void {
    const { length } = this.waiting;
    if (length > before && length < this.limits.size && performance.now() < until) {
      setImmediate(() => this.gather(until, length));
      return;
    }
    this.isGathering = false;
    const taken = this.waiting.splice(0, this.limits.size);
    this.running++;
    void this.run(taken).finally(() => {
      this.running--;
      this.start();
    });
    this.start();
  }

  private async run(taken: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.work(taken.map(({ item }) => item));
      for (const [index, { settle }] of taken.entries()) settle.resolve(answers[index] as Answer);
    } catch (error) {
      if (taken.length === 1) taken[0]?.settle.reject(error);
      else for (const one of taken) await this.run([one]);
    }
  }
}

/** More wait than can be answered in time. */
export class GroupFull extends Error {}
