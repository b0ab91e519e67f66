// Arithmetic faults that somebody could make. Each replaces one text of a compiled file, which must be there once.

const rounding = [
  {
    name: 'halves round to the even neighbour',
    file: 'packages/kernel/dist/number/rational.js',
    find: 'const magnitude = doubled / (2n * a.d);',
    plant:
      'const up = doubled / (2n * a.d); const magnitude = doubled % (2n * a.d) === 0n && up % 2n === 1n ? up - 1n : up;',
  },
  {
    name: 'amounts are truncated',
    file: 'packages/kernel/dist/number/rational.js',
    find: 'const magnitude = doubled / (2n * a.d);',
    plant: 'const magnitude = (doubled - a.d) / (2n * a.d);',
  },
  {
    name: 'halves below zero round up',
    file: 'packages/kernel/dist/number/rational.js',
    find: 'const doubled = 2n * (a.n < 0n ? -a.n : a.n) + a.d;',
    plant: 'const doubled = 2n * (a.n < 0n ? -a.n : a.n) + a.d - (a.n < 0n ? 1n : 0n);',
  },
  {
    name: 'money is a float',
    file: 'packages/kernel/dist/money/money.js',
    find: 'return { minor: rational.round(inMinorUnits(amount, currency)), currency };',
    plant:
      'return { minor: BigInt(Math.round((Number(amount.n) / Number(amount.d)) * 10 ** exponentOf(currency))), currency };',
  },
  {
    name: 'every currency has two decimals',
    file: 'packages/kernel/dist/money/currency.js',
    find: 'return EXPONENTS[currency];',
    plant: 'return 2;',
  },
  {
    name: 'exact results keep ten decimals',
    file: 'packages/kernel/dist/number/decimal.js',
    find: 'const EXACT_DECIMALS_MAX = 12;',
    plant: 'const EXACT_DECIMALS_MAX = 10;',
  },
  {
    name: 'floor goes toward zero',
    file: 'packages/kernel/dist/number/rational.js',
    find: 'return a.n < 0n && whole * a.d !== a.n ? whole - 1n : whole;',
    plant: 'return whole;',
  },
  {
    name: 'ties of the largest remainder go to the later part',
    file: 'packages/kernel/dist/money/money.js',
    find: '|| a.index - b.index',
    plant: '|| b.index - a.index',
  },
  {
    name: 'the remainder goes to the first parts',
    file: 'packages/kernel/dist/money/money.js',
    find: 'Number(step) * rational.compare(b.rest, a.rest) || ',
    plant: '',
  },
];

const time = [
  {
    name: 'month ends are chained',
    file: 'packages/kernel/dist/time/cycle.js',
    find: 'return dateFromCivil(addMonths(remembered, units));',
    plant:
      'let chained = remembered; for (let i = 0; i < k; i++) chained = addMonths(chained, cycle.count); return dateFromCivil(chained);',
  },
  {
    name: 'the end of a period belongs to it',
    file: 'packages/kernel/dist/time/cycle.js',
    find: 'period.endsAt <= at',
    plant: 'period.endsAt < at',
  },
  {
    name: 'the anchor day is forgotten after a short month',
    file: 'packages/kernel/dist/time/cycle.js',
    find: 'day: cycle.anchorDay ?? day',
    plant: 'day',
  },
  {
    name: 'every fourth year is a leap year',
    file: 'packages/kernel/dist/time/calendar.js',
    find: '(year % 4 === 0 && year % 100 !== 0) || year % 400 === 0',
    plant: 'year % 4 === 1',
  },
  {
    name: 'of a repeated time the second is meant',
    file: 'packages/kernel/dist/time/time.js',
    find: "disambiguation: 'compatible'",
    plant: "disambiguation: 'later'",
  },
  {
    name: 'a time in a gap uses the offset after it',
    file: 'packages/kernel/dist/time/time.js',
    find: "disambiguation: 'compatible'",
    plant: "disambiguation: 'earlier'",
  },
  {
    name: 'local dates start at midnight UTC',
    file: 'packages/kernel/dist/time/time.js',
    find: 'if (tz === UTC)\n        return `${date}T00:00:00.000Z`;',
    plant: 'return `${date}T00:00:00.000Z`;',
  },
  {
    name: 'days are counted in 24 hours',
    file: 'packages/kernel/dist/money/proration.js',
    find: 'return fromInteger(daysBetween(dateOfBound(from, timeZone), dateOfBound(to, timeZone)));',
    plant:
      'return fromInteger(Math.floor((toMs(instantOfBound(to, timeZone)) - toMs(instantOfBound(from, timeZone))) / 86400000));',
  },
  {
    name: 'the last day of a leg is billed',
    file: 'packages/kernel/dist/money/proration.js',
    find: 'numerator: at(from) < at(to) ? count(rule, { from, to }) : ZERO,',
    plant: 'numerator: at(from) < at(to) ? rationalPlusOne(count(rule, { from, to })) : ZERO,',
    append: 'function rationalPlusOne(days) { return { n: days.n + days.d, d: days.d }; }',
  },
  {
    name: 'months of 31 days stay 31 days long among thirty',
    file: 'packages/kernel/dist/money/proration.js',
    find: 'Math.min(day, 30)',
    plant: 'day',
  },
  {
    name: 'a credit is not limited to what is left',
    file: 'packages/kernel/dist/money/proration.js',
    find: 'leg.limit === undefined ? rounded : minMoney(rounded, leg.limit)',
    plant: 'rounded',
  },
  {
    name: 'activity outside the period counts',
    file: 'packages/kernel/dist/money/proration.js',
    find: 'at(active.to) < at(period.to) ? active.to : period.to',
    plant: 'active.to',
  },
];

const usage = [
  {
    name: 'the same id again: the last one wins',
    file: 'subgraphs/usage/dist/aggregation/domain/select.js',
    find: 'conflicts.push(event.id);\n            continue;',
    plant:
      'conflicts.push(event.id);\n            unique[unique.findIndex((one) => one.event.id === event.id)] = { event, index };\n            continue;',
  },
  {
    name: 'receiving is part of the body',
    file: 'subgraphs/usage/dist/aggregation/domain/select.js',
    find: 'return (a.timestamp === b.timestamp &&',
    plant: 'return (a.timestamp === b.timestamp && a.receivedAt === b.receivedAt &&',
  },
  {
    name: 'what is received at the closing time is on time',
    file: 'subgraphs/usage/dist/aggregation/domain/select.js',
    find: 'event.receivedAt >= metered.closedAt',
    plant: 'event.receivedAt > metered.closedAt',
  },
  {
    name: 'late events are counted',
    file: 'subgraphs/usage/dist/aggregation/domain/select.js',
    find: 'counted: inside.filter((position) => !isLate(position)),',
    plant: 'counted: inside,',
  },
  {
    name: 'events at the end of the period count',
    file: 'packages/kernel/dist/time/time.js',
    find: 'return period.from <= at && at < period.to;',
    plant: 'return period.from <= at && at <= period.to;',
  },
  {
    name: 'a missing property fails notIn',
    file: 'subgraphs/usage/dist/aggregation/domain/reading.js',
    find: 'return value === undefined || !filter.notIn.includes(value);',
    plant: 'return value !== undefined && !filter.notIn.includes(value);',
  },
  {
    name: 'the repeated hour is one window',
    file: 'subgraphs/usage/dist/aggregation/domain/aggregate.js',
    find: 'return `${date}T${hour}${offset}`;',
    plant: 'return `${date}T${hour}`;',
  },
  {
    name: 'days are days of UTC',
    file: 'subgraphs/usage/dist/aggregation/domain/aggregate.js',
    find: 'return dateOf(at, timeZone);',
    plant: 'return at.slice(0, 10);',
  },
  {
    name: 'windows are always summed',
    file: 'subgraphs/usage/dist/aggregation/domain/aggregate.js',
    find: "return windowCombine === 'sum' ? rational.sum(values) : largest(values);",
    plant: 'return rational.sum(values);',
  },
  {
    name: 'at equal timestamps the first to arrive is the latest',
    file: 'subgraphs/usage/dist/aggregation/domain/tally.js',
    find: 'return `${timestamp} ${id}`;',
    plant: 'return timestamp;',
  },
  {
    name: 'the latest is the last to arrive',
    file: 'subgraphs/usage/dist/aggregation/domain/tally.js',
    find: 'isLater(one, found) ? one : found',
    plant: 'one',
  },
  {
    name: 'a maximum is never below zero',
    file: 'subgraphs/usage/dist/aggregation/domain/tally.js',
    find: "others.reduce(type === 'max' ? maxDecimal : minDecimal, first)",
    plant: "values.reduce(type === 'max' ? maxDecimal : minDecimal, '0')",
  },
  {
    name: 'a level that was there before is forgotten',
    file: 'subgraphs/usage/dist/aggregation/domain/aggregate.js',
    find: 'const level = rational.fromDecimal(initialLevel);',
    plant: 'const level = rational.ZERO;',
  },
  {
    name: 'the final value is not rounded',
    file: 'subgraphs/usage/dist/aggregation/domain/tally.js',
    find: 'rounding === undefined ? exact : roundTo(exact, rounding.decimals, rounding.mode)',
    plant: 'exact',
  },
];

const prices = [
  {
    name: 'a tier bound belongs to the next tier',
    file: 'packages/kernel/dist/rating/tiers.js',
    find: 'position <= upTo * d',
    plant: 'position < upTo * d',
  },
  {
    name: 'graduated tiers start one unit late',
    file: 'packages/kernel/dist/rating/tiers.js',
    find: 'const end = upTo * denominator;',
    plant: 'const end = (upTo + 1n) * denominator;',
  },
  {
    name: 'flat amounts of empty tiers are charged',
    file: 'packages/kernel/dist/rating/tiers.js',
    find: 'if (to > from || chargedAtZero(row, rows, position))',
    plant: 'if (to >= from || chargedAtZero(row, rows, position))',
  },
  {
    name: 'prices round halves down',
    file: 'packages/kernel/dist/rating/ratio.js',
    find: '(scaled < 0n ? -scaled : scaled) + d)',
    plant: '(scaled < 0n ? -scaled : scaled) + d - 1n)',
  },
  {
    name: 'the difference of positions is rounded once',
    file: 'packages/kernel/dist/rating/rate.js',
    find: 'minor: inMinor(total, currency) - inMinor(billed, currency),',
    plant: 'minor: inMinor(minus(total, billed), currency),',
  },
  {
    name: 'the minimum holds on every line',
    file: 'packages/kernel/dist/rating/rate.js',
    find: 'given.final ? floorAt(given.price.minimumAmount) : (amount) => amount',
    plant: 'floorAt(given.price.minimumAmount)',
  },
  {
    name: 'packages that were begun are free',
    file: 'packages/kernel/dist/rating/quantity.js',
    find: '(used + whole - 1n) / whole',
    plant: 'used / whole',
  },
  {
    name: 'included units come off before the conversion',
    file: 'packages/kernel/dist/rating/quantity.js',
    find: 'atLeastNothing(minus(units(quantity), included))',
    plant:
      'atLeastNothing(minus(units(quantity), ratioOf(price.conversion === null ? price.includedUnits : "0")))',
  },
  {
    name: 'the free amount is never used up',
    file: 'packages/kernel/dist/rating/events.js',
    find: 'free -= freePart;',
    plant: ';',
  },
  {
    name: 'events have no minimum',
    file: 'packages/kernel/dist/rating/events.js',
    find: 'least !== null && cost < least ? least : cost',
    plant: 'cost',
  },
  {
    name: 'the row with the fewest keys wins',
    file: 'packages/kernel/dist/rating/matrix.js',
    find: 'keysOf(b) - keysOf(a)',
    plant: 'keysOf(a) - keysOf(b)',
  },
  {
    name: 'overage costs the plain price',
    file: 'packages/kernel/dist/rating/commitment.js',
    find: 'mul(unitAmount, toRational(commitment.overageFactor))',
    plant: 'unitAmount',
  },
  {
    name: 'a threshold that was reached is passed again',
    file: 'packages/kernel/dist/rating/threshold.js',
    find: 'peak < bound && bound <= lifetime',
    plant: 'peak <= bound && bound <= lifetime',
  },
];

const invoices = [
  {
    name: 'coupons on the invoice come first',
    file: 'subgraphs/invoices/dist/discount/domain/discount.js',
    find: "['line', 'subscription', 'invoice']",
    plant: "['invoice', 'subscription', 'line']",
  },
  {
    name: 'coupons apply in list order whatever their target',
    file: 'subgraphs/invoices/dist/discount/domain/discount.js',
    find: 'const ordered = TARGETS.flatMap((target) => coupons.filter((coupon) => coupon.target === target));',
    plant: 'const ordered = coupons;',
  },
  {
    name: 'a coupon takes off more than there is',
    file: 'subgraphs/invoices/dist/discount/domain/discount.js',
    find: 'rational.min(inMinor(toRational(coupon.amount), currency), base)',
    plant: 'inMinor(toRational(coupon.amount), currency)',
  },
  {
    name: 'lines that give back reduce the base of a coupon',
    file: 'subgraphs/invoices/dist/discount/domain/discount.js',
    find: ' && !rational.isNegative(rest)',
    plant: '',
  },
  {
    name: 'a minimum counts whole in a part of a period',
    file: 'subgraphs/invoices/dist/invoice/domain/minimum.js',
    find: 'rational.mul(toRational(amount), part)',
    plant: 'toRational(amount)',
  },
  {
    name: 'tax is rounded per line',
    file: 'subgraphs/invoices/dist/tax/domain/rate-tax.js',
    find: 'rational.round(rational.sum(shares))',
    plant: 'shares.reduce((sum, share) => sum + rational.round(share), 0n)',
  },
  {
    name: 'inclusive tax is taken as if it were exclusive',
    file: 'subgraphs/invoices/dist/tax/domain/effective-rate.js',
    find: ': rational.div(amount, rational.add(rational.ONE, rational.sum(rates)));',
    plant: ': amount;',
  },
  {
    name: 'a compound tax is a plain one',
    file: 'subgraphs/invoices/dist/tax/domain/effective-rate.js',
    find: 'compound ? rational.mul(plain, rational.add(rational.ONE, before)) : plain',
    plant: 'plain',
  },
  {
    name: 'the total contains inclusive tax twice',
    file: 'subgraphs/invoices/dist/invoice/domain/invoice-amounts.js',
    find: 'subtotalMinor - discountMinor + taxOf(exclusive)',
    plant: 'subtotalMinor - discountMinor + taxOf(taxes)',
  },
  {
    name: 'wallets pay before credit notes',
    file: 'subgraphs/invoices/dist/balance/domain/settlement.js',
    find: 'const byNotes = apply(due, creditNotes);',
    plant: 'const first = apply(due, wallets); const byNotes = apply(first.rest, creditNotes);',
  },
  {
    name: 'an invoice below zero is collected',
    file: 'subgraphs/invoices/dist/balance/domain/settlement.js',
    find: 'const due = total.minor < 0n ? zero(currency) : total;',
    plant: 'const due = total;',
  },
  {
    name: 'each credit note is rounded alone',
    file: 'subgraphs/invoices/dist/invoice/domain/credit-note.js',
    find: 'const [from, to] = [positionOf(invoice, before), positionOf(invoice, credited)];',
    plant:
      'const part = new Map([...credited].map(([id, minor]) => [id, minor - (before.get(id) ?? 0n)])); const [from, to] = [positionOf(invoice, new Map()), positionOf(invoice, part)];',
  },
  {
    name: 'a line can be credited twice',
    file: 'subgraphs/invoices/dist/invoice/domain/credit-note.js',
    find: 'if (after > whole)',
    plant: 'if (part.minor > whole)',
  },
  {
    name: 'a credit gives back what the coupon took',
    file: 'subgraphs/invoices/dist/invoice/domain/credit-note.js',
    find: 'total(amounts) - rational.round(weighted(fractions, discounts))',
    plant: 'total(amounts)',
  },
  {
    name: 'consumers reverse the charge',
    file: 'subgraphs/invoices/dist/tax/domain/place-of-supply.js',
    find: "customer.business && customer.vatId === 'valid'",
    plant: "customer.vatId === 'valid'",
  },
  {
    name: 'the threshold of distance sales is forgotten',
    file: 'subgraphs/invoices/dist/tax/domain/place-of-supply.js',
    find: "seller.belowThreshold ? 'origin' : 'destination'",
    plant: "'destination'",
  },
  {
    name: 'an inclusive price without tax is reduced',
    file: 'subgraphs/invoices/dist/tax/domain/supply-tax.js',
    find: 'net: subMoney(amount, tax), total: amount',
    plant: 'net: amount, total: addMoney(amount, tax)',
  },
  {
    name: 'revenue is recognised with the day itself',
    file: 'subgraphs/invoices/dist/revenue/domain/recognition.js',
    find: 'return item.on < date ? amount : nothing;',
    plant: 'return item.on <= date ? amount : nothing;',
  },
  {
    name: 'recognised revenue is cut, not rounded',
    file: 'subgraphs/invoices/dist/revenue/domain/recognition.js',
    find: 'rational.round(exact)',
    plant: 'rational.truncate(exact)',
  },
];

const dunning = [
  {
    name: 'attempts on Saturdays are made',
    file: 'subgraphs/payments/dist/dunning/domain/dunning.js',
    find: 'weekday < SATURDAY',
    plant: 'weekday <= SATURDAY',
  },
  {
    name: 'two attempts on one day are both made',
    file: 'subgraphs/payments/dist/dunning/domain/dunning.js',
    find: '.filter((date, index) => date !== dates[index - 1])',
    plant: '',
  },
  {
    name: 'attempts come at the same time of UTC',
    file: 'subgraphs/payments/dist/dunning/domain/dunning.js',
    find: '.map((date) => instantOf(date, time, timeZone))',
    plant: '.map((date) => `${date}${firstFailureAt.slice(10)}`)',
  },
  {
    name: 'hard declines are tried again',
    file: 'subgraphs/payments/dist/dunning/domain/dunning.js',
    find: "payment.decline === 'hard' && policy.onHardDecline === 'stop'",
    plant: 'false',
  },
  {
    name: 'access ends with the later of grace and action',
    file: 'subgraphs/payments/dist/dunning/domain/dunning.js',
    find: 'grace !== null && grace < actionAt ? grace : actionAt',
    plant: 'grace !== null && grace > actionAt ? grace : actionAt',
  },
];

export const FAULTS = [...rounding, ...time, ...usage, ...prices, ...invoices, ...dunning];
