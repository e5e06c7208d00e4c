export type { FlexContext } from "./flex-context.ts";
export type { FlexCursor } from "./flex-cursor.ts";
export type { IbkrFlexPolicy } from "./flex-policy.ts";
export { checkFlexQuery, type FlexColumnUse, type FlexQueryCheck, type MissingFlexColumn } from "./flex-query-check.ts";
export type { FlexCredentials, FlexSettings } from "./flex-settings.ts";
export { type IbkrFlexConnector, ibkrFlex } from "./ibkr-flex.ts";
