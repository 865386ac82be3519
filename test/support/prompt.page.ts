import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Page } from 'playwright-core';

/** The way to the window, as a clerk's browser sees it. */
export type Place = Page | FrameLocator;
export const card = (place: Place) => place.locator('.card').first();
export const act = (place: Place, name: string) => place.getByRole('button', { name });

/** What the page around the prompt has heard of it. */
export const heard = (page: Page) => page.evaluate<string[]>('window.heard');
export const asked = ({ usccCode, name }: { usccCode: string; name: string }, role = 'applicant') => ({ role, usccCode, name });

/** Pictures for whoever looks at what has changed: named by LIANXIN_SCREENSHOTS, else none. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['LIANXIN_SCREENSHOTS'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
