// How the recorder's JavaScript is looked over. `tests/recorder/test_javascript.py` runs it; NODE_PATH names
// the folder of the packages where they are not beside this file.

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const js = require("@eslint/js");
const globals = require("globals");

export default [
  { ignores: ["**/.venv/**", "**/venv/**", "data/**"] },
  js.configs.recommended,
  {
    files: ["server/recorder/**/*.js"],
    languageOptions: { ecmaVersion: 2022, sourceType: "module", globals: { ...globals.browser } },
    rules: {
      curly: ["error", "multi-line"],
      eqeqeq: "error",
      // A module is read in one sitting.
      "max-lines": ["error", 340],
      "no-alert": "error",
      "no-console": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Text is set as text: what was typed never becomes HTML." },
        { property: "outerHTML", message: "Text is set as text: what was typed never becomes HTML." },
        { property: "insertAdjacentHTML", message: "Text is set as text: what was typed never becomes HTML." },
      ],
      "no-shadow": "off",
      "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["server/recorder/{sw,leaving_worker,photo_worker}.js"],
    languageOptions: { globals: { ...globals.worker, ...globals.serviceworker } },
  },
  {
    files: ["**/*.mjs"],
    languageOptions: { ecmaVersion: 2022, sourceType: "module", globals: { ...globals.node } },
  },
];
