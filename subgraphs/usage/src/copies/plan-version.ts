import { PlanVersions } from '@tollgate/runtime/command/plan-versions';

/** Versions of plans as plans told them. */
export const planVersions = new PlanVersions('usage_plan_version');
