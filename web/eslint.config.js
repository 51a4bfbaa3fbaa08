import svelte from "eslint-plugin-svelte";
import tseslint from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

/** Bans carry their reason in `message`. */
const syntax = [
  { selector: "ExportDefaultDeclaration", message: "Name what is exported: a default export has no name to search for." },
  { selector: "ExportAllDeclaration", message: "No barrels: import from the file that owns the thing." },
];

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "src/api/schema.gen.ts"] },
  ...tseslint.configs.recommended,
  ...svelte.configs.recommended,
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: tseslint.parser, svelteConfig } },
  },
  {
    files: ["src/**/*.ts", "src/**/*.svelte"],
    rules: {
      eqeqeq: "error",
      "svelte/no-at-html-tags": "error",
      "svelte/no-inline-styles": ["error", { allowTransitions: false }],
      // A space at the edge of a block is dropped unless it is written as one.
      "svelte/no-useless-mustaches": "off",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "no-restricted-syntax": ["error", ...syntax],
    },
  },
);
