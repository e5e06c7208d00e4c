import { secret } from "@fillbook/connector-kit";
import { expect, test } from "vitest";
import { krakenForm, krakenSign } from "../src/kraken-sign.ts";

const SAMPLE = "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg==";
const ONES = Buffer.alloc(32, 1).toString("base64");

// The first two are Kraken's own (docs.kraken.com spot-rest-auth and kraken-api-sdk signer.rs), the others were computed
// with the first one's secret by node:crypto.
test.each([
  [
    SAMPLE,
    "AddOrder",
    "nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25",
    "4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ==",
  ],
  [
    ONES,
    "Balance",
    "nonce=1700000000000000000",
    "6i7+cpXVLDDnDOekgsRcgFQhkYFyPDSSxhSVA8OrA6vjziXcy2K1DP3n7f9B/Kgni71WjBSQusZKxduRsdF20Q==",
  ],
  [
    SAMPLE,
    "TradesHistory",
    "nonce=1700000000000001&type=all&trades=false&start=1695728276&end=1695828276&ofs=50&consolidate_taker=false&ledgers=true",
    "omllr0fI5/xgyNiA+4tiYkHVIJGFHo8TeJmPSgHkmmWhP7w6r4LapgYbMZbrP7z33fJtDYtwOJYZg7XTBe9Ksg==",
  ],
  [
    SAMPLE,
    "TradesHistory",
    "nonce=1700000000000002&type=any+position",
    "HGucD3bfDtH/ccHt+K/84C6arQTRcFgEzXpSyoTQLkfOOE97n7lYMLyYCfBZEEbNTdsVyMV5ZhaAQt8/VxmVEQ==",
  ],
  [
    SAMPLE,
    "TradesHistory",
    "nonce=1700000000000003&type=any%20position",
    "5WXyZ/VsxaUF8Z+rO8r4bFrVfTcKiwgoMXnmZy8HZxiCYZLYXVnXyvo8AjCaUNToheifQ0NcPw0CSEbyjl5qPQ==",
  ],
  [
    SAMPLE,
    "Ledgers",
    "nonce=1700000000000004&type=all&start=1695728276&end=1695828276&ofs=0",
    "DT4HPSZznMUoJkIjrFo94PZgmK+khz8YxFF4OXVL6sIGdxXiwy04JkoSVrcPlRPHcwEOuQuR+Q8gRSJCJEvsFg==",
  ],
  [
    SAMPLE,
    "RetrieveExport",
    "nonce=1700000000000005&id=TCJA",
    "QLbJjDEHQmBOhoAHWNerLpH5+0ZLEMoZ2rszq4XhfblzC3Cqcu74xgLsVelPv/eMin8PX0cesqIkQmMw7BOBSg==",
  ],
  [
    SAMPLE,
    "TradesHistory",
    '{"nonce":"1700000000000006","ofs":50,"consolidate_taker":true}',
    "BwfFa8/hmScS/FYPIgUiySjvHC/yVJAw8qMWxuJxeuLOHTvb4Lz1eZ837zS847Xh0g5ev3IDDY41jMvPBtDNzg==",
  ],
  [
    SAMPLE,
    "GetApiKeyInfo",
    "nonce=1700000000000000007&otp=123456",
    "qCsIX6+w+LoZRWhvlwQ64MVAxQLCPG6tNPttOHzVr4LrJkm/AcG024FOJoDT4twdYquw02sXGmLcAH4O9vtPXA==",
  ],
])("signature: secret %#, %s of %j", (apiSecret, method, body, signature) => {
  const nonce = /nonce\W+(\d+)/.exec(body)?.[1] ?? "";
  expect(krakenSign(secret(apiSecret), { path: `/0/private/${method}`, nonce, body })).toBe(signature);
});

test("form: the nonce comes first and spaces become plus signs", () => {
  expect(krakenForm("7", { type: "any position", ofs: "0" })).toBe("nonce=7&type=any+position&ofs=0");
});
