import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import type { AnyConnector, PageDiagnostic } from "../src/connector-contract.ts";
import { errorReport, ImportError } from "../src/import-error.ts";
import { pageBatch } from "../src/page-batch.ts";
import { isSafeText, safeText } from "../src/safe-text.ts";
import { naiveBook } from "./support/naive-book.ts";
import { instantAt } from "./support/told-batch.ts";

const hostile = "a\u0000b\nc\u001b[31m\ud800d\udc00\u009f😀";
const anyText = fc.string({ unit: "binary", maxLength: 1500 });

test("safeText: control characters and halves of surrogate pairs are replaced, all else stays", () => {
  expect(safeText(hostile)).toBe("a\ufffdb\ufffdc\ufffd[31m\ufffdd\ufffd\ufffd😀");
  expect(safeText("Größe 日本 <b>'; --")).toBe("Größe 日本 <b>'; --");
});

test("safeText: a cut through a surrogate pair leaves no half", () => {
  expect(safeText(`${"x".repeat(999)}😀`)).toBe(`${"x".repeat(999)}\ufffd`);
});

test("safeText: whatever the text, the result is safe, bounded and stays as it is", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const safe = safeText(text);
      expect([isSafeText(safe), safe.length <= 1000, safeText(safe)]).toEqual([true, true, safe]);
    }),
  );
});

test("diagnostics: neither key nor message carries unsafe text into a problem", () => {
  const batch = batchOf([{ kind: "warning", key: hostile, message: hostile.repeat(500) }]);
  const [problem] = batch.problems;
  expect(isSafeText(`${problem?.problemKey}${problem?.message}`)).toBe(true);
  expect(problem?.message).toHaveLength(1000);
  expect(problem?.problemKey.length).toBeLessThan(200);
});

test("diagnostics: different keys stay different, and an ordinary one stays readable", () => {
  const keys = ["2025", "a\u0000", "a\u0001", "x".repeat(201), "x".repeat(202), ""];
  const problems = batchOf(keys.map((key) => ({ kind: "warning", key, message: "m" }))).problems;
  expect(new Set(problems.map((problem) => problem.problemKey)).size).toBe(keys.length);
  expect(problems[0]?.problemKey).toBe("warning:connection:2025");
});

test("rejects: reason and problem are bounded and clean, whatever normalize answered", () => {
  const batch = batchOf([], `${hostile}${"x".repeat(2000)}`);
  expect(batch.rejects[0]?.reason).toHaveLength(1000);
  const book = naiveBook();
  book.commit(batch);
  const [problem] = book.rows.problems;
  expect(problem?.message).toHaveLength(1000);
  expect(isSafeText(problem?.message ?? "\u0000")).toBe(true);
});

test("errors: the message that a job keeps is bounded and clean", () => {
  const { message } = errorReport(new ImportError("BROKER_ERROR", hostile.repeat(500)), null);
  expect([message.length, isSafeText(message)]).toEqual([1000, true]);
});

function batchOf(diagnostics: readonly PageDiagnostic[], reason?: string) {
  const records = reason === undefined ? [] : [{ raw: null }];
  return pageBatch(
    { records, context: null, cursor: null, diagnostics },
    {
      ...{ connector: rejecting(reason ?? ""), owner: "owner", pageNumber: 1, at: instantAt(1) },
      ...{ storedContexts: new Set(), run: { connectionId: "connection", jobId: "job", token: 1 } },
    },
  );
}

function rejecting(reason: string): AnyConnector {
  const unused = () => Promise.reject(new Error("a batch reads no broker"));
  return {
    ...{ id: "c", broker: "b", contract: 1, credentials: z.unknown(), settings: z.unknown(), cursor: z.unknown() },
    check: unused,
    pull: () => ({ [Symbol.asyncIterator]: () => ({ next: unused }) }),
    normalize: () => ({ kind: "rejected", reason }),
  };
}
