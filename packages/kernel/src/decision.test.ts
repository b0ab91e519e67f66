import { expect, test } from 'vitest';
import { foldEvents, type Decider } from './decider.js';
import { accept, reject, type Rejection } from './decision.js';

type Lamp = { readonly status: 'off' } | { readonly status: 'on'; readonly switches: number };
interface Switched {
  readonly type: 'SwitchedOn';
}
interface AlreadyOn extends Rejection {
  readonly reason: 'AlreadyOn';
}

const lamp: Decider<Lamp, { readonly type: 'SwitchOn' }, Switched, AlreadyOn> = {
  initial: { status: 'off' },
  decide: (_command, state) =>
    state.status === 'on'
      ? reject({ reason: 'AlreadyOn', message: 'The lamp is on.' })
      : accept({ type: 'SwitchedOn' }),
  evolve: (state) => ({ status: 'on', switches: state.status === 'on' ? state.switches + 1 : 1 }),
};

test('an accepted command names the events that fold into the next state', () => {
  const decision = lamp.decide({ type: 'SwitchOn' }, lamp.initial);
  expect(decision).toEqual({ ok: true, events: [{ type: 'SwitchedOn' }] });
  expect(foldEvents(lamp, decision.ok ? decision.events : [])).toEqual({ status: 'on', switches: 1 });
});

test('a refused command carries its reason and no events', () => {
  const rejection = { reason: 'AlreadyOn', message: 'The lamp is on.' };
  expect(lamp.decide({ type: 'SwitchOn' }, { status: 'on', switches: 1 })).toEqual({ ok: false, rejection });
});

test('folding in two parts is folding at once', () => {
  const events: Switched[] = [{ type: 'SwitchedOn' }, { type: 'SwitchedOn' }, { type: 'SwitchedOn' }];
  const half = foldEvents(lamp, events.slice(0, 1));
  expect(foldEvents(lamp, events.slice(1), half)).toEqual(foldEvents(lamp, events));
});
