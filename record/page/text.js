// Numbers as text, and elements.
const Text = (() => {
    const hex = (n, digits = 8) => "0x" + n.toString(16).padStart(digits, "0");

    // fill(element, {name: attribute}, ...children): text or elements.
    function fill(element, attributes, children) {
        for (const [name, value] of Object.entries(attributes))
            if (value !== null && value !== false)
                element.setAttribute(name, value === true ? "" : value);
        element.append(...children);
        return element;
    }

    const element = (tag, attributes = {}, ...children) =>
        fill(document.createElement(tag), attributes, children);

    const drawn = (tag, attributes = {}, ...children) =>
        fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

    const by = id => document.getElementById(id);

    const count = (n, thing) => `${n} ${thing}${n === 1 ? "" : "s"}`;

    const entriesText = n => `${n} ${n === 1 ? "entry" : "entries"}`;

    function size(bytes) {
        return bytes % (1 << 20) === 0 ? `${bytes / (1 << 20)} MiB` : `${bytes / 1024} KiB`;
    }

    // A source line without its comment, its blanks made one.
    const code = line =>
        line.replace(/\/\*.*$/, "").replace(/\s+/g, " ").replace(/;? *$/, "").trim();

    return { hex, element, drawn, by, count, entriesText, size, code };
})();
