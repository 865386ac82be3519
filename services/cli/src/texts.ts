import type { Language } from './options.ts';
import { en } from './texts.en.ts';
import { zh } from './texts.zh.ts';

/** All texts of one language; both files must have the same shape, which the compiler sees to. */
export type Texts = typeof zh;

export function textsOf(language: Language): Texts {
  return language === 'en' ? en : zh;
}
