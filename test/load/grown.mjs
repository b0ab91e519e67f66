// What costs more round trips, statements or transactions than it did.

const COUNTED = ['roundTrips', 'statements', 'transactions'];

/**
 * What costs more than it did, as `name: what before -> now`.
 * @param {Readonly<Record<string, Readonly<Record<string, number>>>>} now counts by name
 * @param {Readonly<Record<string, Readonly<Record<string, number>>>>} before the counts that may not be passed
 * @returns {string[]}
 */
export function grown(now, before) {
  return Object.entries(now).flatMap(([name, counts]) => {
    const known = before[name];
    if (known === undefined) return [`${name}: not in test/load/round-trips.json`];
    return COUNTED.filter((what) => counts[what] > known[what]).map(
      (what) => `${name}: ${what} ${known[what]} -> ${counts[what]}`,
    );
  });
}
