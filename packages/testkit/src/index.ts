export { aCancel, anExecution, type ExecutionDetails } from "./an-execution.ts";
export { type FakeClock, fakeClock } from "./fake-clock.ts";
export { hurriedClock } from "./hurried-clock.ts";
export { newConnection } from "./new-connection.ts";
export { remoteStore } from "./remote-store.ts";
export { type ScriptedConnector, type ScriptedPage, type ScriptedRecord, scripted, scriptedPage } from "./scripted.ts";
