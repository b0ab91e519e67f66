// npm start: sets up what is missing, then runs the whole system in one process, which is kept running until Ctrl-C.
import { launch } from './lib/launch.mjs';

await launch('apps/all-in-one/dist/supervisor.js');
