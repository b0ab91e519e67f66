import { money } from '@tollgate/kernel/money/money';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { PaymentProvider, RefundOutcome, RefundRequest } from '../src/providers/domain/provider.js';
import { charge, startGateways, type Gateways } from './gateways.js';

let gateways: Gateways;
beforeAll(async () => {
  gateways = await startGateways();
});
afterEach(() => gateways.sandbox.control.clearFaults());
afterAll(() => gateways.stop());

const TOKENS = { stripe: 'pm_card_visa', paypal: 'paypal_vault_ok' } as const;

describe.each(['stripe', 'paypal'] as const)('%s', (name) => {
  const provider = (): PaymentProvider => gateways.providers[name];

  /** Money that was captured, and the refund of a part of it. */
  async function captured(): Promise<RefundRequest & Required<Pick<RefundRequest, 'part'>>> {
    const request = charge(TOKENS[name]);
    const { paymentId, attempt } = request;
    const held = await provider().authorise(request);
    if (held.outcome !== 'authorised') throw new Error('not authorised');
    const { authorisation, reference } = held;
    const taken = await provider().capture({ paymentId, authorisation, money: request.money });
    if (taken.outcome !== 'captured') throw new Error('not captured');
    const part = { id: `crn_${paymentId}`, money: money(500n, request.money.currency), answers: 0 };
    return { paymentId, attempt, authorisation, reference, capture: taken.capture, tries: 0, part };
  }

  /** Asks as the payment does: again after each transient fault, with what it has learnt. */
  async function patiently(request: Awaited<ReturnType<typeof captured>>): Promise<RefundOutcome> {
    let { tries, part } = request;
    for (;;) {
      const outcome = await provider().refund({ ...request, tries, part });
      if (outcome.outcome !== 'unavailable') return outcome;
      tries += 1;
      part = { ...part, answers: part.answers + (outcome.answered === true ? 1 : 0) };
    }
  }

  const keptOf = ({ paymentId }: RefundRequest): bigint =>
    gateways.sandbox.control
      .captures()
      .filter(({ payment }) => payment === paymentId)
      .reduce((sum, { minor }) => sum + BigInt(minor), 0n);

  test('a part goes back once for each name, however often it is asked', async () => {
    const request = await captured();
    const before = keptOf(request);
    for (let time = 0; time < 2; time += 1)
      expect(await provider().refund({ ...request, tries: time })).toMatchObject({ outcome: 'refunded' });
    expect(keptOf(request)).toBe(before - 500n);
    const other = { ...request, part: { ...request.part, id: 'crn_other' } };
    expect(await provider().refund(other)).toMatchObject({ outcome: 'refunded' });
    expect(keptOf(request)).toBe(before - 1_000n);
  });

  test.each([
    ['the request is lost', { kind: 'unreachable', count: 2 }],
    ['the answer is lost', { kind: 'unreachable', count: 2, when: 'after' }],
    ['it answers with a fault', { kind: 'error_500', count: 2 }],
    ['it answers with a fault after it was done', { kind: 'error_500', count: 2, when: 'after' }],
    ['it asks to slow down', { kind: 'error_429', count: 2 }],
  ] as const)('a part goes back once where %s', async (_title, fault) => {
    const request = await captured();
    const before = keptOf(request);
    gateways.sandbox.control.setFault({ provider: name, path: 'refund', ...fault });
    expect(await patiently(request)).toMatchObject({ outcome: 'refunded' });
    expect(keptOf(request)).toBe(before - 500n);
  });

  test('more than was captured does not go back', async () => {
    const request = await captured();
    const much = {
      ...request,
      part: { ...request.part, money: { ...request.part.money, minor: 10_000_000n } },
    };
    expect(await provider().refund(much)).toMatchObject({ outcome: 'rejected' });
  });
});
