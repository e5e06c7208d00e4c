import { X509Certificate } from "node:crypto";

/** A certificate that signs itself, for localhost and 127.0.0.1. */
export interface PortalCertificate {
  readonly key: string;
  readonly cert: string;
  readonly fingerprint256: string;
}

/**
 * Makes the certificate. `selfsigned` is an optional peer dependency: who imports fills needs no certificates, and
 * node:crypto reads them but makes none.
 */
export async function portalCertificate(): Promise<PortalCertificate> {
  const { generate } = await import("selfsigned").catch((cause: unknown) => {
    throw new Error('the simulator of Client Portal needs the package "selfsigned"', { cause });
  });
  const altNames = [
    { type: 2, value: "localhost" },
    { type: 7, ip: "127.0.0.1" },
  ] as const;
  const made = await generate([{ name: "commonName", value: "localhost" }], {
    ...{ keyType: "ec", algorithm: "sha256" },
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "subjectAltName", altNames: [...altNames] },
    ],
  });
  return { key: made.private, cert: made.cert, fingerprint256: new X509Certificate(made.cert).fingerprint256 };
}
