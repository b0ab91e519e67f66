// Prints what `countRoundTrips` counts as one line of JSON, for a process of its own: counting changes the driver.
import { countRoundTrips } from './round-trips.mjs';

console.log(JSON.stringify(await countRoundTrips()));
process.exit(0);
