import { Button, Segmented, Select } from 'antd';
import type { StreamState } from './event-stream.ts';
import { useLanguage, useTexts } from './language.tsx';
import type { Names } from './names.ts';
import { keyNameOf, needsDepartment, type RoleKind, roleKinds, useSession } from './session.tsx';

export function Header({
  stream,
  names,
  likelyDepartment,
}: {
  readonly stream: StreamState;
  readonly names: Names;
  /** One of which a task is in sight. */
  readonly likelyDepartment: string | undefined;
}) {
  const { texts, language, choose } = useLanguage();
  return (
    <header className="header">
      <div className="brand">
        <svg viewBox="0 0 32 32" width="30" height="30" aria-hidden="true">
          <rect width="32" height="32" rx="7" fill="#17427a" />
          <path d="M10 8v16M10 16h12M10 9h12M10 23h12" fill="none" stroke="#fff" strokeOpacity=".55" strokeWidth="1.6" />
          <circle cx="10" cy="16" r="3.4" fill="#fff" />
          <circle cx="22.5" cy="9" r="2.6" fill="#fff" />
          <circle cx="22.5" cy="16" r="2.6" fill="#fff" />
          <circle cx="22.5" cy="23" r="2.6" fill="#fff" />
        </svg>
        <h1>
          <strong>{texts.product}</strong>
          <span>{texts.title}</span>
        </h1>
      </div>
      <RoleSwitcher names={names} likelyDepartment={likelyDepartment} />
      <div className="header-end">
        <Connection state={stream} />
        <Button
          size="small"
          type="text"
          lang={language === 'en' ? 'zh-CN' : 'en'}
          onClick={() => choose(language === 'en' ? 'zh-CN' : 'en')}
        >
          {texts.otherLanguage}
        </Button>
      </div>
    </header>
  );
}

export function DemoBanner() {
  const texts = useTexts();
  return (
    <div className="demo-banner" role="note">
      <strong>{texts.demoBanner.title}</strong>
      <span>{texts.demoBanner.text}</span>
    </div>
  );
}

function Connection({ state }: { readonly state: StreamState }) {
  const { connection } = useTexts();
  const words =
    state.kind === 'WAITING'
      ? connection.WAITING(state.attempt)
      : state.kind === 'REFUSED'
        ? connection.REFUSED(state.status)
        : connection[state.kind];
  return (
    <span className={`connection connection-${state.kind.toLowerCase()}`} role="status" title={connection.label}>
      <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
        {state.kind === 'LIVE' ? (
          <circle cx="6" cy="6" r="4.5" fill="currentColor" />
        ) : (
          <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="1.6" strokeDasharray="3 2" />
        )}
      </svg>
      {words}
    </span>
  );
}

function RoleSwitcher({ names, likelyDepartment }: { readonly names: Names; readonly likelyDepartment: string | undefined }) {
  const { roles } = useTexts();
  const { caller, demoKeys, choose } = useSession();
  if (demoKeys === undefined) return <span className="role-switcher">{roles[caller.kind]}</span>;
  const departments = Object.keys(demoKeys).filter((name) => keyNameOf('APPROVER', name) in demoKeys);
  const change = (kind: RoleKind) =>
    choose(kind, needsDepartment(kind) ? (caller.department ?? likelyDepartment ?? departments[0] ?? null) : null);
  const options = roleKinds.filter((kind) => kind !== 'KEY' && (needsDepartment(kind) || kind in demoKeys));
  return (
    <div className="role-switcher">
      <Segmented<RoleKind>
        aria-label={roles.label}
        options={options.map((kind) => ({ value: kind, label: roles[kind] }))}
        value={caller.kind}
        onChange={change}
      />

      {needsDepartment(caller.kind) && (
        <Select
          aria-label={roles.department}
          showSearch={{ optionFilterProp: 'label' }}
          value={caller.department}
          options={departments.map((code) => ({ value: code, label: names.department(code) }))}
          onChange={(department) => choose(caller.kind, department)}
          className="department-select"
        />
      )}
    </div>
  );
}
