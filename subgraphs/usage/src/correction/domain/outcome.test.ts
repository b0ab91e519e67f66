import { expect, test } from 'vitest';
import { instant } from '@tollgate/kernel/time/time';
import type { Meter } from '../../meter/domain/meter.js';
import { outcomeOf, type Biller } from './outcome.js';

const day = (text: string) => instant(`2024-${text}T00:00:00Z`);
const meter = (metric: Partial<Meter['metric']> = {}): Meter => ({
  ...{ id: 'mtr_1', code: 'm', name: 'm', eventType: 'call', version: 1, createdAt: day('01-01') },
  ...{ externalId: null, metric: { type: 'count', ...metric } },
});
const biller = (id: string, changes: Partial<Biller> = {}): Biller => ({
  ...{ id, beganAt: day('04-01'), endsAt: null, priced: ['mtr_1'], claims: null, paused: false },
  period: { from: day('05-01'), to: day('06-01') },
  ...changes,
});
const billed = [{ subscriptionId: 'sub_1', from: day('04-01'), to: day('05-01') }];
const look = (on: string, billers: readonly Biller[], of = meter(), properties: object = {}) =>
  outcomeOf({ occurredAt: day(on), properties: { ...properties } }, of, { billers, billed });

test('an event is billed by the oldest subscription that priced its meter then', () => {
  const both = [biller('sub_1'), biller('sub_2')];
  expect(look('05-10', both)).toMatchObject({ outcome: 'OPEN', subscriptionId: 'sub_1' });
  expect(look('04-10', both)).toMatchObject({ outcome: 'BILLED', period: { to: day('05-01') } });
  expect(look('03-10', both)).toMatchObject({ outcome: 'NOT_PRICED', subscriptionId: null });
  const ended = biller('sub_1', { endsAt: day('05-05') });
  expect(look('05-10', [ended, biller('sub_2')])).toMatchObject({ subscriptionId: 'sub_2' });
  const dropped = biller('sub_1', { claims: { mtr_1: [{ from: day('04-01'), to: day('05-05') }] } });
  expect(look('05-10', [dropped])).toMatchObject({ outcome: 'NOT_PRICED' });
});

test('what nobody bills says why: a pause, a filter, a part of the usage that has no price, another subscription', () => {
  expect(look('05-10', [biller('sub_1', { paused: true })])).toMatchObject({ outcome: 'NOT_BILLED' });
  const filters = [{ property: 'region', in: ['eu'] }];
  expect(look('05-10', [biller('sub_1')], meter({ filters }))).toMatchObject({ outcome: 'FILTERED' });
  const part = biller('sub_1', { priced: ['mtr_1 [{"name":"region","value":"eu"}]'] });
  expect(look('05-10', [part], meter(), { region: 'us' })).toMatchObject({ outcome: 'NOT_PRICED' });
  expect(look('05-10', [part], meter(), { region: 'eu' })).toMatchObject({ outcome: 'OPEN' });
  const named = meter({ subscriptionProperty: 'sub' });
  expect(look('05-10', [biller('sub_1'), biller('sub_2')], named, { sub: 'sub_2' })).toMatchObject({
    subscriptionId: 'sub_2',
  });
  expect(look('05-10', [biller('sub_1')], named, { sub: 'sub_9' })).toMatchObject({ outcome: 'NOT_PRICED' });
});
