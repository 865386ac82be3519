import type { CheckCard } from '@lianxin/contracts';
import { element } from './element.ts';
import { type IconName, icon } from './icons.ts';
import type { EmbedTexts } from './texts.ts';

/** What the clerk says of one card, as `feedback` takes it. */
export interface CardWord {
  readonly card: string;
  readonly outcome: 'accepted' | 'overridden';
  readonly acceptedMeasures?: readonly string[];
  readonly overrideReason?: { readonly code: string; readonly comment?: string };
}
/** Sends a decision; gives what went wrong, or nothing. */
export type Decide = (word: CardWord) => Promise<string | undefined>;

/** One glance (product §A.5): restricted, to be reviewed, to be favoured, or a note. */
export type Look = 'restricted' | 'review' | 'reward' | 'note';
export function lookOf(card: Pick<CheckCard, 'indicator' | 'suggestions'>): Look {
  if (card.indicator === 'critical') return 'restricted';
  if (card.indicator === 'warning') return 'review';
  return card.suggestions.some((suggestion) => suggestion.level === 'REWARD') ? 'reward' : 'note';
}

/** A card that restricts must be decided; a registration, a note or a reward need not. */
export function restricts(card: Pick<CheckCard, 'indicator' | 'suggestions'>): boolean {
  return card.indicator !== 'info' && card.suggestions.length > 0;
}

export function tag(look: IconName, text: string): HTMLElement {
  return element('span', { class: 'tag', 'data-look': look }, [icon(look), text]);
}

/** A card with its measures and what can be done about them. */
export function cardElement(card: CheckCard, texts: EmbedTexts, decide: Decide): HTMLElement {
  const look = lookOf(card);
  const titleId = `title-${card.uuid}`;
  // A note asks for nothing: what is held, or about somebody whose identity is not certain, must not be applied (§4.3, R-11-1).
  const mayApply = look !== 'note';
  const ticks = card.suggestions.map((suggestion) => {
    const isHeld = suggestion.isHeld === true;
    const tick = element('input', { type: 'checkbox', value: suggestion.measureId });
    tick.checked = suggestion.isRecommended && !isHeld;
    return { suggestion, tick, isHeld };
  });
  const measures = ticks.map(({ suggestion, tick, isHeld }) =>
    element('li', {}, [
      element('label', {}, [
        ...(mayApply && !isHeld ? [tick] : []),
        element('span', {}, [
          element('span', { class: 'measure' }, [suggestion.label]),
          element('span', { class: 'code' }, [suggestion.measureId]),
          ...(isHeld ? [element('span', { class: 'held' }, [texts.onHold])] : []),
          ...(suggestion.basis === null ? [] : [element('span', { class: 'basis' }, [`${texts.basis}：${suggestion.basis}`])]),
        ]),
      ]),
    ]),
  );
  const acts = element('div', { class: 'acts' });
  const open = () => {
    for (const { tick } of ticks) tick.disabled = false;
    acts.replaceChildren(...actsOf(card, texts, () => ticks.flatMap(({ tick }) => (tick.checked ? [tick.value] : [])), decide));
  };
  const canBeDecided = mayApply && card.suggestions.length > 0;
  if (canBeDecided && card.answered === null) open();
  else for (const { tick } of ticks) tick.disabled = true;
  const done = card.answered === null ? [] : [doneElement(card.answered, texts, acts, canBeDecided ? open : undefined)];
  return element(
    'section',
    {
      class: 'card',
      'data-look': look,
      'data-indicator': card.indicator,
      'data-card': card.uuid,
      'aria-labelledby': titleId,
      tabindex: '-1',
    },
    [
      element('h3', { id: titleId }, [
        tag(look, texts.look[look]),
        element('span', { class: 'summary' }, [`${texts.roles[card.subjectRole] ?? card.subjectRole}：${card.summary}`]),
      ]),
      element('p', { class: 'detail' }, [card.detail]),
      element('p', { class: 'source' }, [`${texts.source}：${card.source.label}`]),
      ...(measures.length === 0 ? [] : [element('ul', { 'aria-label': texts.measures }, measures)]),
      ...done,
      acts,
    ],
  );
}

/** What was decided, and a way to say otherwise: the last word counts. */
function doneElement(
  answered: NonNullable<CheckCard['answered']>,
  texts: EmbedTexts,
  acts: HTMLElement,
  open: (() => void) | undefined,
): HTMLElement {
  const line = element('p', { class: 'done', 'data-outcome': answered.outcome }, [
    icon(answered.outcome === 'accepted' ? 'clean' : 'note'),
    element('span', {}, [`${texts.decided[answered.outcome]} · ${texts.at(new Date(answered.at))}`]),
  ]);
  if (open === undefined) return line;
  const again = element('button', { type: 'button', class: 'quiet', 'data-act': 'again' }, [texts.again]);
  again.addEventListener('click', () => {
    again.remove();
    open();
    acts.querySelector('button')?.focus();
  });
  line.append(again);
  return line;
}

function actsOf(card: CheckCard, texts: EmbedTexts, ticked: () => string[], decide: Decide): HTMLElement[] {
  const fault = element('p', { class: 'fault', role: 'alert' });
  const accept = element('button', { type: 'button', class: 'main', 'data-act': 'accept' }, [texts.accept]);
  const send = async (word: CardWord) => {
    fault.textContent = (await decide(word)) ?? '';
  };
  accept.addEventListener('click', () => {
    const acceptedMeasures = ticked();
    if (acceptedMeasures.length === 0 && card.overrideReasons.length > 0) fault.textContent = texts.tickOne;
    else void send({ card: card.uuid, outcome: 'accepted', acceptedMeasures });
  });
  if (card.overrideReasons.length === 0) return [element('div', { class: 'row' }, [accept]), fault];
  const form = overrideForm(card, texts, fault, send);
  const override = element('button', { type: 'button', 'data-act': 'override', 'aria-expanded': 'false' }, [texts.override]);
  override.addEventListener('click', () => {
    form.hidden = !form.hidden;
    override.setAttribute('aria-expanded', String(!form.hidden));
    if (!form.hidden) form.querySelector('select')?.focus();
  });
  return [element('div', { class: 'row' }, [accept, override]), form, fault];
}

/** Not followed: with a coded reason, "other" in words (product §B.9). */
function overrideForm(card: CheckCard, texts: EmbedTexts, fault: HTMLElement, send: (word: CardWord) => Promise<void>): HTMLElement {
  const [reasonId, commentId] = [`reason-${card.uuid}`, `comment-${card.uuid}`];
  const reasons = element('select', { id: reasonId }, [
    element('option', { value: '' }, [texts.chooseReason]),
    ...card.overrideReasons.map(({ code, display }) => element('option', { value: code }, [texts.reasons[code] ?? display])),
  ]);
  const comment = element('input', { id: commentId, type: 'text', maxlength: '2000', placeholder: texts.commentHint });
  const confirm = element('button', { type: 'submit', class: 'main', 'data-act': 'confirm-override' }, [texts.confirmOverride]);
  const form = element('form', { class: 'why' }, [
    element('label', { for: reasonId }, [texts.reason]),
    reasons,
    element('label', { for: commentId }, [texts.comment]),
    comment,
    confirm,
  ]);
  form.hidden = true;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = comment.value.trim();
    const isMissing = reasons.value === '' ? reasons : reasons.value === 'other' && text === '' ? comment : undefined;
    for (const field of [reasons, comment]) field.setAttribute('aria-invalid', String(field === isMissing));
    if (isMissing !== undefined) {
      fault.textContent = isMissing === reasons ? texts.chooseReason : texts.fillComment;
      isMissing.focus();
      return;
    }
    const overrideReason = { code: reasons.value, ...(text === '' ? {} : { comment: text }) };
    void send({ card: card.uuid, outcome: 'overridden', overrideReason });
  });
  return form;
}
