// npm run demo -- --usage FILE --json FILE [--url URL] [--distributed]: the main job, seen from outside.
import { launch } from './lib/launch.mjs';

await launch('apps/demo/dist/main.js');
