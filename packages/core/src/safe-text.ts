/** Longest text that people read about a record, a page or a run. */
const TEXT_LENGTH_MAX = 1000;

/** What poisons text columns, logs and JSON: control characters and halves of surrogate pairs. */
const UNSAFE = /[\p{Cc}\p{Cs}]/u;
const EVERY_UNSAFE = new RegExp(UNSAFE, "gu");

/** True for text that every database stores as it is. */
export function isSafeText(text: string): boolean {
  return !UNSAFE.test(text);
}

/** The text as it may reach text columns and screens: at most 1000 characters, unsafe ones replaced by U+FFFD. */
export function safeText(text: string): string {
  return text.slice(0, TEXT_LENGTH_MAX).replace(EVERY_UNSAFE, "\ufffd");
}
