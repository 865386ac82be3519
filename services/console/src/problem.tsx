import { Alert, Button } from 'antd';
import { ApiProblem } from './api.ts';
import { useTexts } from './language.tsx';

/** What went wrong, with the trace to quote and a way to try again. */
export function ProblemAlert({ title, error, onRetry }: { readonly title: string; readonly error: Error; readonly onRetry?: () => void }) {
  const texts = useTexts();
  return (
    <Alert
      type="warning"
      showIcon
      title={title}
      description={<ProblemText error={error} />}
      action={
        onRetry && (
          <Button size="small" onClick={onRetry}>
            {texts.problem.retry}
          </Button>
        )
      }
    />
  );
}

export function ProblemText({ error }: { readonly error: Error }) {
  const texts = useTexts();
  if (!(error instanceof ApiProblem)) return <>{error.message}</>;
  if (error.status === 0) return <>{texts.problem.unreachable}</>;
  return (
    <>
      {error.message}
      {error.traceId !== undefined && <div className="quiet">{texts.problem.trace(error.traceId)}</div>}
    </>
  );
}
