/** What each connector asks for. Words are for people; names are the API's. */
export interface FieldSpec {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly kind?: "password" | "area" | "text";
  readonly isOptional?: boolean;
}

export interface ConnectForm {
  readonly title: string;
  readonly hint: string;
  readonly credentials: readonly FieldSpec[];
  /** Sent along with what was typed. */
  readonly fixed: Readonly<Record<string, string>>;
  readonly settings: readonly FieldSpec[];
}

const kraken: ConnectForm = {
  title: "Kraken",
  hint: "Make an API key with “Query closed orders & trades” and “Query ledger entries”, and nothing else.",
  credentials: [
    { name: "apiKey", label: "API key" },
    { name: "apiSecret", label: "Private key", kind: "password" },
  ],
  fixed: {},
  settings: [],
};

const flex: ConnectForm = {
  title: "Interactive Brokers, Flex statements",
  hint: "In Client Portal: Performance & Reports, Flex Queries. Make an activity query with the section Trades, then a token.",
  credentials: [{ name: "token", label: "Flex token", kind: "password" }],
  fixed: {},
  settings: [{ name: "queryId", label: "Flex query ID", hint: "The number beside the query." }],
};

const web: ConnectForm = {
  title: "Interactive Brokers, Client Portal gateway",
  hint: "Log in at the gateway in another tab first. It asks for a login every day.",
  credentials: [],
  fixed: { kind: "gateway" },
  settings: [],
};

export const connectForms: Readonly<Record<string, ConnectForm>> = {
  kraken,
  "ibkr-flex": flex,
  "ibkr-web": web,
};
