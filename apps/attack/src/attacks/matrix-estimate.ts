import { hold, type Attack } from '../attack.js';

const ROWS = 4_000;
const ENTRIES = 4_000;
const OTHERS_WAIT_MAX_MS = 1_500;

/** A price whose rows are compared with every entry, asked for many times in one request. */
export const matrixEstimate: Attack = {
  name: 'matrix-estimate',
  holds: 'an estimate over a large matrix keeps nobody else waiting',
  async play(stage) {
    const target = await stage.tenant();
    const rows = Array.from({ length: ROWS }, (_, index) => ({
      match: [{ name: 'd', value: `r${index}` }],
      unitAmount: '0.01',
    }));
    const usage = Array.from({ length: ENTRIES }, (_, index) => ({
      dimensions: [{ name: 'd', value: `e${index}` }],
      quantity: '1',
    }));
    const query = `query Estimate($input: EstimatePriceInput!) { estimatePrice(input: $input) { __typename } }`;
    const variables = {
      input: { currency: 'USD', price: { matrix: { rows, defaultUnitAmount: '0.02' } }, usage },
    };
    const estimate = stage.post({ token: target.apiKey, body: { query, variables } });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const other = await stage.post({ token: stage.staffToken, body: { query: '{ __typename }' } });
    hold(other.ms < OTHERS_WAIT_MAX_MS, `another caller waited ${Math.round(other.ms)} ms`);
    hold((await estimate).status < 500, `the estimate was answered ${(await estimate).status}`);
  },
};
