import { flexAfColumns } from "../src/simulator/index.ts";

/** What a person leaves unticked who ticks nearly everything: it makes a row about 1,340 bytes long. */
const left: ReadonlySet<string> = new Set([
  ...["relatedTradeID", "principalAdjustFactor", "clearingFirmID", "relatedTransactionID", "rtn"],
  ...["volatilityOrderLink", "holdingPeriodDateTime", "changeInPrice", "changeInQuantity", "traderID"],
  ...["accruedInt", "initialInvestment", "positionActionID", "serialNumber", "deliveryType"],
  ...["commodityType", "fineness", "weight"],
]);

/** The columns of the bench's query, in the order of a statement. */
export const statementColumns: readonly string[] = flexAfColumns.filter((column) => !left.has(column));
