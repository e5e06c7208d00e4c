import { describe, expect, test } from "vitest";
import { readFlexControl } from "../src/flex-control.ts";

function answer(inner: string): string {
  return `<FlexStatementResponse timestamp='28 August, 2012 10:37 AM EDT'>\n${inner}\n</FlexStatementResponse>\n`;
}

const nothing = { referenceCode: null, url: null, errorCode: null, errorMessage: null };

describe("control: the service's answers", () => {
  test("a success with its reference, Url capital or small", async () => {
    for (const tag of ["Url", "url"]) {
      const text = answer(
        `<Status>Success</Status><ReferenceCode>0012345678</ReferenceCode><${tag}>https://a/b?c=1&amp;d</${tag}>`,
      );
      const expected = { ...nothing, status: "Success", referenceCode: "0012345678", url: "https://a/b?c=1&d" };
      expect(await readFlexControl(text)).toEqual(expected);
    }
  });

  test("a failure, and 1019 as a warning, with single or double quotes and an XML declaration", async () => {
    const text = answer(
      "<Status>Fail</Status><ErrorCode>1012</ErrorCode><ErrorMessage>Token has expired.</ErrorMessage>",
    );
    const expected = { ...nothing, status: "Fail", errorCode: "1012", errorMessage: "Token has expired." };
    expect(await readFlexControl(text)).toEqual(expected);
    expect(await readFlexControl(`<?xml version="1.0"?>\n${text.replaceAll("'", '"')}`)).toEqual(expected);
    expect(await readFlexControl(answer("<Status>Warn</Status><ErrorCode>1019</ErrorCode>"))).toMatchObject({
      status: "Warn",
    });
  });

  test("a message is made printable and short", async () => {
    const text = answer(`<Status>Fail</Status><ErrorMessage>a\n\u0085${"b".repeat(600)}</ErrorMessage>`);
    expect((await readFlexControl(text)).errorMessage).toMatch(/^a b{498}$/);
  });

  test.each([
    "",
    "<html></html>",
    "Status=Success",
    answer(""),
    answer("<Status>Maybe</Status>"),
    answer("<Status>Success</Status><ReferenceCode>abc</ReferenceCode>"),
    answer("<Status>Success</Status><Status>Fail</Status>"),
    answer("<Status>Success</Status>").slice(0, -10),
    `${answer("<Status>Success</Status>")}${" ".repeat(70_000)}`,
    "<FlexQueryResponse />",
  ])("%.40j is none", async (text) => {
    await expect(readFlexControl(text)).rejects.toThrow(expect.objectContaining({ code: "PROTOCOL" }));
  });
});
