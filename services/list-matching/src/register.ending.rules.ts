import type { ListType } from '@lianxin/contracts';

interface Party {
  readonly id: string;
  readonly role: string;
  readonly named: boolean;
  readonly served: boolean;
}

/**
 * Who is still bound when the subject itself is gone (T22, R-2-15): the persons whom the decision names and whom it has reached, on a list that
 * restricts. An honour has no responsible persons: it ends for all.
 */
export function boundBeyondSubject<P extends Party>(listType: ListType, parties: readonly P[]): { ended: P[]; bound: P[] } {
  const isBound = (party: P) => listType !== 'RED' && party.role !== 'SUBJECT' && party.named && party.served;
  return { ended: parties.filter((party) => !isBound(party)), bound: parties.filter(isBound) };
}
