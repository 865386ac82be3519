import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until `probe` returns something other than undefined or false, looking every 20 ms.
 * @throws the probe's last error, or one that names the condition, after `timeoutMs`.
 */
export async function eventually<Result>(
  condition: string,
  probe: () => Promise<Result | undefined | false> | Result | undefined | false,
  timeoutMs = 20_000,
): Promise<Result> {
  const end = Date.now() + timeoutMs;
  let lastError: unknown;
  while (Date.now() < end) {
    try {
      const result = await probe();
      if (result !== undefined && result !== false) return result;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    await delay(20);
  }
  if (lastError !== undefined) throw lastError;
  throw new Error(`did not happen within ${timeoutMs} ms: ${condition}`);
}
