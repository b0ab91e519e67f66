// npm run distributed: the same system as separate processes on Postgres, Redis and Kafka, without Docker.
import { launch } from './lib/launch.mjs';

await launch('apps/all-in-one/dist/distributed.js');
