import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { App as AntApp, ConfigProvider } from 'antd';
import enUS from 'antd/es/locale/en_US';
import zhCN from 'antd/es/locale/zh_CN';
import { Component, type ReactNode } from 'react';
import { ApiProblem } from './api.ts';
import { LanguageProvider, useLanguage, useTexts } from './language.tsx';
import { LivePage } from './live-page.tsx';
import { SessionProvider, useSession } from './session.tsx';
import { theme } from './theme.ts';

const maxRetries = 3;
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      refetchOnWindowFocus: false,
      // A refusal stays a refusal; only what could not be reached is tried again.
      retry: (failures, error) =>
        failures < maxRetries && (!(error instanceof ApiProblem) || error.status === 0 || error.status >= 500 || error.status === 429),
    },
  },
});

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <LanguageProvider>
        <Themed>
          <Fence>
            <SessionProvider>
              <PageOfCaller />
            </SessionProvider>
          </Fence>
        </Themed>
      </LanguageProvider>
    </QueryClientProvider>
  );
}

function Themed({ children }: { readonly children: ReactNode }) {
  const { language } = useLanguage();
  return (
    <ConfigProvider theme={theme} locale={language === 'en' ? enUS : zhCN} button={{ autoInsertSpace: false }}>
      <AntApp message={{ top: 44, maxCount: 2 }}>{children}</AntApp>
    </ConfigProvider>
  );
}

/** Another caller gets a page of its own: nothing of what the one before could see stays. */
function PageOfCaller() {
  const { caller } = useSession();
  return <LivePage key={caller.api.apiKey} />;
}

class Fence extends Component<{ readonly children: ReactNode }, { readonly isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override render() {
    return this.state.isBroken ? <Broken /> : this.props.children;
  }
}

function Broken() {
  return <p role="alert">{useTexts().problem.broken}</p>;
}
