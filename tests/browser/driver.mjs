// Runs a headless Chromium for browser.py. Reads one JSON object a line from standard input,
// {"call": NAME, "with": {...}}, and answers each with one line, {"value": ...} or {"error": TEXT}.
// The end of the input ends the browser.
//
// usage: node driver.mjs PLAYWRIGHT CHROMIUM    the folder of playwright-core; the browser's program
import { createInterface } from "node:readline";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [playwright, chromium] = process.argv.slice(2);
const library = await import(pathToFileURL(resolve(playwright, "index.mjs")).href);

// Without a sandbox, because the tests may run as root in a container, where Chromium has none. It
// opens only pages of this repository.
const browser = await library.chromium.launch({
    executablePath: chromium,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
let page = null;
let seen = null;

const calls = {
    version: () => browser.version(),

    // A page of its own: nothing is left of the one before.
    async open({ url, options, seconds }) {
        if (page !== null)
            await page.context().close();
        const context = await browser.newContext(options);
        page = await context.newPage();
        seen = { errors: [], requests: [] };
        watch(page, seen);
        await page.goto(url, { timeout: seconds * 1000 });
    },

    // What went wrong in the page, and the addresses that it has asked for.
    seen: () => seen,

    evaluate: ({ code }) => page.evaluate(code),

    // Waits until the JavaScript expression is true, and returns its value.
    async wait({ code, seconds }) {
        const handle = await page.waitForFunction(code, null, { timeout: seconds * 1000 });
        return handle.jsonValue();
    },

    press: ({ key }) => page.keyboard.press(key),
    type: ({ text }) => page.keyboard.type(text),
    click: ({ selector }) => page.locator(selector).click({ timeout: 10000 }),
    focus: ({ selector }) => page.locator(selector).focus({ timeout: 10000 }),
    fill: ({ selector, text }) => page.locator(selector).fill(text, { timeout: 10000 }),
    media: ({ options }) => page.emulateMedia(options),
    resize: ({ width, height }) => page.setViewportSize({ width, height }),

    // The page as a screen reader sees it: roles and names, as an indented list.
    outline: ({ selector }) => page.locator(selector).ariaSnapshot({ timeout: 10000 }),

    async picture({ path, whole }) {
        await page.screenshot({ path, fullPage: whole });
    },

    async print({ path }) {
        await page.pdf({ path });
    },
};

function watch(page, seen) {
    page.on("pageerror", error => seen.errors.push(String(error)));
    page.on("console", message => {
        if (message.type() === "error")
            seen.errors.push(message.text());
    });
    page.on("crash", () => seen.errors.push("the page has crashed"));
    page.on("request", request => seen.requests.push(request.url()));
    page.on("requestfailed", request =>
        seen.errors.push(`${request.url()}: ${request.failure().errorText}`));
}

for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    let answer;
    try {
        const value = await calls[request.call](request.with);
        answer = { value: value === undefined ? null : value };
    } catch (error) {
        answer = { error: error.message };
    }
    process.stdout.write(JSON.stringify(answer) + "\n");
}
await browser.close();
