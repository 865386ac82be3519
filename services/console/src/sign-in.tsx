import { Button, Card, Form, Input } from 'antd';
import { useTexts } from './language.tsx';

/** Outside demo mode: the caller's own API key, kept in memory only. */
export function SignIn({ onKey }: { readonly onKey: (key: string) => void }) {
  const texts = useTexts();
  return (
    <main className="sign-in">
      <Card title={<h1>{`${texts.product} · ${texts.signIn.title}`}</h1>}>
        <p>{texts.signIn.about}</p>
        <Form layout="vertical" onFinish={({ key }: { key: string }) => onKey(key.trim())} requiredMark={false}>
          <Form.Item name="key" label={texts.signIn.key} rules={[{ required: true, whitespace: true, message: texts.signIn.empty }]}>
            <Input.Password autoComplete="off" autoFocus />
          </Form.Item>
          <Button type="primary" htmlType="submit" block>
            {texts.signIn.submit}
          </Button>
        </Form>
      </Card>
    </main>
  );
}
