// The page tables as trees, live and new side by side, and where CR3 points.
const Tables = (() => {
    const { hex, element, by, count, entriesText } = Text;
    const R = Recording;
    const LEVELS = { true: ["page-directory-pointer table", "page directory", "page table"],
                     false: ["page directory", "page table"] };
    const PRESENT = 1n, WRITE = 2n, ACCESSED = 0x20n, DIRTY = 0x40n, LARGE = 0x80n, GLOBAL = 0x100n;
    const NO_EXECUTE = 1n << 63n, ADDRESS = 0x000ffffffffff000n;

    function flags(value, leaf, level, pae) {
        const of = [[WRITE, "W"], [GLOBAL, "G"], [ACCESSED, "A"], [DIRTY, "D"]]
            .filter(([bit]) => value & bit).map(([, letter]) => letter);
        if (leaf && !(value & NO_EXECUTE))
            of.splice(value & WRITE ? 1 : 0, 0, "X");
        if (leaf && level < (pae ? 2 : 1) && value & LARGE)
            of.push("L");
        return of.join("");
    }

    // One line of the tree: entries that follow one another.
    function line(shot, table, run, context) {
        const [first, many, text, step] = run, value = BigInt(text), span = 2 ** table.shift;
        const va = table.va + first * span, pa = Number(value & ADDRESS);
        const child = shot.tables.find(t =>
            t.level === table.level + 1 && t.va === va && t.at === pa);
        const leaf = step !== 0 && !child;
        const differs = (from, to) => {
            for (let i = first; i < first + many; i++)
                if (R.changed(from, to, table.at, i))
                    return true;
            return false;
        };
        const kinds = [];
        if (context.base !== null && differs(context.base, context.now))
            kinds.push("spoiled");
        if (![null, context.now].includes(context.before) && differs(context.before, context.now))
            kinds.push("changed");
        if (leaf && context.at !== null && context.at >= va && context.at < va + many * span)
            kinds.push("here");
        const item = element("li", { class: kinds.join(" "), "data-table": table.at,
                                     "data-index": first },
            element("span", { class: "index" }, `${first}`), " ",
            element("span", { class: "va" }, many === 1 ? hex(va) : `${hex(va)} ×${many}`), " ",
            element("span", { class: "to" }, leaf ? `→ ${hex(pa)}` : `table ${hex(pa)}`), " ",
            element("span", { class: "flags" }, flags(value, leaf, table.level, shot.pae)));
        if (kinds.includes("here"))
            item.append(" ", element("strong", { class: "mark" }, "◀ EIP"));
        if (kinds.includes("spoiled"))
            item.append(" ", element("strong", { class: "mark" }, "not here before"));
        else if (kinds.includes("changed"))
            item.append(" ", element("strong", { class: "mark" }, "changed"));
        if (child)
            item.append(tree(shot, child, context));
        return item;
    }

    function tree(shot, table, context) {
        const name = `${LEVELS[shot.pae][table.level]} at ${hex(table.at)}`;
        return element("ul", { "aria-label": name },
                       ...table.runs.map(run => line(shot, table, run, context)));
    }

    // The verdict on the live tables (H1), by the pages that were written.
    function liveVerdict(n) {
        if (n < R.begins)
            return ["", "the hand-off has not begun"];
        const base = R.steps[R.begins].live;
        const pages = R.snapshots[base].tables.map(({ at }) => at - at % R.PAGE);
        const written = R.steps.slice(R.begins + 1, n + 1)
            .some(({ writes }) => writes.some(pa => pages.includes(pa)));
        const differ = R.differing(base, R.steps[n].live);
        return written || differ ?
            ["bad", `✘ ${entriesText(differ)} written since the hand-off began`] :
            ["good", `✔ no byte of their ${pages.length} pages changed since the hand-off began`];
    }

    function column(id, n) {
        const step = R.steps[n], now = step[id], inUse = step.space === id, live = id === "live";
        const box = by(id);
        const scroll = box.querySelector(".scroll"), verdict = box.querySelector(".verdict");
        box.classList.toggle("in-use", inUse);
        if (now === null) {
            scroll.replaceChildren("not built yet");
            verdict.textContent = "";
            return;
        }
        const shot = R.snapshots[now];
        const context = { now, before: n ? R.steps[n - 1][id] : null,
                          at: inUse ? step.regs.EIP : null,
                          base: live && n >= R.begins ? R.steps[R.begins].live : null };
        scroll.replaceChildren(
            element("p", { class: "root" }, `root ${hex(shot.root)}, ${LEVELS[shot.pae][0]}`),
            tree(shot, shot.tables[0], context));
        const [kind, said] = live ? liveVerdict(n) :
            ["", `they map two addresses, by ${count(shot.tables.length, "page")}`];
        verdict.className = `verdict ${kind}`;
        verdict.textContent = said;
        const mark = scroll.querySelector(".spoiled > .mark, .changed > .mark") ??
            scroll.querySelector(".mark");
        scroll.scrollTop = mark ? Math.max(0, mark.offsetTop - scroll.clientHeight / 2) : 0;
    }

    function show(n) {
        const { regs, space } = R.steps[n], paging = space !== "physical";
        const cr3 = hex(regs.CR3);
        by("cr3").className = space;
        by("cr3").querySelector(".box").textContent =
            paging ? `CR3 = ${cr3}` : `CR3 = ${cr3}, paging is off`;
        by("cr3").setAttribute("aria-label", paging ?
            `CR3 is ${cr3}, the root of the ${space} tables` : "Paging is off: no tables are used");
        column("live", n);
        column("new", n);
    }

    return { show };
})();
