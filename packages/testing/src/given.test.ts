import { unreachable } from '@tollgate/kernel/assert';
import type { Decider } from '@tollgate/kernel/decider';
import { accept, reject } from '@tollgate/kernel/decision';
import { describe, expect, it } from 'vitest';
import { given } from './given.js';

interface Door {
  readonly open: boolean;
  readonly passed: readonly string[];
}
type Command = { readonly type: 'open' } | { readonly type: 'enter'; readonly name: string };
type Event = { readonly type: 'opened' } | { readonly type: 'entered'; readonly name: string };
interface DoorClosed {
  readonly reason: 'DoorClosed';
  readonly message: string;
  readonly name: string;
}

const door: Decider<Door, Command, Event, DoorClosed> = {
  initial: { open: false, passed: [] },
  decide: (command, state) => {
    switch (command.type) {
      case 'open':
        return state.open ? accept() : accept({ type: 'opened' });
      case 'enter':
        return state.open
          ? accept({ type: 'entered', name: command.name })
          : reject({ reason: 'DoorClosed', message: 'Open the door first.', name: command.name });
      default:
        return unreachable(command);
    }
  },
  evolve: (state, event) =>
    event.type === 'opened' ? { ...state, open: true } : { ...state, passed: [...state.passed, event.name] },
};

const careless: typeof door = {
  ...door,
  decide: (_command, state) => {
    (state.passed as string[]).push('somebody');
    return accept();
  },
};

describe('given, when, then', () => {
  it('holds where the rules lead to exactly these events', () => {
    given(door)
      .when({ type: 'open' })
      .then([{ type: 'opened' }]);
    const entered = given(door, [{ type: 'opened' }]).when({ type: 'enter', name: 'Ada' });
    entered.then([{ type: 'entered', name: 'Ada' }]);
    expect(entered.state).toEqual({ open: true, passed: ['Ada'] });
  });

  it('holds where they reject for this reason', () => {
    const refused = given(door).when({ type: 'enter', name: 'Ada' });
    refused.then({ reason: 'DoorClosed', name: 'Ada' });
    expect(refused.state).toEqual(door.initial);
  });

  it('fails for other events, too few events, another rejection, or none', () => {
    const opened = given(door, [{ type: 'opened' }]);
    expect(() => given(door).when({ type: 'open' }).then([])).toThrow();
    expect(() =>
      opened.when({ type: 'enter', name: 'Ada' }).then([{ type: 'entered', name: 'Eve' }]),
    ).toThrow();
    expect(() => opened.when({ type: 'enter', name: 'Ada' }).then({ reason: 'DoorClosed' })).toThrow();
    expect(() => given(door).when({ type: 'enter', name: 'Ada' }).then([])).toThrow();
    expect(() =>
      given(door).when({ type: 'enter', name: 'Ada' }).then({ reason: 'DoorClosed', name: 'Eve' }),
    ).toThrow();
  });

  it('fails for a rule that changes the state in place', () => {
    expect(() => given(careless, [{ type: 'opened' }]).when({ type: 'open' })).toThrow(TypeError);
  });
});
