import type { Diagnosis } from "./diagnosis.ts";
import { flexDoctor } from "./flex-doctor.ts";
import { krakenDoctor } from "./kraken-doctor.ts";

/** Asks the doctor that `kind` names, with credentials from the environment. */
export async function examine(kind: string | undefined, environment: NodeJS.ProcessEnv): Promise<Diagnosis> {
  if (kind === "kraken") return withVariables(environment, ["KRAKEN_API_KEY", "KRAKEN_API_SECRET"], examineKraken);
  if (kind === "flex") return withVariables(environment, ["IBKR_FLEX_TOKEN", "IBKR_FLEX_QUERY_ID"], examineFlex);
  return { seen: [], fixes: ["Say what to look at: kraken or flex"] };
}

async function withVariables(
  environment: NodeJS.ProcessEnv,
  names: readonly [string, string],
  doctor: (values: readonly [string, string], environment: NodeJS.ProcessEnv) => Promise<Diagnosis>,
): Promise<Diagnosis> {
  const [first = "", second = ""] = names.map((name) => environment[name] ?? "");
  const missing = names.filter((name) => (environment[name] ?? "") === "");
  if (missing.length === 0) return doctor([first, second], environment);
  return { seen: [], fixes: [`Set ${missing.join(" and ")} in the environment`] };
}

function examineKraken(
  [apiKey, apiSecret]: readonly [string, string],
  environment: NodeJS.ProcessEnv,
): Promise<Diagnosis> {
  const { KRAKEN_OTP: otp, KRAKEN_URL: baseUrl } = environment;
  return krakenDoctor({ credentials: { apiKey, apiSecret, ...(otp === undefined ? {} : { otp }) }, baseUrl });
}

function examineFlex([token, queryId]: readonly [string, string], environment: NodeJS.ProcessEnv): Promise<Diagnosis> {
  return flexDoctor({ credentials: { token }, queryId, baseUrl: environment.IBKR_FLEX_URL });
}
