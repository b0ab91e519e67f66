import { expect, test } from 'vitest';
import { OWN_CASES } from '../config.js';
import { faultOf, readScenarios, scenarioFiles } from './files.js';

test('the project keeps scenarios of its own, and each of them fits the format', () => {
  const items = scenarioFiles([OWN_CASES]).flatMap(readScenarios);
  expect(items.length).toBeGreaterThan(200);
  expect(items.filter((item) => !item.ok)).toEqual([]);
});

test('what does not fit is said with its place', () => {
  const scenario = {
    id: 'x-001',
    title: 'x',
    topic: 'start',
    level: 1,
    rows: [1],
    source: 'derived',
    clock: '2025-01-01T00:00:00Z',
    tenant: {},
    steps: [
      { do: 'cancel', subscription: 's' },
      { do: 'advance', to: 'tomorrow' },
    ],
  };
  expect(faultOf(scenario)).toContain('/steps/1/to');
  expect(faultOf({ ...scenario, steps: [{ do: 'dance' }, { do: 'dance' }] })).toContain('/steps/0/do');
  expect(faultOf({ ...scenario, id: undefined })).not.toBeNull();
});
