import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { hold, type Attack } from '../attack.js';

interface Asked {
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
}

/** A page that has its own name point at this machine, and a stranger behind a proxy that runs on it. */
export const foreignNames: Attack = {
  name: 'foreign-names',
  holds:
    'nobody signs in as staff under a foreign host name, and metrics are not for who comes through a proxy',
  async play({ baseUrl }) {
    const host = 'rebound.example';
    const signIn = await statusOf(baseUrl, { path: 'staff/sign-in', method: 'POST', headers: { host } });
    hold(signIn !== 200 && signIn !== 400, `signing in under ${host} was answered ${signIn}`);
    const forwarded = { 'x-forwarded-for': '203.0.113.7' };
    const metrics = await statusOf(baseUrl, { path: 'metrics', method: 'GET', headers: forwarded });
    hold(metrics !== 200, `metrics for a stranger were answered ${metrics}`);
  },
};

/** The status of a request with headers that `fetch` would not send. */
async function statusOf(baseUrl: string, { path, method, headers }: Asked): Promise<number> {
  const asked = request(new URL(path, baseUrl), { method, headers });
  asked.end(method === 'POST' ? JSON.stringify({ email: 'mallory@rebound.example' }) : undefined);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode ?? 0;
}
