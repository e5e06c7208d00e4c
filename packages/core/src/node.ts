export { type AesVaultKey, type AesVaultOptions, aesVault } from "./aes-vault.ts";
export type {
  ClaimMessage,
  CommitMessage,
  DiagnosticMessages,
  PageMessage,
  RunMessage,
  WaitMessage,
} from "./diagnostic-messages.ts";
export { type DiagnosedOptions, withDiagnostics } from "./diagnostics.ts";
