// What a machine has written to its serial port, as lines of text.

const LINES = 5000;                     // older ones are dropped
const ESCAPE = /\x1b(\[[0-?]*[ -/]*[@-~]|[@-Z\\-_])/g;  // a terminal's sequence [ECMA-48 5.4]
const PART = /\x1b(\[[0-?]*[ -/]*)?$/;  // the beginning of one

export class Log {
    constructor() {
        this.clear();
    }

    clear() {
        this.lines = [""];              // the last one is not complete
        this.column = 0;                // where the next character of it goes
        this.rest = "";
    }

    // Adds what has come. A terminal's sequences are left out, and a backspace goes back.
    add(text) {
        text = (this.rest + text).replace(ESCAPE, "");
        this.rest = PART.exec(text)?.[0] ?? "";
        for (const c of text.slice(0, text.length - this.rest.length))
            this.put(c);
        this.lines.splice(0, this.lines.length - LINES);
    }

    put(c) {
        const last = this.lines.length - 1;
        if (c === "\n") {
            this.lines[last] = this.lines[last].trimEnd();
            this.lines.push("");
            this.column = 0;
        } else if (c === "\r") {
            this.column = 0;
        } else if (c === "\b") {
            this.column = Math.max(0, this.column - 1);
        } else if (c >= " ") {
            const line = this.lines[last];
            this.lines[last] = line.slice(0, this.column) + c + line.slice(this.column + 1);
            this.column++;
        }
    }

    // The line that is not complete, such as a prompt.
    get last() {
        return this.lines[this.lines.length - 1];
    }

    get text() {
        return this.lines.join("\n");
    }
}
