import { Presets, SingleBar } from 'cli-progress';
import type { Job } from './answers.ts';
import type { Terminal } from './terminal.ts';
import { cleanLine } from './terminal-text.rules.ts';
import type { Texts } from './texts.ts';

/** Where nobody sees a bar, a line is written at most this often. */
const lineEveryMs = 5_000;

/** Progress of a job on stderr: a bar at a terminal, now and then a line elsewhere (product §B.8: nothing silent). */
export class JobProgress {
  private bar: SingleBar | undefined;
  private saidAt = 0;
  private readonly startedAt = performance.now();

  constructor(
    private readonly terminal: Terminal,
    private readonly texts: Texts,
  ) {}

  show(job: Job): void {
    if (this.terminal.err.isTTY === true) this.draw(job);
    else if (performance.now() - this.saidAt >= lineEveryMs) {
      this.saidAt = performance.now();
      this.terminal.say(this.texts.import.progress(this.wordsOf(job)));
    }
  }

  /** Ends the bar; nothing is drawn after it. */
  end(): void {
    this.bar?.stop();
    this.bar = undefined;
  }

  private draw(job: Job): void {
    const { total, done } = job.progress;
    this.bar ??= this.begin();
    // Until the rows are counted the bar stands at nothing done of one.
    this.bar.setTotal(total ?? Math.max(1, done));
    this.bar.update(total === null ? 0 : done, this.wordsOf(job));
  }

  private begin(): SingleBar {
    const bar = new SingleBar(
      {
        format: this.texts.import.bar,
        stream: this.terminal.err as NodeJS.WritableStream,
        clearOnComplete: false,
        hideCursor: true,
        barsize: 28,
      },
      Presets.shades_classic,
    );
    bar.start(1, 0, { phase: '', rows: '', failed: 0, rate: 0, left: '' });
    return bar;
  }

  private wordsOf({ phase, progress }: Job) {
    const seconds = (performance.now() - this.startedAt) / 1000;
    return {
      phase: cleanLine(phase),
      rows: `${progress.done}/${progress.total ?? '?'}`,
      failed: progress.failed,
      rate: Math.round(progress.done / Math.max(seconds, 0.001)),
      left: progress.etaSeconds === null ? '?' : String(progress.etaSeconds),
    };
  }
}
