import { addMs, instant, UTC, type Instant } from '@tollgate/kernel/time/time';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aggregate } from '../../aggregation/domain/aggregate.js';
import { byEventType, type Meter } from '../../meter/domain/meter.js';
import { arrange, outcomeOf, type Outcome } from './batch.js';
import { readReport, windowAt, type Candidate, type ReportedEvent } from './report.js';

const CUSTOMER = 'cus_01hf0000000000000000000000';
const NOW = instant('2024-05-03T10:00:00Z');
const LONG_AGO = addMs(NOW, -36 * 24 * 3_600_000);
const meter: Meter = {
  externalId: null,
  id: 'mtr_n',
  code: 'n',
  name: 'N',
  eventType: 'use',
  metric: { type: 'sum', property: 'n' },
  version: 1,
  createdAt: NOW,
};
const rules = {
  meters: byEventType([meter]),
  customers: new Set([CUSTOMER]),
  named: new Map<string, string>(),
  subscriptions: new Map<string, string>(),
  keepsUnknown: false,
};

/** A store of events by id: what Postgres does with a batch. */
class Store {
  readonly events = new Map<string, Candidate>();

  take(events: readonly ReportedEvent[]): string[] {
    const batch = arrange([readReport(events, rules)], windowAt(NOW));
    const fresh = batch.firsts.filter(({ candidate }) => !this.events.has(candidate.id));
    const old = batch.firsts.filter(({ candidate }) => this.events.has(candidate.id));
    for (const { candidate } of fresh) this.events.set(candidate.id, candidate);
    const freshIds = new Set(fresh.map(({ candidate }) => candidate.id));
    const outcomes = [...(batch.outcomes[0] ?? [])];
    for (const other of [...batch.others, ...old.map((slot) => ({ ...slot, otherwise: null }))]) {
      const { candidate, place } = other;
      outcomes[place] = outcomeOf(other, this.#compare(candidate), freshIds.has(candidate.id));
    }
    return outcomes.map(codeOf);
  }

  #compare(candidate: Candidate): 'same' | 'other' | 'absent' {
    const stored = this.events.get(candidate.id);
    if (stored === undefined) return 'absent';
    const bodyOf = (one: Candidate) => [one.customerId, one.type, one.at, one.properties].join('|');
    return bodyOf(stored) === bodyOf(candidate) ? 'same' : 'other';
  }
}

const codeOf = (outcome: Outcome): string =>
  typeof outcome === 'string' ? outcome : 'code' in outcome ? outcome.code : 'ACCEPTED_IN_PART';

const anyEvent = fc
  .record({
    id: fc.constantFrom('a', 'b', 'c'),
    type: fc.constantFrom('use', 'use', 'use', 'nothing'),
    at: fc.constantFrom<Instant>(NOW, addMs(NOW, -1_000), LONG_AGO),
    n: fc.constantFrom('1', '2', '-1', 'many'),
  })
  .map(({ id, type, at, n }): ReportedEvent => ({
    id,
    customerId: CUSTOMER,
    type,
    timestamp: at,
    properties: { n },
  }));

test('a report is answered as if its events had come one after the other', () => {
  fc.assert(
    fc.property(
      fc.array(anyEvent, { maxLength: 6 }),
      fc.array(anyEvent, { maxLength: 8 }),
      (before, events) => {
        const [together, apart] = [new Store(), new Store()];
        together.take(before);
        apart.take(before);
        expect(together.take(events)).toEqual(events.flatMap((event) => apart.take([event])));
        expect([...together.events.values()]).toEqual([...apart.events.values()]);
      },
    ),
  );
});

test('first write wins here as in the aggregation: what is stored, and what conflicts', () => {
  const fit = anyEvent.filter(({ type, timestamp, properties }) => {
    return type === 'use' && timestamp !== LONG_AGO && /^\d$/.test(String(properties?.['n']));
  });
  fc.assert(
    fc.property(fc.array(fit, { maxLength: 10 }), (events) => {
      const outcomes = new Store().take(events);
      const answer = aggregate(meter.metric, {
        period: { from: addMs(NOW, -60_000), to: addMs(NOW, 60_000) },
        timeZone: UTC,
        events: events.map(({ id, timestamp, properties }) => ({
          id,
          timestamp: instant(timestamp),
          properties: { n: String(properties?.['n']) },
        })),
      });
      const conflicts = events.filter((_, i) => outcomes[i] === 'IDEMPOTENCY_CONFLICT').map(({ id }) => id);
      expect(answer).toMatchObject({ ok: true, aggregated: { conflicts } });
      const accepted = events.filter((_, i) => outcomes[i] === 'ACCEPTED');
      expect(new Set(accepted.map(({ id }) => id)).size).toBe(new Set(events.map(({ id }) => id)).size);
    }),
  );
});
