import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { Api } from './api.ts';
import { useLanguage } from './language.tsx';
import { SignIn } from './sign-in.tsx';
import { setUrl, useUrl } from './url-state.ts';

/** As whom the page looks; KEY: a key that was typed in, whose role only the server knows. */
export const roleKinds = ['CREDIT_OFFICE', 'DEPARTMENT', 'APPROVER', 'WINDOW', 'AUDITOR', 'KEY'] as const;
export type RoleKind = (typeof roleKinds)[number];

export interface Caller {
  readonly kind: RoleKind;
  /** The department of a department's role. */
  readonly department: string | null;
  readonly api: Api;
}

/** Keys of the demo city by name: a department's code, its code with `:APPROVER`, or a role. */
export type DemoKeys = Readonly<Record<string, string>>;

interface SessionValue {
  readonly caller: Caller;
  /** Undefined outside demo mode. */
  readonly demoKeys: DemoKeys | undefined;
  readonly choose: (kind: RoleKind, department: string | null) => void;
}
const SessionContext = createContext<SessionValue | undefined>(undefined);

export function useSession(): SessionValue {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('no session above this component');
  return session;
}

/** The demo city may still be in the making, or the system about to come up. */
const askAgainMs = 1_500;

type Access =
  | { readonly kind: 'ASKING' }
  | { readonly kind: 'WAITING' }
  | { readonly kind: 'DEMO'; readonly keys: DemoKeys }
  | { readonly kind: 'KEY_NEEDED' };

/** In demo mode the gateway hands out the keys of the demo city to its own page; else the user types one. */
export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const { language, texts } = useLanguage();
  const [access, setAccess] = useState<Access>({ kind: 'ASKING' });
  const [typedKey, setTypedKey] = useState<string>();
  useEffect(() => {
    const leave = new AbortController();
    void askForDemoKeys(leave.signal, () => setAccess({ kind: 'WAITING' })).then((keys) => {
      if (!leave.signal.aborted) setAccess(keys === undefined ? { kind: 'KEY_NEEDED' } : { kind: 'DEMO', keys });
    });
    return () => leave.abort();
  }, []);
  const demoKeys = access.kind === 'DEMO' ? access.keys : undefined;
  const chosen = useChosenRole(demoKeys);
  const key = typedKey ?? (chosen === undefined ? undefined : demoKeys?.[chosen.keyName]);
  const kind = typedKey === undefined ? (chosen?.kind ?? 'CREDIT_OFFICE') : 'KEY';
  const department = typedKey === undefined ? (chosen?.department ?? null) : null;
  const value = useMemo(
    () =>
      key === undefined
        ? undefined
        : {
            caller: { kind, department, api: new Api(key, language) },
            demoKeys,
            choose: (next: RoleKind, of: string | null) => setUrl({ role: next === 'CREDIT_OFFICE' ? null : next, department: of }),
          },
    [key, kind, department, language, demoKeys],
  );
  if (access.kind === 'ASKING') return null;
  if (access.kind === 'WAITING')
    return (
      <p className="waiting" role="status">
        {texts.signIn.waiting}
      </p>
    );
  if (value === undefined) return <SignIn onKey={setTypedKey} />;
  return <SessionContext value={value}>{children}</SessionContext>;
}

/** The role that the address names, if the demo city has it; else the credit office. */
function useChosenRole(keys: DemoKeys | undefined): { kind: RoleKind; department: string | null; keyName: string } | undefined {
  const { role, department } = useUrl();
  if (keys === undefined) return undefined;
  const kind = roleKinds.find((one) => one === role && one !== 'KEY') ?? 'CREDIT_OFFICE';
  const keyName = keyNameOf(kind, department);
  return keyName in keys
    ? { kind, department: needsDepartment(kind) ? department : null, keyName }
    : { kind: 'CREDIT_OFFICE', department: null, keyName: 'CREDIT_OFFICE' };
}

export function needsDepartment(kind: RoleKind): boolean {
  return kind === 'DEPARTMENT' || kind === 'APPROVER';
}

export function keyNameOf(kind: RoleKind, department: string | null): string {
  if (kind === 'DEPARTMENT') return department ?? '';
  return kind === 'APPROVER' ? `${department ?? ''}:APPROVER` : kind;
}

/**
 * Undefined where there is no demo city, or not for this caller.
 * @param onWait told when the system cannot say yet; it is asked again.
 */
async function askForDemoKeys(signal: AbortSignal, onWait: () => void): Promise<DemoKeys | undefined> {
  for (;;) {
    const response = await fetch('/demo/credentials', { headers: { accept: 'application/json' }, cache: 'no-store', signal }).catch(
      () => undefined,
    );
    if (signal.aborted) return undefined;
    if (response?.ok === true) return ((await response.json()) as { apiKeys: DemoKeys }).apiKeys;
    if (response !== undefined && response.status < 500) return undefined;
    onWait();
    await new Promise((resolve) => setTimeout(resolve, askAgainMs));
  }
}
