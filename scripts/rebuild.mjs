// Rebuilds every projection from the journal and compares it with the rows that are there; --repair writes.
//   npm run rebuild -- [--tenant ID] [--repair]
import { launch } from './lib/launch.mjs';

await launch('apps/all-in-one/dist/rebuild.js');
