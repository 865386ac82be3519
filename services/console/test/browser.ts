import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** Where Debian and others put it; the browser is the system's, nothing is downloaded. */
const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
export const chromiumPath = places.find((place) => existsSync(place));

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A window of a real Chromium that reaches the system under test and nothing else, and keeps a record of what went wrong in it. */
export class Window {
  private constructor(
    readonly page: Page,
    private readonly context: BrowserContext,
    /** Addresses outside the system that a page asked for; they were refused. */
    readonly strayRequests: string[],
    /** Errors of scripts and refusals of the content policy. */
    readonly faults: string[],
  ) {}

  /** @param options.also origins that the page may reach beside the system */
  static async open(
    browser: Browser,
    baseUrl: string,
    options: { width?: number; height?: number; also?: readonly string[] } = {},
  ): Promise<Window> {
    const context = await browser.newContext({
      baseURL: baseUrl,
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
      viewport: { width: options.width ?? 1366, height: options.height ?? 768 },
      reducedMotion: 'reduce',
    });
    const strayRequests: string[] = [];
    const faults: string[] = [];
    await context.route(
      (url) => url.origin !== baseUrl && url.protocol !== 'data:' && options.also?.includes(url.origin) !== true,
      (route) => {
        strayRequests.push(route.request().url());
        return route.abort();
      },
    );
    const page = await context.newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      // Refusals of the API are part of the page's life, and so is a system that is being restarted.
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) faults.push(message.text());
    });
    return new Window(page, context, strayRequests, faults);
  }

  /** What axe finds serious or critical, in a word each. */
  async accessibilityFaults(): Promise<string[]> {
    await this.page.evaluate(axeSource);
    return this.page.evaluate<string[]>(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(' | ')))`);
  }

  /** How much wider than its window the page is. */
  sideways(): Promise<number> {
    return this.page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  }

  close(): Promise<void> {
    return this.context.close();
  }
}

/** A browser that makes no calls of its own and resolves no name. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }),
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-domain-reliability',
      '--disable-sync',
      '--no-default-browser-check',
      '--no-first-run',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
}
