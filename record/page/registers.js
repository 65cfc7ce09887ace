// The registers, those that this step has changed marked, and the names of their bits.
const Registers = (() => {
    const { hex, element, by } = Text;
    const R = Recording;
    const GROUPS = [["EAX", "EBX", "ECX", "EDX"], ["ESI", "EDI", "EBP", "ESP"], ["EIP", "EFL"],
                    ["CR0", "CR3", "CR4", "EFER"], ["GDT", "IDT", "TR", "LDT"],
                    ["CS", "DS", "ES", "FS", "GS", "SS"], ["DR6", "DR7"]];
    const BITS = {                              // [SDM3 2.5, 2.2.1], [SDM1 3.4.3]
        CR0: { 31: "PG", 30: "CD", 29: "NW", 18: "AM", 16: "WP", 5: "NE", 4: "ET", 3: "TS", 2: "EM",
               1: "MP", 0: "PE" },
        CR4: { 10: "OSXMMEXCPT", 9: "OSFXSR", 7: "PGE", 6: "MCE", 5: "PAE", 4: "PSE", 3: "DE" },
        EFER: { 11: "NXE", 10: "LMA", 8: "LME", 0: "SCE" },
        EFL: { 11: "OF", 10: "DF", 9: "IF", 7: "SF", 6: "ZF", 4: "AF", 2: "PF", 0: "CF" },
    };
    const NARROW = new Set(["CS", "DS", "ES", "FS", "GS", "SS", "TR", "LDT"]);

    const text = (name, value) => hex(value, NARROW.has(name) ? 4 : 8);

    // The names of the bits that are set, highest first.
    const bits = (name, value) => Object.keys(BITS[name] ?? {}).map(Number).sort((a, b) => b - a)
        .filter(bit => Math.floor(value / 2 ** bit) % 2).map(bit => BITS[name][bit]);

    // [[name, before, after]] of a step; EIP changes always.
    function changes(n) {
        if (!n)
            return [];
        const before = R.steps[n - 1].regs, after = R.steps[n].regs;
        return GROUPS.flat()
            .filter(name => before[name] !== after[name] && after[name] !== undefined)
            .map(name => [name, before[name], after[name]]);
    }

    function show(n) {
        const { regs } = R.steps[n], was = new Map(changes(n));
        const shown = GROUPS.flat().filter(name => regs[name] !== undefined);
        by("values").replaceChildren(...shown.map(name => {
            const value = element("dd", {}, text(name, regs[name]));
            const before = was.has(name) ? `was ${text(name, was.get(name))}` : null;
            const named = bits(name, regs[name]).join(" ");
            if (BITS[name])
                value.append(element("span", { class: "bits" }, ` ${named}`));
            return element("div", { class: before ? "changed" : "", title: before,
                                    "data-register": name }, element("dt", {}, name), value);
        }));
    }

    return { show, changes, text, bits };
})();
