import { useSyncExternalStore } from 'react';

/** What of the page stands in its address, so that a link shows the same. */
const names = ['role', 'department', 'entry', 'lang'] as const;
export type UrlState = { readonly [Name in (typeof names)[number]]: string | null };

const listeners = new Set<() => void>();
let current = read();

function read(): UrlState {
  const query = new URLSearchParams(location.search);
  return { role: query.get('role'), department: query.get('department'), entry: query.get('entry'), lang: query.get('lang') };
}

/** Changes some of it; null takes a name out of the address. */
export function setUrl(change: Partial<UrlState>): void {
  current = { ...current, ...change };
  const query = new URLSearchParams();
  for (const name of names) {
    const value = current[name];
    if (value !== null) query.set(name, value);
  }
  const text = query.toString();
  history.replaceState(null, '', text === '' ? location.pathname : `?${text}`);
  for (const listener of listeners) listener();
}

export function useUrl(): UrlState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
