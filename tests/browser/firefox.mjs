// What a visitor does in Firefox: `node firefox.mjs FILE.html FIREFOX UNDO TRAIN TYPED` writes what was seen, as JSON.
// UNDO and TRAIN are what buttons are called, TYPED is a number that is typed.

import puppeteer from "puppeteer-core";
import { pathToFileURL } from "node:url";

const [file, firefox, undo, train, typed] = process.argv.slice(2);
const START = "h.0.attn.scores[0,1,3,2]";
const seen = { faults: [], steps: [] };
const browser = await puppeteer.launch({ browser: "firefox", executablePath: firefox, headless: true });
try {
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 900 });
  page.on("pageerror", (error) => seen.faults.push(String(error)));
  page.on("console", (said) => said.type() === "error" && seen.faults.push(said.text()));
  const drawn = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50))));
  const step = async (name, more = () => null) => {
    await drawn();
    const state = await page.evaluate(() => ({
      hash: decodeURIComponent(location.hash.slice(1)),
      value: document.querySelector("#panel [data-value]")?.dataset.value,
      iteration: window.explorer.iteration(),
      loss: window.explorer.loss(),
    }));
    seen.steps.push({ name, ...state, more: await page.evaluate(more) });
  };

  await page.goto(`${pathToFileURL(file)}#${START}`);
  await page.waitForFunction(() => window.explorer);
  await step("link", () => document.querySelectorAll("#panel math").length);

  await page.click('#panel [data-address="h.0.attn.q[0,1,3,0]"]');
  await step("down");
  await page.goBack();
  await step("back");

  await page.goto(`${pathToFileURL(file)}#transformer.wte.weight[9,3]`);
  await step("weight");
  const field = await page.$("#panel input");
  await field.click({ count: 3 });
  await field.type(typed);
  await page.keyboard.press("Enter");
  await step("edit", () => document.body.innerText);
  await page.click(`.edits ::-p-text(${undo})`);
  await step("undo");
  await page.click(`.train-bar ::-p-text(${train})`);
  await page.waitForFunction(() => window.explorer.iteration() === 10);
  await step("train");
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify(seen));
