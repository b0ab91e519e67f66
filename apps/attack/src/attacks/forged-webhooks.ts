import { hold, type Attack } from '../attack.js';
import type { Stage } from '../stage.js';
import { post } from '../http.js';

const FORGED = 400;
const FORGERS = 20;
const BODY_BYTES = 200_000;
const ANSWER_WITHIN_MS = 3_000;

/** Strangers who found the address that payment providers call. */
export const forgedWebhooks: Attack = {
  name: 'forged-webhooks',
  holds: 'forged webhooks are turned away, most of them unread, and nobody else waits for them',
  async play(stage) {
    const target = await stage.tenant();
    const statuses: number[] = [];
    let left = FORGED;
    const forge = async (): Promise<void> => {
      while (left-- > 0) statuses.push(await forged(stage, left));
    };
    const forging = Promise.all(Array.from({ length: FORGERS }, forge));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const answer = await stage.post({ token: target.apiKey, body: { query: '{ tenant { name } }' } });
    await forging;
    hold(answer.status === 200 && answer.ms < ANSWER_WITHIN_MS, `a query took ${Math.round(answer.ms)} ms`);
    const taken = statuses.filter((status) => status < 400 || status >= 500);
    hold(taken.length === 0, `forged webhooks were answered ${[...new Set(taken)].join(', ')}`);
    const unread = statuses.filter((status) => status === 429).length;
    hold(unread > FORGED / 2, `only ${unread} of ${FORGED} forged webhooks were turned away unread`);
  },
};

async function forged({ baseUrl }: Stage, count: number): Promise<number> {
  const provider = count % 2 === 0 ? 'stripe' : 'paypal';
  const body = { id: `evt_${count}`, type: 'x', event_type: 'x', padding: 'x'.repeat(BODY_BYTES) };
  const headers = {
    'stripe-signature': `t=${Math.floor(Date.now() / 1_000)},v1=${'0'.repeat(64)}`,
    'paypal-auth-algo': 'SHA256withRSA',
    'paypal-cert-url': 'https://api.paypal.com/v1/notifications/certs/forged',
    'paypal-transmission-id': `forged-${count}`,
    'paypal-transmission-sig': 'AAAA',
    'paypal-transmission-time': new Date().toISOString(),
  };
  return (await post(`${baseUrl}webhooks/${provider}`, { body, headers })).status;
}
