// Rules that matter for the page: words of strangers are never markup, nothing is run that was text, and the modules
// can be put one behind the other into one script. What is not defined, `tsc` finds; how it looks, `prettier`.

const MARKUP = "text would be read as markup: build nodes with h() of view/dom.js";
const RUN = "text would be run";
const ONE_SCRIPT = "all modules become one script: named, plain, static imports and exports only";

const properties = [
  "innerHTML",
  "outerHTML",
  "insertAdjacentHTML",
  "setHTMLUnsafe",
  "srcdoc",
  "createContextualFragment",
];
const markup = properties.map((property) => ({ property, message: MARKUP }));
const attribute = (/** @type {string} */ names) =>
  `CallExpression[callee.property.name=/^setAttribute(NS)?$/] > Literal[value=/^(${names})$/i]`;

const syntax = [
  { selector: attribute("style"), message: "the content security policy refuses it: set element.style.x" },
  { selector: attribute("on.+"), message: `${RUN}: use addEventListener` },
  { selector: attribute("srcdoc"), message: MARKUP },
  { selector: "ExportDefaultDeclaration, ExportAllDeclaration, ImportExpression", message: ONE_SCRIPT },
  { selector: "ImportDefaultSpecifier, ImportNamespaceSpecifier", message: ONE_SCRIPT },
  { selector: "ExportNamedDeclaration[specifiers.length>0]", message: ONE_SCRIPT },
  { selector: "Program > ExpressionStatement > AwaitExpression", message: ONE_SCRIPT },
];

// One name per thing in the whole script: an import has the name that it was exported with.
const noRenaming = {
  create: (/** @type {any} */ context) => ({
    ImportSpecifier(/** @type {any} */ node) {
      if (node.imported.name !== node.local.name) context.report({ node, message: ONE_SCRIPT });
    },
  }),
};

const rules = {
  "house/no-renaming": "error",
  "no-restricted-properties": [
    "error",
    ...markup,
    { object: "document", property: "write", message: MARKUP },
    { object: "document", property: "writeln", message: MARKUP },
  ],
  "no-restricted-syntax": ["error", ...syntax],
  "no-restricted-globals": ["error", "event", "name", "status", "length", "fetch", "XMLHttpRequest", "WebSocket"],
  "no-eval": "error",
  "no-implied-eval": "error",
  "no-new-func": "error",
  "no-script-url": "error",
  "no-unused-vars": ["error", { args: "after-used", argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
  "no-useless-return": "error",
  "no-unreachable": "error",
  "no-dupe-keys": "error",
  "no-cond-assign": "error",
  "no-self-compare": "error",
  "no-var": "error",
  "object-shorthand": ["error", "properties"],
  "prefer-const": ["error", { destructuring: "all" }],
  eqeqeq: ["error", "always", { null: "ignore" }],
  "max-lines": ["error", 300],
  "max-len": ["error", { code: 120, ignoreUrls: true }],
};

export const page = {
  files: ["src/gpt_by_hand/page/app/**/*.js"],
  languageOptions: { globals: { window: "readonly", setTimeout: "readonly", setInterval: "readonly" } },
  linterOptions: { reportUnusedDisableDirectives: "error" },
  plugins: { house: { rules: { "no-renaming": noRenaming } } },
  rules,
};

const { "house/no-renaming": _, "no-restricted-globals": __, ...ofScripts } = rules;

export default [
  page,
  { files: ["src/gpt_by_hand/page/app/types.js"], rules: { "max-lines": "off" } },
  { files: ["tests/browser/*.{js,mjs}"], rules: { ...ofScripts, "no-restricted-syntax": "off" } },
  { ignores: ["**/*.config.js", ".venv/", "bench/", "tests/support/"] },
];
