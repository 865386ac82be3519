import type { CheckAnswer, CheckCard } from '@lianxin/contracts';
import { embedStyle } from './style.ts';
import { type EmbedTexts, embedTexts } from './texts.ts';

/** Who is asked about; as `subjects` of `POST /api/v1/checks`. */
export interface AskedSubject {
  readonly role?: string;
  readonly name?: string;
  readonly usccCode?: string;
  readonly idType?: string;
  readonly idNo?: string;
}

type Children = (Node | string)[];

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  children: Children = [],
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  // Text goes in as text: whatever a name contains is shown and never run.
  made.append(...children);
  return made;
}

/**
 * `<credit-check matter="SPJY" case-no="办件号" endpoint="/api/v1/checks" lang="zh">`: the window prompt in the approver's own screen (product §B.9). One file, no
 * framework, a shadow root of its own. Calls go to `endpoint`, as a rule the page's own server, which passes them on with its API key; `headers` may add to them.
 * Set `subjects`, or call `check(subjects)`. Events: `credit-check-answer` and `credit-check-decided` (detail: the answer), `credit-check-complete` once
 * nothing that restricts is undecided.
 */
export class CreditCheck extends HTMLElement {
  static readonly observedAttributes = ['lang'];
  /** Added to every call. */
  headers: Readonly<Record<string, string>> = {};
  private answer: CheckAnswer | undefined;
  private asked: readonly AskedSubject[] = [];
  private readonly root = this.attachShadow({ mode: 'open' });

  set subjects(subjects: readonly AskedSubject[]) {
    void this.check(subjects);
  }

  get subjects(): readonly AskedSubject[] {
    return this.asked;
  }

  /** True when an answer is there and every card that restricts has been decided: a critical one cannot be skipped. */
  get complete(): boolean {
    return this.answer?.cards.every((card) => !restricts(card) || card.answered !== null) ?? false;
  }

  attributeChangedCallback(): void {
    if (this.answer !== undefined) this.show(this.answer);
  }

  /** Asks, shows the answer and returns it; undefined when it could not be had, which is then shown with a way to try again. */
  async check(subjects: readonly AskedSubject[]): Promise<CheckAnswer | undefined> {
    this.asked = subjects;
    this.answer = undefined;
    this.put([element('p', { role: 'status' }, [this.texts.checking])]);
    const matter = {
      code: this.getAttribute('matter') ?? '',
      ...(this.hasAttribute('case-no') ? { caseNo: this.getAttribute('case-no') } : {}),
    };
    const answer = await this.call('', { matter, subjects });
    if (answer === undefined) return undefined;
    this.show(answer);
    this.tell('credit-check-answer', answer);
    return answer;
  }

  private get texts(): EmbedTexts {
    return embedTexts[this.getAttribute('lang')?.startsWith('en') === true ? 'en' : 'zh'];
  }

  private async call(path: string, body: object): Promise<CheckAnswer | undefined> {
    const endpoint = this.getAttribute('endpoint') ?? '/api/v1/checks';
    try {
      const response = await fetch(endpoint + path, {
        method: 'POST',
        headers: { ...this.headers, 'content-type': 'application/json', 'idempotency-key': keyOf() },
        body: JSON.stringify(body),
      });
      const answer = (await response.json()) as CheckAnswer & { detail?: string };
      if (response.ok) return answer;
      this.showFault(answer.detail ?? String(response.status));
    } catch (error) {
      this.showFault(error instanceof Error ? error.message : String(error));
    }
    return undefined;
  }

  private showFault(detail: string): void {
    const retry = element('button', { type: 'button' }, [this.texts.retry]);
    retry.addEventListener('click', () => void this.check(this.asked));
    this.put([element('p', { class: 'fault', role: 'alert' }, [this.texts.failed(detail), ' ']), retry]);
  }

  private show(answer: CheckAnswer): void {
    this.answer = answer;
    const { texts } = this;
    const who = answer.subjects
      .map(({ role, nameMasked, identity }) => `${role} ${nameMasked ?? ''} ${texts.identity[identity] ?? identity}`.trim())
      .join('；');
    const slip = answer.status === 'registered' ? texts.registered : texts.slip(answer.number);
    this.put([
      element('p', { class: 'slip', role: 'status' }, [`${slip} · ${who}`]),
      ...(answer.cards.length === 0 ? [element('p', {}, [texts.clean])] : answer.cards.map((card) => this.cardOf(card))),
    ]);
    if (this.complete) this.tell('credit-check-complete', answer);
  }

  private cardOf(card: CheckCard): HTMLElement {
    const { texts } = this;
    const ticks = new Map(
      card.suggestions.map((suggestion) => {
        const tick = element('input', { type: 'checkbox', value: suggestion.measureId });
        tick.checked = suggestion.isRecommended;
        tick.disabled = card.answered !== null;
        return [suggestion.measureId, tick] as const;
      }),
    );
    const list = card.suggestions.map((suggestion) =>
      element('li', {}, [
        element('label', {}, [
          ticks.get(suggestion.measureId) as HTMLElement,
          element('span', {}, [
            `${suggestion.measureId} ${suggestion.label}`,
            ...(suggestion.basis === null ? [] : [element('span', { class: 'basis' }, [`（${texts.basis}：${suggestion.basis}）`])]),
          ]),
        ]),
      ]),
    );
    return element('section', { class: 'card', 'data-indicator': card.indicator, 'data-card': card.uuid, 'aria-label': card.summary }, [
      element('div', {}, [
        element('span', { class: 'kind' }, [texts.indicator[card.indicator]]),
        element('span', { class: 'summary' }, [`${card.subjectRole}：${card.summary}`]),
      ]),
      element('p', { class: 'detail' }, [card.detail]),
      element('p', { class: 'source' }, [card.source.label]),
      ...(list.length === 0 ? [] : [element('ul', {}, list)]),
      ...(card.answered !== null ? [element('p', { class: 'done' }, [texts.decided[card.answered.outcome]])] : this.actsOf(card, ticks)),
    ]);
  }

  private actsOf(card: CheckCard, ticks: ReadonlyMap<string, HTMLInputElement>): HTMLElement[] {
    if (card.suggestions.length === 0) return [];
    const { texts } = this;
    const accept = element('button', { type: 'button', 'data-act': 'accept' }, [texts.accept]);
    const acts = [accept];
    const fault = element('span', { class: 'fault', role: 'alert' });
    accept.addEventListener('click', () => {
      const acceptedMeasures = [...ticks].filter(([, tick]) => tick.checked).map(([measure]) => measure);
      void this.decide({ card: card.uuid, outcome: 'accepted', acceptedMeasures });
    });
    if (card.overrideReasons.length === 0) return [element('div', { class: 'acts' }, acts)];
    const reasons = element('select', { 'aria-label': texts.reason }, [
      element('option', { value: '' }, [texts.reason]),
      ...card.overrideReasons.map(({ code, display }) => element('option', { value: code }, [display])),
    ]);
    const comment = element('input', { type: 'text', 'aria-label': texts.comment, placeholder: texts.comment, maxlength: '2000' });
    const override = element('button', { type: 'button', 'data-act': 'override' }, [texts.override]);
    override.addEventListener('click', () => {
      const text = comment.value.trim();
      fault.textContent = reasons.value === '' ? texts.chooseReason : reasons.value === 'other' && text === '' ? texts.fillComment : '';
      if (fault.textContent !== '') return;
      void this.decide({
        card: card.uuid,
        outcome: 'overridden',
        overrideReason: { code: reasons.value, ...(text === '' ? {} : { comment: text }) },
      });
    });
    return [element('div', { class: 'acts' }, [...acts, reasons, comment, override, fault])];
  }

  private async decide(decision: object): Promise<void> {
    if (this.answer === undefined) return;
    for (const button of this.root.querySelectorAll('button')) button.disabled = true;
    const answer = await this.call(`/${this.answer.id}/feedback`, { feedback: [decision] });
    if (answer === undefined) return;
    this.tell('credit-check-decided', answer);
    this.show(answer);
  }

  private put(nodes: Children): void {
    this.root.replaceChildren(element('style', {}, [embedStyle]), ...nodes);
  }

  private tell(name: string, detail: CheckAnswer): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

function restricts(card: CheckCard): boolean {
  return card.indicator !== 'info' && card.suggestions.length > 0;
}

/** `crypto.randomUUID` exists on https and loopback only; the windows of an intranet are often neither. */
function keyOf(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

if (customElements.get('credit-check') === undefined) customElements.define('credit-check', CreditCheck);
