export { type AesVaultKey, type AesVaultOptions, aesVault } from "./aes-vault.ts";
