export { standingsAt, type RevenueStanding } from './store.js';
