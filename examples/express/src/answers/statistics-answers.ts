import type { CampaignTotals, Position, RealizedDay } from "@fillbook/core";
import { z } from "zod";
import { count, decimalText, instantText, named, text } from "./basics.ts";
import { fee, instrument } from "./trade-answers.ts";

const currency = text.nullable();
const amounts = z.array(z.strictObject({ currency, amount: decimalText }));
const feeTally = { fees: z.array(fee), unknownFeeCount: count };
const fillTally = {
  ...{ executionCount: count, canceledCount: count, sources: z.array(text), ...feeTally },
  ...{ firstExecutedAt: instantText, lastExecutedAt: instantText },
};

export const positions: z.ZodType<readonly Position[]> = named(
  "Positions",
  z.array(
    z.strictObject({
      ...{ instrumentKey: text, account: text.nullable(), instrument, currency, multiplier: decimalText },
      ...{ quantity: decimalText, averageCost: decimalText.nullable() },
      lots: z.array(
        z.strictObject({ fillId: text, quantity: decimalText, price: decimalText, executedAt: instantText }),
      ),
      ...{ realizedAverage: decimalText, realizedFifo: decimalText, ...fillTally },
    }),
  ),
);

export const realizedDays: z.ZodType<readonly RealizedDay[]> = named(
  "RealizedDays",
  z.array(
    z.strictObject({
      ...{ day: text, realized: amounts, cumulativeRealized: amounts, cumulativeFees: z.array(fee), ...feeTally },
    }),
  ),
);

export const campaignTotals: z.ZodType<readonly CampaignTotals[]> = named(
  "CampaignTotals",
  z.array(
    z.strictObject({
      ...{ campaignId: text.nullable(), tradeCount: count, ...fillTally },
      currencies: z.array(
        z.strictObject({
          ...{ currency, boughtQuantity: decimalText, soldQuantity: decimalText },
          ...{ boughtNotional: decimalText, soldNotional: decimalText, realized: decimalText },
        }),
      ),
    }),
  ),
);
