import type { Metrics } from '@lianxin/platform';
import { mergeMetrics } from './metrics.merge.ts';
import type { ServiceName } from './route.rules.ts';
import type { Services } from './services.client.ts';

const timeoutMs = 5_000;

/** `/metrics` shows the figures of all services; each line names its own. A service that does not answer shows as `lx_service_up 0`. */
export function joinMetrics(metrics: Metrics, services: Services): void {
  metrics.joinWith(async (own) => {
    const texts = await Promise.all(services.names.map((name) => findMetrics(services, name)));
    const up = services.names.map(
      (name, index) => `lx_service_up{service="gateway",target="${name}"} ${texts[index] === undefined ? 0 : 1}`,
    );
    const head = ['# HELP lx_service_up Whether a service answered', '# TYPE lx_service_up gauge'];
    return mergeMetrics([own, [...head, ...up].join('\n'), ...texts.filter((text) => text !== undefined)]);
  });
}

/** The text of one service; undefined when it does not answer, which the figures then show: one silent service must not hide the others. */
async function findMetrics(services: Services, name: ServiceName): Promise<string | undefined> {
  const answer = await services.ask(name, '/metrics', { timeoutMs }).catch(() => undefined);
  return answer?.status === 200 ? answer.text : undefined;
}
