// Computes every invoice again from what it was computed from and compares the bytes.
//   npm run verify -- [--tenant ID]
import { launch } from './lib/launch.mjs';

await launch('apps/all-in-one/dist/verify.js');
