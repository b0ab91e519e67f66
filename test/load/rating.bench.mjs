// Invoices rated per second by one process, against one SQL statement that prices the same in Postgres. Both price 10,000
// subscriptions with graduated usage, two coupons and two taxes each; every invoice must agree to the cent.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, median } from './system.mjs';

const SUBSCRIPTIONS = 10_000;
const ROUNDS = 9;
const WARM_UP_ROUNDS = 3;
const CURRENCY = 'USD';
/** Price lists differ in their amounts; each is sold to many. */
const PLANS = 20;
const BOUNDS = ['100', '1000', '10000', '100000', null];
const FLAT_AMOUNTS = ['0', '1', '0', '2.5', '0'];
const LINE_PERCENT = '10';
const INVOICE_AMOUNT = '5';
const TAXES = [
  { id: 'gst', percent: '5', inclusive: false, compound: false },
  { id: 'qst', percent: '9.975', inclusive: false, compound: true },
];

export async function bench() {
  const plans = Array.from({ length: PLANS }, (_, index) => planOf(index));
  const subscriptions = Array.from({ length: SUBSCRIPTIONS }, (_, index) => subscriptionOf(index));
  const rate = await rating();
  const invoices = billed(plans, subscriptions);
  const database = await startDatabase();
  try {
    await fill(database.client, plans, subscriptions);
    await compare(rate, database.client, invoices);
    const rounds = [];
    for (let round = 0; round < ROUNDS + WARM_UP_ROUNDS; round += 1) {
      const rated = await timed(() => totalOf(rate, invoices));
      const priced = await timed(() => priceInSql(database.client));
      if (rated.result !== priced.result) throw new Error(`${rated.result} rated, ${priced.result} in SQL`);
      if (round < WARM_UP_ROUNDS) continue;
      const [perSecond, sqlPerSecond] = [SUBSCRIPTIONS / rated.seconds, SUBSCRIPTIONS / priced.seconds];
      console.log(`${Math.round(perSecond)} invoices/s rated, ${Math.round(sqlPerSecond)} in SQL`);
      rounds.push({ perSecond, sqlPerSecond });
    }
    return {
      ratio: median(rounds.map((round) => round.perSecond / round.sqlPerSecond)),
      per_s: median(rounds.map((round) => round.perSecond)),
      sql_per_s: median(rounds.map((round) => round.sqlPerSecond)),
    };
  } finally {
    await database.stop();
  }
}

/** Unit amounts with up to seven decimals, finer than any minor unit. */
function planOf(index) {
  const units = ['0.0123', '0.0101', '0.00815', '0.0060021', '0.0040003'];
  const tiers = units.map((unit, tier) => ({
    upTo: BOUNDS[tier],
    unitAmount: `${unit}${(index + 1).toString().padStart(2, '0')}`,
    flatAmount: FLAT_AMOUNTS[tier],
    flatAtZero: false,
  }));
  return { fee: `${20 + index}.00`, tiers };
}

/** Quantities spread over all tiers, some with decimals. */
function subscriptionOf(index) {
  const scale = [50, 700, 6_000, 60_000, 600_000][index % 5];
  const whole = (index * 7_919) % scale;
  return {
    id: index,
    plan: index % PLANS,
    quantity: index % 3 === 0 ? `${whole}.${1 + (index % 999)}5` : `${whole}`,
  };
}

/** The engine that bills: every line is rated by its price, then coupons and taxes of the invoice. */
async function rating() {
  const domain = (path) => import(pathToFileURL(join(ROOT, 'subgraphs/invoices/dist', path)).href);
  const { ratedLine } = await domain('invoice/domain/line.js');
  const { checkedInvoiceAmounts } = await domain('invoice/domain/invoice-amounts.js');
  const taxes = TAXES.map(({ id }) => id);
  const coupons = [
    { id: 'welcome', target: 'line', lineIds: ['usage'], percent: LINE_PERCENT },
    { id: 'goodwill', target: 'invoice', amount: INVOICE_AMOUNT },
  ];
  return ({ charges }) => {
    const lines = charges.map((charge) => {
      const { id, amountMinor } = ratedLine(charge, CURRENCY);
      return { id, amount: { minor: amountMinor, currency: CURRENCY }, taxes };
    });
    return checkedInvoiceAmounts({ currency: CURRENCY, lines, minimums: [], coupons, taxRates: TAXES });
  };
}

const LIMITS = { minimumAmount: null, maximumAmount: null };
const CHARGE = {
  subscriptionId: 'sub_1',
  priceId: 'prc_1',
  key: 'key',
  description: 'Usage',
  meterId: 'mtr_1',
};

/** What an invoice of each subscription bills: a fee, and usage. Prices are shared by those who bought the same plan. */
function billed(plans, subscriptions) {
  const sold = plans.map(pricesOf);
  return subscriptions.map(({ plan, quantity }) => {
    const { fee, usage } = sold[plan];
    const charges = [
      { ...CHARGE, lineId: 'fee', kind: 'fee', price: fee, quantity: '1', part: null },
      { ...CHARGE, lineId: 'usage', kind: 'usage', price: usage, quantity },
    ];
    return { charges };
  });
}

function pricesOf({ fee, tiers }) {
  return {
    fee: { model: 'flat', flatAmount: fee, ...LIMITS },
    usage: { model: 'graduated', tiers, conversion: null, includedUnits: '0', ...LIMITS },
  };
}

const totalOf = (rate, invoices) => invoices.reduce((sum, invoice) => sum + rate(invoice).total.minor, 0n);

/** A server of its own, on a data directory that is thrown away. */
async function startDatabase() {
  const { startPostgres } = await import(
    pathToFileURL(join(ROOT, 'packages/local/dist/embedded-postgres.js')).href
  );
  const { Client } = createRequire(join(ROOT, 'packages/local/package.json'))('pg');
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-rating-'));
  const server = await startPostgres({ dataDir: join(folder, 'postgres'), durable: false });
  const client = new Client(server.url);
  await client.connect();
  return {
    client,
    async stop() {
      await client.end();
      await server.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function fill(client, plans, subscriptions) {
  await client.query(`CREATE TABLE tier (plan int, starts numeric, ends numeric, unit_amount numeric, flat_amount numeric,
    PRIMARY KEY (plan, starts))`);
  await client.query('CREATE TABLE plan (id int PRIMARY KEY, fee numeric)');
  await client.query('CREATE TABLE subscription (id int PRIMARY KEY, plan int, quantity numeric)');
  const tiers = plans.flatMap((plan, index) =>
    plan.tiers.map((tier, position) => ({ plan: index, starts: BOUNDS[position - 1] ?? '0', ...tier })),
  );
  await client.query(
    'INSERT INTO tier SELECT * FROM unnest($1::int[], $2::numeric[], $3::numeric[], $4::numeric[], $5::numeric[])',
    ['plan', 'starts', 'upTo', 'unitAmount', 'flatAmount'].map((key) => tiers.map((tier) => tier[key])),
  );
  await client.query('INSERT INTO plan SELECT * FROM unnest($1::int[], $2::numeric[])', [
    plans.map((_, index) => index),
    plans.map(({ fee }) => fee),
  ]);
  await client.query('INSERT INTO subscription SELECT * FROM unnest($1::int[], $2::int[], $3::numeric[])', [
    subscriptions.map(({ id }) => id),
    subscriptions.map(({ plan }) => plan),
    subscriptions.map(({ quantity }) => quantity),
  ]);
  await client.query('ANALYZE');
}

/** Every invoice, one row each. Both taxes are on both lines, so that no share of a coupon is needed for them. */
const INVOICES = `
  WITH priced AS (
    SELECT s.id, p.fee, round(sum(CASE WHEN s.quantity > t.starts
      THEN (least(s.quantity, coalesce(t.ends, s.quantity)) - t.starts) * t.unit_amount + t.flat_amount ELSE 0 END), 2) AS usage
    FROM subscription s JOIN plan p ON p.id = s.plan JOIN tier t ON t.plan = s.plan
    GROUP BY s.id, p.fee
  ), discounted AS (
    SELECT id, fee + usage AS subtotal, fee + usage * ${1 - Number(LINE_PERCENT) / 100} AS rest FROM priced
  ), taxable AS (
    SELECT id, subtotal, rest - least(rest, ${INVOICE_AMOUNT}) AS net FROM discounted
  ), invoice AS (
    SELECT id, subtotal, round(subtotal - net, 2) AS discount, round(net * 0.05, 2) AS gst,
      round(net * 0.09975 * 1.05, 2) AS qst FROM taxable
  )`;

async function priceInSql(client) {
  const { rows } = await client.query({
    name: 'price',
    text: `${INVOICES} SELECT sum(subtotal) AS subtotal, sum(discount) AS discount, sum(gst + qst) AS tax,
      sum(subtotal - discount + gst + qst) AS total FROM invoice`,
  });
  return minorOf(rows[0].total);
}

/** All amounts of all invoices, one by one. */
async function compare(rate, client, invoices) {
  const { rows } = await client.query(`${INVOICES} SELECT * FROM invoice ORDER BY id`);
  for (const [index, row] of rows.entries()) {
    const invoice = rate(invoices[index]);
    const amounts = [
      invoice.subtotal,
      invoice.discount,
      ...invoice.taxes.map((tax) => ({ minor: tax.amountMinor })),
    ];
    const rated = amounts.map(({ minor }) => minor).join(' ');
    const priced = [row.subtotal, row.discount, row.gst, row.qst].map(minorOf).join(' ');
    if (rated !== priced) throw new Error(`subscription ${index}: ${rated} rated, ${priced} in SQL`);
  }
  console.log(`${rows.length} invoices agree in every amount`);
}

/** Numeric text with two decimals as cents. */
function minorOf(text) {
  const [whole, decimals = ''] = text.split('.');
  return BigInt(whole + decimals.padEnd(2, '0').slice(0, 2));
}

async function timed(work) {
  const startedAt = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - startedAt) / 1_000 };
}
