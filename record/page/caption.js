// A sentence or two for each step, made from what the step has changed.
const Caption = (() => {
    const { hex, by, code, count, entriesText } = Text;
    const R = Recording;

    function moved(step) {
        const words = R.wordsOf(step), moves = R.moves(words);
        const [first] = words, which = words.length === 1 ? `Word ${step.list[0]}` :
            `Words ${step.list[0]} to ${step.list[0] + words.length - 1}`;
        if (words.length > 1)
            return `${which}: ${count(moves.length, "page")}` +
                (moves.length ? `, the first to ${hex(moves[0].to)}.` : ".");
        const check = step.same === undefined ? "" : step.same ?
            ` The page now holds what was to be there, CRC-32 ${hex(step.crc)}.` :
            " The page does not hold what was to be there.";
        return `${which} is ${hex(first.word)}, ${first.kind}: ${List.meaning(first)}.${check}`;
    }

    // Entries that this step has changed, by code or by the CPU.
    function tables(n) {
        const step = R.steps[n], before = R.steps[n - 1];
        return ["live", "new"].filter(id => before[id] !== null && before[id] !== step[id])
            .map(id => [id, entriesText(R.differing(before[id], step[id]))])
            .map(([id, many]) => `${many} of the ${id} tables changed`);
    }

    // What is worth a word: control registers, tables, the page that the code runs in.
    function facts(n) {
        const step = R.steps[n], before = R.steps[n - 1], said = tables(n);
        if (step.phase === "naive") {
            const from = hex(R.control), to = R.translate(step.live, R.control);
            said.push(to && !R.translate(before.live, R.control) ?
                `they now lead the address ${from} to ${hex(to.pa)}, the control code page` :
                `they lead the address ${from} where it led before`);
            return said;
        }
        for (const [name, old, now] of Registers.changes(n)) {
            if (name === "CR3")
                said.push(`CR3 ${hex(old)} → ${hex(now)}`);
            else if (["CR0", "CR4", "EFER"].includes(name)) {
                const had = Registers.bits(name, old), has = Registers.bits(name, now);
                const off = had.filter(bit => !has.includes(bit));
                const on = has.filter(bit => !had.includes(bit));
                said.push(`${name}:${off.map(bit => ` ${bit} off`)}${on.map(bit => ` ${bit} on`)}`);
            } else if (["GDT", "IDT", "TR", "SS", "CS"].includes(name))
                said.push(`${name} ${Registers.text(name, old)} → ${Registers.text(name, now)}`);
        }
        if (before.space !== step.space)
            said.push({ new: "from here on the new tables are used",
                        live: "the live tables are used",
                        physical: "paging is off: every address is physical" }[step.space]);
        if (R.codePage(before) !== R.codePage(step))
            said.push(`the next instruction comes from the page at ${hex(R.codePage(step))}`);
        return said;
    }

    function written(step) {
        const others = step.writes.filter(pa => !R.wordsOf(step).some(word => word.to === pa));
        const names = others.slice(0, 3).map(pa => {
            const role = R.pageRoles[pa / R.PAGE];
            return `${hex(pa)} (${R.names[role] ?? role})`;
        });
        return names.length ? ` Written: ${names.join(", ")}${others.length > 3 ?
            ` and ${others.length - 3} more pages` : ""}.` : "";
    }

    function text(n) {
        const step = R.steps[n];
        if (step.list)
            return moved(step) + written(step);
        if (!step.lines.length) {
            const [file, line] = step.next ?? [null, 0], written = step.writes.length;
            return (n === 0 ? "The recording begins." : "") +
                (file ? ` Stopped before line ${line} of ${file}.` : "") +
                (written ? ` ${count(written, "page")} written since the step before.` : "");
        }
        const done = code(Source.textOf(step.lines[0])), more = facts(n);
        const many = step.instructions > 1 ? ` (${step.instructions} instructions)` : "";
        return `${done}${many}${more.length ? `: ${more.join("; ")}` : ""}.` + written(step);
    }

    function show(n) {
        const phase = R.phases.find(({ id }) => id === R.steps[n].phase);
        const number = /^\d$/.test(phase.id) ? `${phase.id}. ` : "";
        by("phase-title").textContent = number + phase.title;
        by("phase-text").textContent = phase.text;
        by("said").textContent = text(n);
    }

    return { show, text };
})();
