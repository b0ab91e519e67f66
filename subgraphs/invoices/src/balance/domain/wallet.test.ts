import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldEvents } from '@tollgate/kernel/decider';
import { addSeconds, instant, type Instant } from '@tollgate/kernel/time/time';
import { remainingMinor, usableGrants, type Grant, type WalletPart } from './grant.js';
import { walletDecider, walletMinor } from './wallet.js';
import type { NewGrant, Wallet, WalletCommand, WalletEvent } from './wallet-state.js';

const AT = instant('2025-01-01T00:00:00Z');
const PURSE = { customerId: 'cus_1', currency: 'USD' } as const;
const grantOf = (id: string, more: Partial<NewGrant> = {}): NewGrant => ({
  ...{ id, name: id, kind: 'promotional', amountMinor: 800n, priority: 50, expiresAt: null, invoiceId: null },
  ...more,
});
const giving = (id: string, more: Partial<NewGrant> = {}, at: Instant = AT): WalletCommand => ({
  ...{ type: 'GiveGrant', ...PURSE, grant: grantOf(id, more), at },
});
const INVOICE = { kind: 'invoice', id: 'inv_1' } as const;
const VOID = { kind: 'void', id: 'inv_1' } as const;

const after = (commands: readonly WalletCommand[], from: Wallet | null = null): Wallet | null =>
  commands.reduce<Wallet | null>((state, command) => {
    const decided = walletDecider.decide(command, state);
    return decided.ok ? foldEvents(walletDecider, decided.events, state) : state;
  }, from);

const namesOf = (grants: readonly Grant[]) => grants.map(({ name }) => name);

test('priority goes first, then promotional before paid, then the earlier end, then the older', () => {
  const wallet = after([
    giving('paid', { kind: 'paid', invoiceId: 'inv_1', expiresAt: addSeconds(AT, 1) }),
    giving('late', { expiresAt: addSeconds(AT, 20) }),
    giving('soon', { expiresAt: addSeconds(AT, 10) }),
    giving('first', { priority: 1 }),
    giving('never'),
    giving('never too'),
  ]);
  const order = ['first', 'soon', 'late', 'never', 'never too', 'paid'];
  expect(namesOf(usableGrants(wallet?.grants ?? [], AT))).toEqual(order);
});

test('credit is gone at its instant, not before', () => {
  const wallet = after([giving('a', { expiresAt: addSeconds(AT, 10) })]);
  expect(walletMinor(wallet, addSeconds(AT, 9))).toBe(800n);
  expect(walletMinor(wallet, addSeconds(AT, 10))).toBe(0n);
  const early = walletDecider.decide({ type: 'ExpireGrant', grantId: 'a', at: addSeconds(AT, 9) }, wallet);
  expect(early).toEqual({ ok: true, events: [] });
});

test('what comes back to a grant that has ended is gone at once, once', () => {
  const parts: WalletPart[] = [{ grantId: 'a', kind: 'promotional', amountMinor: 800n }];
  const used = after([
    giving('a', { expiresAt: addSeconds(AT, 10) }),
    { type: 'UseGrants', parts, cause: INVOICE },
  ]);
  const at = addSeconds(AT, 11);
  const wallet = after([{ type: 'RestoreGrants', parts, cause: VOID, at }], used);
  expect(wallet?.grants).toMatchObject([{ usedMinor: 0n, expiredMinor: 800n }]);
  expect(after([{ type: 'ExpireGrant', grantId: 'a', at }], wallet)).toEqual(wallet);
});

test('only what was given for nothing is taken back, and of it what is left', () => {
  const wallet = after([
    giving('gift'),
    giving('bought', { kind: 'paid', invoiceId: 'inv_1' }),
    {
      type: 'UseGrants',
      parts: [{ grantId: 'gift', kind: 'promotional', amountMinor: 300n }],
      cause: INVOICE,
    },
    { type: 'RevokeGrant', grantId: 'gift' },
  ]);
  expect(wallet?.grants).toMatchObject([{ usedMinor: 300n, takenMinor: 500n }, { takenMinor: 0n }]);
  expect(walletDecider.decide({ type: 'RevokeGrant', grantId: 'bought' }, wallet)).toMatchObject({
    ok: false,
    rejection: { reason: 'WalletGrantPaidFor' },
  });
});

/** What somebody does to a wallet; indexes and sizes are taken from what is there. */
type Step = readonly ['give' | 'use' | 'restore' | 'expire' | 'revoke', number, number];

const stepOf = fc.tuple(
  fc.constantFrom('give' as const, 'use' as const, 'restore' as const, 'expire' as const, 'revoke' as const),
  fc.nat(20),
  fc.integer({ min: 1, max: 900 }),
);

/** The command of a step; null where there is nothing to do it to. */
function commandOf(wallet: Wallet | null, [what, index, size]: Step, at: Instant): WalletCommand | null {
  const grants = wallet?.grants ?? [];
  const grant = grants[index % Math.max(grants.length, 1)];
  if (what === 'give')
    return giving(
      `g${grants.length}`,
      {
        kind: index % 2 === 0 ? 'promotional' : 'paid',
        amountMinor: BigInt(size),
        expiresAt: index % 3 === 0 ? addSeconds(at, size) : null,
        priority: index % 4,
      },
      at,
    );
  if (grant === undefined) return null;
  const most = (available: bigint) => (BigInt(size) < available ? BigInt(size) : available);
  if (what === 'use') {
    let left = BigInt(size);
    const parts = usableGrants(grants, at).flatMap((one): WalletPart[] => {
      const remaining = remainingMinor(one);
      const amountMinor = left < remaining ? left : remaining;
      left -= amountMinor;
      return amountMinor > 0n ? [{ grantId: one.id, kind: one.kind, amountMinor }] : [];
    });
    return { type: 'UseGrants', parts, cause: INVOICE };
  }
  if (what === 'restore') {
    const amountMinor = most(grant.usedMinor);
    const parts = amountMinor > 0n ? [{ grantId: grant.id, kind: grant.kind, amountMinor }] : [];
    return { type: 'RestoreGrants', parts, cause: VOID, at };
  }
  if (what === 'expire') return { type: 'ExpireGrant', grantId: grant.id, at };
  return { type: 'RevokeGrant', grantId: grant.id };
}

/** What a command leads to; nothing where there is none, or it is rejected. */
function eventsOf(wallet: Wallet | null, command: WalletCommand | null): readonly WalletEvent[] {
  const decided = command === null ? null : walletDecider.decide(command, wallet);
  return decided?.ok === true ? decided.events : [];
}

const signed = (event: WalletEvent): bigint => {
  if (!('amountMinor' in event)) return 0n;
  return event.type === 'GrantGiven' || event.type === 'GrantsRestored'
    ? event.amountMinor
    : -event.amountMinor;
};

test('of all that was given every unit is used, expired, taken back or there, whatever happens', () => {
  fc.assert(
    fc.property(fc.array(stepOf, { maxLength: 60 }), (steps) => {
      let wallet: Wallet | null = null;
      const events: WalletEvent[] = [];
      for (const [place, step] of steps.entries()) {
        const done = eventsOf(wallet, commandOf(wallet, step, addSeconds(AT, place * 60)));
        events.push(...done);
        wallet = foldEvents(walletDecider, done, wallet);
      }
      const grants = wallet?.grants ?? [];
      for (const grant of grants) {
        expect(grant.usedMinor >= 0n && remainingMinor(grant) >= 0n).toBe(true);
        const { usedMinor, expiredMinor, takenMinor, amountMinor } = grant;
        expect(usedMinor + expiredMinor + takenMinor + remainingMinor(grant)).toBe(amountMinor);
      }
      // The statement says the same as the grants, and the journal alone comes to the same wallet.
      const left = grants.reduce((sum, grant) => sum + remainingMinor(grant), 0n);
      expect(events.reduce((sum, event) => sum + signed(event), 0n)).toBe(left);
      expect(foldEvents(walletDecider, events)).toEqual(wallet);
    }),
  );
});

test('a wallet that gave more than it has is noticed', () => {
  const parts: WalletPart[] = [{ grantId: 'a', kind: 'promotional', amountMinor: 801n }];
  const wallet = after([giving('a')]);
  expect(() => walletDecider.decide({ type: 'UseGrants', parts, cause: INVOICE }, wallet)).toThrow();
  const back: WalletCommand = { type: 'RestoreGrants', parts, cause: VOID, at: AT };
  expect(() => walletDecider.decide(back, wallet)).toThrow();
});

test('credit whose payment is disputed is not used, and a lost dispute takes what is left and what comes back', () => {
  const parts: WalletPart[] = [{ grantId: 'a', kind: 'paid', amountMinor: 300n }];
  const used = after([
    giving('a', { kind: 'paid', invoiceId: 'inv_top' }),
    { type: 'UseGrants', parts, cause: INVOICE },
    { type: 'HoldGrant', invoiceId: 'inv_top' },
  ]);
  expect(walletMinor(used, AT)).toBe(0n);
  expect(remainingMinor(used?.grants[0] as Grant)).toBe(500n);
  const won = after([{ type: 'ReleaseGrant', invoiceId: 'inv_top' }], used);
  expect(walletMinor(won, AT)).toBe(500n);
  const lose = { type: 'LoseGrant', invoiceId: 'inv_top', disputeId: 'dsp_1', amountMinor: 700n } as const;
  const lost = after([lose], used);
  expect(lost?.grants).toMatchObject([{ takenMinor: 500n, lost: { minor: 200n } }]);
  // Of what comes back 200 are still lost, the rest is there again.
  const back = after([{ type: 'RestoreGrants', parts, cause: VOID, at: AT }], lost);
  expect(back?.grants).toMatchObject([{ usedMinor: 0n, takenMinor: 700n, lost: { minor: 0n } }]);
  expect(walletMinor(back, AT)).toBe(100n);
});
