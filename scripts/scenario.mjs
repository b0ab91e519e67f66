// npm run scenario -- [--only ID] [--url URL] FILE…: plays scenario files over the public API, seen from outside.
import { launch } from './lib/launch.mjs';

await launch('apps/scenario/dist/main.js');
