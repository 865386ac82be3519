import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react';
import { en } from './texts/en.ts';
import { type Texts, zhCN } from './texts/zh-CN.ts';
import { setUrl, useUrl } from './url-state.ts';

export type Language = 'zh-CN' | 'en';
const textsOf: Readonly<Record<Language, Texts>> = { 'zh-CN': zhCN, en };

interface LanguageValue {
  readonly language: Language;
  readonly texts: Texts;
  readonly choose: (language: Language) => void;
}
const LanguageContext = createContext<LanguageValue>({ language: 'zh-CN', texts: zhCN, choose: () => undefined });

/** Chinese unless the address says otherwise. */
export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const language: Language = useUrl().lang === 'en' ? 'en' : 'zh-CN';
  const texts = textsOf[language];
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = texts.pageTitle;
  }, [language, texts]);
  const value = useMemo(
    () => ({ language, texts, choose: (chosen: Language) => setUrl({ lang: chosen === 'zh-CN' ? null : chosen }) }),
    [language, texts],
  );
  return <LanguageContext value={value}>{children}</LanguageContext>;
}

export function useLanguage(): LanguageValue {
  return useContext(LanguageContext);
}

export function useTexts(): Texts {
  return useContext(LanguageContext).texts;
}

const beijing = { timeZone: 'Asia/Shanghai', hour12: false } as const;
const timeFormat = new Intl.DateTimeFormat('zh-CN', { ...beijing, hour: '2-digit', minute: '2-digit', second: '2-digit' });
const minuteFormat = new Intl.DateTimeFormat('sv-SE', { ...beijing, dateStyle: 'short', timeStyle: 'short' });
const dayFormat = new Intl.DateTimeFormat('sv-SE', { ...beijing, dateStyle: 'short' });

/** `14:03:22` in Beijing. */
export const timeOf = (instant: string) => timeFormat.format(new Date(instant));
/** `2026-11-23 14:03` in Beijing. */
export const minuteOf = (instant: string) => minuteFormat.format(new Date(instant));
/** `2026-11-23` in Beijing. A due time is the end of its last day, so the day is that of the moment before. */
export const dueDayOf = (instant: string) => dayFormat.format(new Date(Date.parse(instant) - 1));

/** A word for a code; the code itself where the page does not know it. */
export function wordOf(words: Readonly<Record<string, string>>, code: string): string {
  return words[code] ?? code;
}
