// The page: starts the machine, says what it does, and joins its buttons to it.
import { Missing, getFiles, readPlan } from "./files.js";
import { Log } from "./log.js";
import { Machine } from "./machine.js";

const $ = id => document.getElementById(id);
const MIB = 1 << 20;
const PROMPT = /^baton> /;

// Addresses that the machine prints, and that the commands of the guide need.
const ADDRESSES = [
    ["code", /^trampoline +(0x[0-9a-f]+) and 0x/mg],
    ["control", /^trampoline +0x[0-9a-f]+ and (0x[0-9a-f]+) /mg],
    ["list", /its first word is at (0x[0-9a-f]+)/mg],
];

const log = new Log();
let machine = null;

function say(text, kind = "") {
    if ($("state").textContent !== text)
        $("state").textContent = text;
    $("state").className = kind;
}

// The text of a command, or null as long as an address in it is not known.
function command(template) {
    let known = true;
    const text = template.replace(/\{(\w+)\}/g, (_, name) => {
        const [, printed] = ADDRESSES.find(([which]) => which === name);
        const address = [...log.text.matchAll(printed)].pop()?.[1];
        known &&= address !== undefined;
        return address;
    });
    return known ? text : null;
}

// A button that has no use for a moment keeps the focus: it is not disabled for the browser.
function enable(button, usable) {
    button.setAttribute("aria-disabled", String(!usable));
}

// Shows the state of the machine, and which buttons have a use now.
function show() {
    const state = machine.state();
    const gone = /^hand-off +to 0x/m.test(log.text);
    const ready = state === "on" && PROMPT.test(log.last);
    const empty = ready && log.last.trimEnd() === "baton>";
    const next = gone && /^# /.test(log.last);         // busybox's prompt
    for (const button of document.querySelectorAll("[data-type]")) {
        const text = command(button.dataset.type);
        if (text !== null)
            button.textContent = text;
        enable(button, empty && text !== null);
    }
    for (const button of document.querySelectorAll("[data-key], [data-linux]"))
        enable(button, state === "on");
    $("after").hidden = !gone;
    if (state === "triple")
        say("The machine was reset by a triple fault: the CPU could not even report a double fault. " +
            "A PC starts again by itself; here, the button does it.", "wrong");
    else if (state === "halted")
        say("The machine has halted. The last lines say why; the button resets it.", "wrong");
    else if (state !== "on")
        say(`The emulator itself has failed: ${state}. The button starts it again.`, "wrong");
    else if (next)
        say("Baton has handed over. The shell of the next kernel waits for a command.", "ready");
    else if (gone)
        say("Baton has handed over. The next kernel runs; Linux needs a minute or more until its shell.");
    else if (ready)
        say("Baton's shell waits for a command.", "ready");
    else if (log.lines.length > 2)
        say("Baton works, or waits for a key.");
    else
        say("The machine starts: the BIOS and GRUB need about 20 seconds.");
}

function output(text) {
    const serial = $("serial");
    const below = serial.scrollHeight - serial.scrollTop - serial.clientHeight < 8;
    // A machine that starts again, by itself too, has handed nothing over.
    if (/^grub {8}/m.test(text))
        log.clear();
    log.add(text);
    serial.textContent = log.text;
    if (below)
        serial.scrollTop = serial.scrollHeight;
    show();
}

async function reset() {
    log.clear();
    output("");
    await machine.start();
    show();
}

// Keys are the machine's while its screen has the focus, and the browser's otherwise. v86 listens on
// the window, after the document.
function shareKeys() {
    for (const kind of ["keydown", "keyup"])
        document.addEventListener(kind, event => {
            const leaves = event.key === "F6" || (event.key === "Tab" && event.shiftKey);
            if (event.target !== $("screen") || leaves)
                event.stopPropagation();
            if (event.target === $("screen") && event.key === "F6" && kind === "keydown") {
                event.preventDefault();
                $("serial").focus();
            }
        });
    // v86 then releases the keys that are down: their end would go to another element.
    $("screen").addEventListener("blur", () => dispatchEvent(new Event("blur")));
}

function joinButtons() {
    $("reset").disabled = $("send").elements[1].disabled = false;
    $("reset").addEventListener("click", reset);
    $("send").addEventListener("submit", event => {
        event.preventDefault();
        machine.send($("input").value + "\r");
        $("input").value = "";
    });
    $("save").addEventListener("click", () => {
        $("save").href = URL.createObjectURL(new Blob([log.text]));
    });
    document.addEventListener("click", event => {
        const { type, key, linux } = event.target.dataset;
        if (event.target.getAttribute("aria-disabled") === "true")
            return;
        if (key !== undefined)
            machine.type(key);
        else if (type !== undefined || linux !== undefined)
            machine.type((type === undefined ? linux : command(type)) + "\n");
    });
}

async function main() {
    const plan = await readPlan();
    $("memory").textContent = plan.memory / MIB;
    const { V86 } = await import("./libv86.js").catch(error => {
        throw new Missing(`The file "libv86.js" did not come, or is damaged: ${error.message}.`);
    });
    const files = await getFiles(plan, (bytes, all) =>
        say(`Loading: ${(bytes / MIB).toFixed(1)} of ${(all / MIB).toFixed(1)} MiB.`));
    machine = new Machine(V86, plan, files, $("screen"), output);
    shareKeys();
    joinButtons();
    await reset();
    if (document.activeElement === document.body)
        $("screen").focus({ preventScroll: true });
    setInterval(show, 500);
}

main().catch(error => {
    if (!(error instanceof Missing))
        throw error;
    say(`${error.message} Copy the whole folder, or make it anew: "./baton web -o DIR".`, "wrong");
});
