// What a pupil does in Firefox: `node firefox_sheet.mjs FILE.html FIREFOX` with a JSON of buttons' names and answers in
// the input writes what was seen, as JSON.

import puppeteer from "puppeteer-core";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [file, firefox] = process.argv.slice(2);
const { hint, answers } = JSON.parse(readFileSync(0, "utf-8"));
const seen = { faults: [], steps: [] };
const browser = await puppeteer.launch({ browser: "firefox", executablePath: firefox, headless: true });
try {
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 900 });
  page.on("pageerror", (error) => seen.faults.push(String(error)));
  page.on("console", (said) => said.type() === "error" && seen.faults.push(said.text()));
  const step = async (name) => {
    const state = await page.evaluate(() => ({
      states: [...document.querySelectorAll(".card[data-state]")].map((card) => card.dataset.state),
      said: [...document.querySelectorAll(".verdict:not([hidden])")].map((verdict) => verdict.textContent),
      focused: document.activeElement.id,
      code: document.querySelector(".code")?.textContent,
      filled: document.querySelectorAll(".projector .box.filled").length,
      math: document.querySelectorAll("math").length,
    }));
    seen.steps.push({ name, ...state });
  };

  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector(".sheets");
  await step("start");
  await page.click(`.card ::-p-text(${hint})`);
  await step("hint");
  await page.focus("#answer-1-1");
  for (const answer of answers) {
    await page.keyboard.type(answer);
    await page.keyboard.press("Enter");
  }
  await step("answers");
  await page.reload();
  await page.waitForSelector(".sheets");
  await step("reload");
  for (const key of ["p", "Home"]) await page.keyboard.press(key);
  await page.keyboard.press("a");
  await step("projector");
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify(seen));
