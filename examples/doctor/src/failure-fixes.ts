import { type Recovery, toImportError } from "@fillbook/core";

/** What to do about an error: the words of the broker or the connector, then the step that they ask for. */
export function failureFix(thrown: unknown): string {
  const { code, recovery, message } = toImportError(thrown);
  return `${message}. ${steps[recovery]} (${code}, docs/errors.md)`;
}

const steps: Readonly<Record<Recovery, string>> = {
  retry: "Run the doctor again in a few minutes",
  wait: "Wait, then run the doctor again",
  reauthenticate: "Make new credentials as docs/how-to describes",
  "fix-config": "Change what the message names",
  "upload-again": "Import the file again, or a whole one",
  "report-bug": "Install the newest connector; report the message if that does not help",
};
