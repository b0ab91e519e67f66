import type { Attack } from './attack.js';
import { badTokens } from './attacks/bad-tokens.js';
import { carelessSubscriptions } from './attacks/careless-subscriptions.js';
import { distinctDocuments } from './attacks/distinct-documents.js';
import { greedyTenant } from './attacks/greedy-tenant.js';
import { foreignCursors } from './attacks/foreign-cursors.js';
import { forgedWebhooks } from './attacks/forged-webhooks.js';
import { foreignNames } from './attacks/foreign-names.js';
import { liveApart } from './attacks/live-apart.js';
import { longNumbers } from './attacks/long-numbers.js';
import { lyingAliases } from './attacks/lying-aliases.js';
import { matrixEstimate } from './attacks/matrix-estimate.js';
import { nestedLists } from './attacks/nested-lists.js';
import { repeatedTexts } from './attacks/repeated-texts.js';
import { once } from './attacks/once.js';
import { otherTenants } from './attacks/other-tenants.js';
import { refusedUpgrades } from './attacks/refused-upgrades.js';
import { silentStaff } from './attacks/silent-staff.js';
import { unseenNames } from './attacks/unseen-names.js';
import { voidWhilePaying } from './attacks/void-while-paying.js';

/** All of them, in the order in which they are played; what may end the process comes last. */
export const ATTACKS: readonly Attack[] = [
  otherTenants,
  silentStaff,
  once,
  nestedLists,
  repeatedTexts,
  foreignCursors,
  unseenNames,
  lyingAliases,
  longNumbers,
  liveApart,
  carelessSubscriptions,
  foreignNames,
  greedyTenant,
  matrixEstimate,
  distinctDocuments,
  voidWhilePaying,
  badTokens,
  forgedWebhooks,
  refusedUpgrades,
];
