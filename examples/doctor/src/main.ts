import { diagnosisLines } from "./diagnosis.ts";
import { examine } from "./examine.ts";

// node examples/doctor/src/main.ts kraken|flex: looks at credentials and prints what to fix. It stores nothing, and never
// prints a key, a secret or a token.
const diagnosis = await examine(process.argv[2], process.env);
for (const line of diagnosisLines(diagnosis)) console.log(line);
process.exitCode = diagnosis.fixes.length === 0 ? 0 : 1;
