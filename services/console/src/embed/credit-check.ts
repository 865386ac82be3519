import type { CheckAnswer } from '@lianxin/contracts';
import { type CardWord, cardElement, lookOf, restricts, tag } from './card.ts';
import { type Children, element } from './element.ts';
import type { IconName } from './icons.ts';
import { embedStyle } from './style.ts';
import { type EmbedTexts, embedTexts } from './texts.ts';
import { type CheckReply, isUnavailable, newKey, overHttp, type Transport } from './transport.ts';

/** Who is asked about; as `subjects` of `POST /api/v1/checks`. */
export interface AskedSubject {
  readonly role?: string;
  readonly name?: string;
  readonly usccCode?: string;
  readonly idType?: string;
  readonly idNo?: string;
}

/** Product §B.9: a clerk waits no longer; then the check is made up for. */
const defaultTimeoutMs = 800;
const defaultRetryMs = 5_000;
const decideTimeoutMs = 10_000;
const order: readonly IconName[] = ['restricted', 'review', 'reward', 'note'];

/**
 * `<credit-check matter="SPJY" case-no="办件号" endpoint="/api/v1/checks" lang="zh">`: the window prompt in the approver's own screen (product §B.9). One file, no
 * framework, a shadow root of its own. Calls go to `endpoint`, as a rule the page's own server, which passes them on with its API key; `headers` may add to them,
 * `transport` may replace them.
 * Set `subjects`, or call `check(subjects)`. Events: `credit-check-answer` and `credit-check-decided` (detail: the answer), `credit-check-complete` once
 * nothing that restricts is undecided. While the system is away it says so and asks again by itself (`timeout-ms`, `retry-ms`).
 */
export class CreditCheck extends HTMLElement {
  static readonly observedAttributes = ['lang'];
  /** Added to every call. */
  headers: Readonly<Record<string, string>> = {};
  transport: Transport = overHttp(
    () => this.getAttribute('endpoint') ?? '/api/v1/checks',
    () => this.headers,
  );
  private answer: CheckAnswer | undefined;
  private asked: readonly AskedSubject[] = [];
  /** Grows with every question: what comes back late for an earlier one is dropped. */
  private turn = 0;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private readonly root = this.attachShadow({ mode: 'open' });
  private readonly live = element('div', { class: 'live', role: 'status', 'aria-live': 'polite' });
  private readonly body = element('div');

  constructor() {
    super();
    this.root.append(element('style', {}, [embedStyle]), this.live, this.body);
  }

  set subjects(subjects: readonly AskedSubject[]) {
    void this.check(subjects);
  }

  get subjects(): readonly AskedSubject[] {
    return this.asked;
  }

  /**
   * True when an answer is there, every card that restricts has been decided (a critical one cannot be skipped), and the case need not wait for a check
   * that is still to be made up for.
   */
  get complete(): boolean {
    if (this.answer === undefined || this.answer.policy === 'HOLD') return false;
    return this.answer.cards.every((card) => !restricts(card) || card.answered !== null);
  }

  attributeChangedCallback(): void {
    if (this.answer !== undefined) this.show(this.answer);
  }

  disconnectedCallback(): void {
    this.turn++;
    clearTimeout(this.waiting);
  }

  /** Asks, shows the answer and returns it; undefined when it could not be had, which is then shown, and tried again where that may help. */
  check(subjects: readonly AskedSubject[]): Promise<CheckAnswer | undefined> {
    this.asked = subjects;
    clearTimeout(this.waiting);
    return this.ask(++this.turn, newKey());
  }

  private get texts(): EmbedTexts {
    return embedTexts[this.getAttribute('lang')?.startsWith('en') === true ? 'en' : 'zh'];
  }

  private numberOf(attribute: string, otherwise: number): number {
    const value = Number(this.getAttribute(attribute) ?? otherwise);
    return Number.isFinite(value) && value > 0 ? value : otherwise;
  }

  private async ask(turn: number, key: string): Promise<CheckAnswer | undefined> {
    const caseNo = this.getAttribute('case-no');
    const matter = { code: this.getAttribute('matter') ?? '', ...(caseNo === null ? {} : { caseNo }) };
    if (this.body.querySelector('.away') === null) this.put(this.texts.checking, [element('p', { class: 'head' }, [this.texts.checking])]);
    this.answer = undefined;
    const body = { matter, subjects: this.asked };
    const reply = await this.transport({ method: 'POST', path: '', body, key, timeoutMs: this.numberOf('timeout-ms', defaultTimeoutMs) });
    if (turn !== this.turn) return undefined;
    if (isUnavailable(reply)) {
      this.showAway(turn, key);
      return undefined;
    }
    if (reply.status >= 400) {
      this.showRefused(detailOf(reply));
      return undefined;
    }
    const answer = reply.body as CheckAnswer;
    this.show(answer);
    this.tell('credit-check-answer', answer);
    if (answer.status === 'registered') this.watch(turn, answer.id);
    return answer;
  }

  /** A registered check is made up for by the system: shown as soon as it has been. */
  private watch(turn: number, id: string): void {
    this.later(turn, async () => {
      const reply = await this.transport({ method: 'GET', path: `/${id}`, timeoutMs: decideTimeoutMs });
      if (turn !== this.turn) return;
      if (reply.status !== 200) return this.watch(turn, id);
      const answer = reply.body as CheckAnswer;
      this.show(answer, this.texts.madeUpFor);
      this.tell('credit-check-answer', answer);
    });
  }

  /** Not even registered: the same question is asked again until somebody answers, and counts once. */
  private showAway(turn: number, key: string): void {
    const again = () => void this.ask(turn, key);
    const now = element('button', { type: 'button', 'data-act': 'retry' }, [this.texts.retry]);
    now.addEventListener('click', () => {
      clearTimeout(this.waiting);
      again();
    });
    if (this.body.querySelector('.away') === null)
      this.put(this.texts.away, [
        element('section', { class: 'card away', 'data-look': 'review' }, [
          element('h3', {}, [tag('waiting', this.texts.notRegistered), element('span', { class: 'summary' }, [this.texts.away])]),
          element('p', { class: 'detail' }, [this.texts.awayDetail]),
          element('div', { class: 'acts' }, [element('div', { class: 'row' }, [now])]),
        ]),
      ]);
    this.later(turn, again);
  }

  private later(turn: number, work: () => unknown): void {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(
      () => {
        if (turn === this.turn) void work();
      },
      this.numberOf('retry-ms', defaultRetryMs),
    );
  }

  private showRefused(detail: string): void {
    const retry = element('button', { type: 'button', 'data-act': 'retry' }, [this.texts.retry]);
    retry.addEventListener('click', () => void this.check(this.asked));
    this.put('', [element('p', { class: 'fault', role: 'alert' }, [this.texts.failed(detail)]), element('div', { class: 'row' }, [retry])]);
  }

  /** @param note said before the answer */
  private show(answer: CheckAnswer, note?: string): void {
    this.answer = answer;
    const { texts } = this;
    const look = strictest(answer);
    const slip = answer.status === 'registered' ? texts.registered : texts.slip(answer.number);
    const headline = `${texts.look[look]} · ${slip}`;
    this.put(note === undefined ? headline : `${note} · ${headline}`, [
      ...(note === undefined ? [] : [element('p', { class: 'note' }, [note])]),
      element('p', { class: 'head' }, [
        tag(look, texts.look[look]),
        element('span', { class: 'slip' }, [slip]),
        element('span', { class: 'time' }, [texts.at(new Date(answer.askedAt))]),
      ]),
      element(
        'ul',
        { class: 'who', 'aria-label': texts.who },
        answer.subjects.map((subject) => this.subjectElement(subject)),
      ),
      ...(answer.cards.length === 0
        ? [element('p', { class: 'clean' }, [texts.clean])]
        : answer.cards.map((card) => cardElement(card, texts, (word) => this.decide(word)))),
    ]);
    if (this.complete) this.tell('credit-check-complete', answer);
  }

  private subjectElement({ role, nameMasked, identity }: CheckAnswer['subjects'][number]): HTMLElement {
    const { texts } = this;
    return element('li', {}, [
      element('span', { class: 'role' }, [texts.roles[role] ?? role]),
      element('span', {}, [nameMasked ?? texts.unnamed]),
      element('span', { class: 'identity', 'data-identity': identity }, [texts.identity[identity]]),
    ]);
  }

  private async decide(word: CardWord): Promise<string | undefined> {
    const { answer, turn } = this;
    if (answer === undefined) return undefined;
    const buttons = [...this.root.querySelectorAll('button')];
    for (const button of buttons) button.disabled = true;
    const call = { method: 'POST', path: `/${answer.id}/feedback`, body: { feedback: [word] }, key: newKey() } as const;
    const reply = await this.transport({ ...call, timeoutMs: decideTimeoutMs });
    if (turn !== this.turn) return undefined;
    if (reply.status !== 200) {
      for (const button of buttons) button.disabled = false;
      return isUnavailable(reply) ? this.texts.notSent : this.texts.failed(detailOf(reply));
    }
    const decided = reply.body as CheckAnswer;
    this.tell('credit-check-decided', decided);
    this.show(decided);
    // Whoever works by keyboard goes on where the decision was made.
    this.root.querySelector<HTMLElement>(`[data-card="${word.card}"]`)?.focus();
    return undefined;
  }

  private put(announcement: string, nodes: Children): void {
    this.live.textContent = announcement;
    this.body.replaceChildren(...nodes);
  }

  private tell(name: string, detail: CheckAnswer): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

/** The look of the whole answer: that of its heaviest card. */
function strictest(answer: CheckAnswer): IconName & keyof EmbedTexts['look'] {
  if (answer.status === 'registered') return 'waiting';
  const looks = answer.cards.map(lookOf);
  return looks.sort((a, b) => order.indexOf(a) - order.indexOf(b))[0] ?? 'clean';
}

function detailOf({ status, body }: CheckReply): string {
  const detail = typeof body === 'object' && body !== null && 'detail' in body ? body.detail : undefined;
  return typeof detail === 'string' ? detail : String(status);
}

if (customElements.get('credit-check') === undefined) customElements.define('credit-check', CreditCheck);
