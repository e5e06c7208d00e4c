/** What a manifest says of the place where its source lives. */
export interface Home {
  readonly homepage?: unknown;
  readonly bugs?: unknown;
  readonly repository?: unknown;
  readonly publishConfig?: { readonly provenance?: boolean };
}

/**
 * What keeps a package from being published. npm compares its provenance with `repository.url` and refuses the package where
 * they differ; a dry run looks at neither, so this does.
 */
export function homeProblems({ homepage, bugs, repository, publishConfig = {} }: Home): readonly string[] {
  const url = typeof repository === "object" && repository !== null && "url" in repository ? repository.url : undefined;
  const hasHome = typeof url === "string" && url !== "";
  const problems: string[] = [];
  if (hasHome !== (publishConfig.provenance === true))
    problems.push(hasHome ? "repository.url is set, provenance is not" : "provenance is set without repository.url");
  for (const [name, value] of Object.entries({ homepage, bugs }))
    if (hasHome !== (value !== undefined))
      problems.push(hasHome ? `repository.url is set, ${name} is not` : `${name} is set without repository.url`);
  return problems;
}
