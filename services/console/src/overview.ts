import { useQuery } from '@tanstack/react-query';
import { useSession } from './session.tsx';

/** A figure as the API gives it (`GET /api/v1/stats/overview`). */
export interface Figure {
  readonly code: string;
  readonly nameZh: string;
  readonly numerator: number;
  readonly denominator: number | null;
  readonly display: string;
  readonly rowsHref: string;
}

export interface Overview {
  readonly period: { readonly from: string; readonly to: string };
  readonly entries: readonly Figure[];
  readonly tasks: readonly Figure[];
  readonly figures: readonly Figure[];
}

/** Also without an event now and then: a day may have turned. */
const refreshMs = 60_000;

export function useOverview() {
  const { api } = useSession().caller;
  return useQuery({
    queryKey: ['overview', api.apiKey],
    queryFn: ({ signal }) => api.get<Overview>('/api/v1/stats/overview', signal),
    refetchInterval: refreshMs,
  });
}
