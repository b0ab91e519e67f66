import { playDemo } from './demo-plays.js';

// It takes a while to come back: one kill unless more are asked for.
playDemo('distributed', 1);
