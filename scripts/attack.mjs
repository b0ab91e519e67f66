// npm run attack -- [--only NAME] [--url URL]: what a hostile caller would try, from outside, against a running system.
import { launch } from './lib/launch.mjs';

await launch('apps/attack/dist/main.js');
