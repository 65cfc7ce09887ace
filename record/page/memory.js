// The picture of memory: a row of cells for each part, one cell a page, or a power of two of pages.
const Memory = (() => {
    const { hex, drawn, element, by, size } = Text;
    const R = Recording;
    const COLUMNS = 64, ROWS = 40;          // at most, for one page a cell
    const WIDE = 10, LABEL = 66, TOP = 4;
    // A cell of several pages shows the first of these that it holds. Letters are for who sees no
    // colour.
    const LETTERS = { added: "!", control: "C", list: "I", template: "T", live: "L", new: "N",
                      digest: "D", fault: "F", prepared: "p", file: "", module: "", kernel: "",
                      free: "", firmware: "" };
    const ORDER = Object.keys(LETTERS);

    let each = 1;                           // pages in a cell
    while (R.pageRoles.length / each > COLUMNS * ROWS)
        each *= 2;
    const cells = Math.ceil(R.pageRoles.length / each);
    const rows = Math.ceil(cells / COLUMNS);
    const HIGH = Math.max(11, Math.min(22, 352 / rows));
    const cellOf = pa => Math.floor(pa / R.PAGE / each);
    const place = cell => [LABEL + cell % COLUMNS * WIDE, TOP + Math.floor(cell / COLUMNS) * HIGH];
    const middle = cell => place(cell).map((at, i) => at + (i ? HIGH : WIDE) / 2);

    // Cells in a row that follow one another are one rectangle.
    function rectangles(numbers, attributes) {
        const found = [];
        for (const cell of [...numbers].sort((a, b) => a - b)) {
            const last = found.at(-1);
            if (last && last[1] === cell && cell % COLUMNS)
                last[1]++;
            else
                found.push([cell, cell + 1]);
        }
        return found.map(([from, to]) => {
            const [x, y] = place(from);
            return drawn("rect", { x, y, width: (to - from) * WIDE, height: HIGH, ...attributes });
        });
    }

    function roleOf(cell) {
        const inside = R.pageRoles.slice(cell * each, (cell + 1) * each);
        return ORDER.find(role => inside.includes(role));
    }

    // What each role shows, to be hidden until its pages exist.
    const layers = {};

    function layer(role, numbers) {
        const group = drawn("g", {}, ...rectangles(numbers, { class: `role-${role}` }));
        if (LETTERS[role])
            group.append(...numbers.map(cell => {
                const [x, y] = middle(cell);
                return drawn("text", { x, y: y + 3.5, class: "letter" }, LETTERS[role]);
            }));
        layers[role] = group;
        return group;
    }

    function ground() {
        const all = [...Array(cells).keys()], byRole = Object.groupBy(all, roleOf);
        const roles = Object.entries(byRole).map(([role, numbers]) => layer(role, numbers));
        const group = drawn("g", {}, ...rectangles(all, { class: "role-free" }), ...roles);
        group.append(drawn("rect", { x: LABEL, y: TOP, width: COLUMNS * WIDE, height: rows * HIGH,
                                     fill: "url(#grid)" }));
        const perRow = COLUMNS * each * R.PAGE, every = Math.max(perRow, 1 << 20);
        for (let pa = 0; pa < R.machine.memory; pa += Math.ceil(every / perRow) * perRow)
            group.append(drawn("text", { x: LABEL - 6, y: middle(cellOf(pa))[1] + 3,
                                         class: "address" }, hex(pa)));
        return group;
    }

    const picture = drawn("svg", { role: "img", viewBox:
        `0 0 ${LABEL + COLUMNS * WIDE + 4} ${TOP + rows * HIGH + 4}` });
    const top = drawn("g");
    picture.append(drawn("defs", {}, drawn("marker", {
        id: "head", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 6, markerHeight: 6,
        orient: "auto",
    }, drawn("path", { d: "M0 0L8 4L0 8z", class: "arrow-head" })), drawn("pattern", {
        id: "grid", x: LABEL, y: TOP, width: WIDE, height: HIGH, patternUnits: "userSpaceOnUse",
    }, drawn("path", { d: `M0 0V${HIGH}M0 0H${WIDE}`, class: "grid" }))), ground(), top);
    by("memory-picture").append(picture);
    by("memory-title").textContent =
        `Memory, to scale: ${size(R.machine.memory)}, a cell is ` +
        (each === 1 ? "a page" : `${each} pages`);

    function arrow(from, to) {
        const [x1, y1] = middle(from), [x2, y2] = middle(to);
        const bend = Math.min(40, 14 + Math.abs(y1 - y2) / 3);
        const path = `M${x1} ${y1}Q${(x1 + x2) / 2} ${Math.min(y1, y2) - bend} ${x2} ${y2}`;
        const [x, y] = place(to);
        return [drawn("path", { d: path, class: "arrow-edge" }),
                drawn("path", { d: path, class: "arrow", "marker-end": "url(#head)" }),
                drawn("rect", { x, y, width: WIDE, height: HIGH, class: "mover",
                                style: `--dx:${x1 - x2}px;--dy:${y1 - y2}px` })];
    }

    function show(n) {
        const step = R.steps[n], moves = R.moves(R.wordsOf(step)), there = R.arrived(n);
        const waiting = n < R.begins ? [] : R.destinations.filter(page => !there.has(page));
        const parts = [
            ...rectangles([...there].map(cellOf), { class: "role-payload" }),
            ...rectangles(new Set(waiting.map(cellOf)), { class: "destination" }),
            ...rectangles(new Set(n ? step.writes.map(cellOf) : []), { class: "written" }),
        ];
        for (const word of moves.length > 1 ? [moves[0], moves.at(-1)] : moves) {
            if (word.kind === "SOURCE")
                parts.push(...arrow(cellOf(word.page), cellOf(word.to)));
            parts.push(...rectangles([cellOf(word.to)], { class: "target" }));
        }
        const code = R.codePage(step);
        if (code !== null && code < R.machine.memory) {
            const [x, y] = middle(cellOf(code));
            parts.push(drawn("circle", { cx: x, cy: y, r: 9, class: "code-edge" }),
                       drawn("circle", { cx: x, cy: y, r: 9, class: "code" }));
        }
        top.replaceChildren(...parts);
        for (const [role, group] of Object.entries(layers))
            group.style.display = R.exists(role, n) ? "" : "none";
        const written = n ? step.writes.slice(0, 8).map(pa => hex(pa)).join(", ") : "";
        picture.setAttribute("aria-label", `${size(R.machine.memory)} of memory. ` +
            `${there.size} of ${R.destinations.length} pages of the payload are at their place. ` +
            (code === null ? "" : `The next instruction is in the page at ${hex(code)}. `) +
            (written && `Written: ${written}.`));
    }

    function legend() {
        const used = new Set(R.roles.map(([, , role]) => role));
        const item = (kind, said, letter = "") =>
            element("li", {}, element("span", { class: `swatch ${kind}`, "aria-hidden": "true" },
                                      letter), said);
        by("legend").append(
            ...Object.keys(R.names).filter(role => used.has(role) && role !== "free")
                .map(role => item(`role-${role}`, R.names[role], LETTERS[role])),
            item("role-payload", "the payload, at its place"),
            item("destination", "to be written by the list"),
            item("written", "written in this step"), item("code", "the code that runs"));
    }
    legend();

    return { show };
})();
