// Prints what `countRoundTrips` counts as one line of JSON, for a process of its own: counting changes the driver.
// `--against FILE`: counts again, some times, as long as anything costs more than FILE says.
import { readFileSync } from 'node:fs';
import { countRoundTrips } from './round-trips.mjs';

const at = process.argv.indexOf('--against');
const kept = at < 0 ? undefined : JSON.parse(readFileSync(process.argv[at + 1], 'utf8'));
console.log(JSON.stringify(await countRoundTrips(kept)));
process.exit(0);
