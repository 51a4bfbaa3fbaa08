// @vitest-environment node
import { readFileSync } from "node:fs";
import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";
import { expect, test } from "vitest";

const DOCUMENT = new URL("../../../dashboard-server/openapi.json", import.meta.url);
const GENERATED = new URL("./schema.gen.ts", import.meta.url);

test("the types are those of the server's document; `npm run types` writes them anew", async () => {
  const generated = COMMENT_HEADER + astToString(await openapiTS(DOCUMENT));
  expect(readFileSync(GENERATED, "utf8")).toBe(generated);
});
