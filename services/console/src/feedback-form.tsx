import type { FeedbackKind, FeedbackRequest, NotAppliedReason, TaskView } from '@lianxin/contracts';
import { beijingDate } from '@lianxin/contracts/calendar-date';
import { App, Button, Form, Input, Select, Space } from 'antd';
import { useState } from 'react';
import { useTexts } from './language.tsx';
import { ProblemText } from './problem.tsx';
import { useSession } from './session.tsx';

/** What may be answered in which state (§4.6). */
const kindsByStatus: Partial<Record<TaskView['status'], readonly FeedbackKind[]>> = {
  IN_EXECUTION: ['APPLIED', 'PARTIAL', 'NOT_APPLIED'],
  ARMED: ['ZERO', 'HIT', 'NOT_APPLIED'],
  LIFTING: ['LIFTED'],
};

interface Answer {
  readonly kind: FeedbackKind;
  readonly measureApplied?: string;
  readonly appliedOn?: string;
  readonly documentNo?: string;
  readonly notAppliedReason?: NotAppliedReason;
  readonly remark?: string;
}

interface FeedbackFormProps {
  readonly task: TaskView;
  readonly isBusy: boolean;
  readonly onSend: (request: FeedbackRequest) => Promise<void>;
  readonly onCancel: () => void;
}

/** The answer of a department, with what its kind needs (§4.6). */
export function FeedbackForm({ task, isBusy, onSend, onCancel }: FeedbackFormProps) {
  const texts = useTexts();
  const { api } = useSession().caller;
  const { notification } = App.useApp();
  const [form] = Form.useForm<Answer>();
  const [file, setFile] = useState<File>();
  const [isUploading, setUploading] = useState(false);
  const kinds = kindsByStatus[task.status] ?? [];
  const kind = Form.useWatch('kind', form) ?? kinds[0];
  const isProved = kind === 'APPLIED' || kind === 'HIT';
  const isDone = isProved || kind === 'PARTIAL' || kind === 'LIFTED';
  const needed = (label: string, required: boolean) =>
    required ? [{ required: true, whitespace: true, message: texts.form.required(label) }] : [];
  const send = async (answer: Answer) => {
    setUploading(true);
    try {
      const evidenceIds = file === undefined ? [] : [(await api.post<{ id: string }>('/api/v1/files', file)).id];
      await onSend({ ...answer, evidenceIds });
    } catch (error) {
      notification.warning({ title: texts.task.failed, description: <ProblemText error={error as Error} /> });
    } finally {
      setUploading(false);
    }
  };
  return (
    <Form<Answer>
      form={form}
      layout="vertical"
      size="small"
      className="feedback-form"
      initialValues={{ kind: kinds[0], appliedOn: beijingDate(new Date()) }}
      onFinish={(answer) => void send(answer)}
    >
      <Form.Item name="kind" label={texts.form.kind}>
        <Select options={kinds.map((one) => ({ value: one, label: texts.form.kinds[one] }))} />
      </Form.Item>
      {isDone && (
        <Form.Item name="measureApplied" label={texts.form.measureApplied} rules={needed(texts.form.measureApplied, true)}>
          <Input maxLength={500} />
        </Form.Item>
      )}
      {isDone && (
        <Form.Item name="appliedOn" label={texts.form.appliedOn} rules={needed(texts.form.appliedOn, true)}>
          <Input type="date" />
        </Form.Item>
      )}
      {isProved && (
        <Form.Item name="documentNo" label={texts.form.documentNo}>
          <Input maxLength={200} />
        </Form.Item>
      )}
      {isDone && (
        <Form.Item label={texts.form.evidence} required={isProved} className="whole-row">
          <input
            type="file"
            accept=".pdf,.jpg,.jpeg,.png,.ofd"
            required={isProved}
            aria-label={texts.form.evidence}
            onChange={(event) => setFile(event.target.files?.[0])}
          />
        </Form.Item>
      )}
      {kind === 'NOT_APPLIED' && (
        <Form.Item name="notAppliedReason" label={texts.form.reason} rules={needed(texts.form.reason, true)}>
          <Select options={Object.entries(texts.form.reasons).map(([value, label]) => ({ value, label }))} />
        </Form.Item>
      )}
      {!isDone && (
        <Form.Item name="remark" label={texts.form.remark} className="whole-row">
          <Input.TextArea maxLength={2000} autoSize />
        </Form.Item>
      )}
      <p className="quiet">{texts.form.secondPerson}</p>
      <Space>
        <Button type="primary" htmlType="submit" loading={isBusy || isUploading}>
          {texts.form.submit}
        </Button>
        <Button onClick={onCancel}>{texts.form.cancel}</Button>
      </Space>
    </Form>
  );
}
