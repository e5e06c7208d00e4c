export type { ConnectorSuiteOptions, ConnectorTrial, ExpectedBook, ExpectedFill } from "./connector-suite-options.ts";
export type { RegisterTest, StoreSuiteOptions } from "./store-suite-options.ts";
export { testConnector } from "./test-connector.ts";
export { testStore } from "./test-store.ts";
