export { earnedByMonth, standingsAt, type EarnedInMonth, type RevenueStanding } from './store.js';
