// Reads policies (a JSON object of names and Content-Security-Policy headers) from a file and prints, by the same names, what
// csp_evaluator holds against them in its highest severity.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [, , modules, file] = process.argv;
const require = createRequire(pathToFileURL(`${modules}/`));
const { CspEvaluator } = require("csp_evaluator");
const { CspParser } = require("csp_evaluator/dist/parser.js");
const { Severity } = require("csp_evaluator/dist/finding.js");

const judged = (policy) =>
  policy
    ? new CspEvaluator(new CspParser(policy).csp)
        .evaluate()
        .filter(({ severity }) => severity === Severity.HIGH)
        .map(({ directive, value, description }) => `${directive} ${value ?? ""}: ${description}`)
    : ["there is no policy"];
const policies = JSON.parse(readFileSync(file, "utf8"));
console.log(JSON.stringify(Object.fromEntries(Object.entries(policies).map(([name, policy]) => [name, judged(policy)]))));
