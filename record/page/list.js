// The indirection list, with a cursor at the word that was read in this step.
const List = (() => {
    const { hex, element, by, count } = Text;
    const R = Recording;
    const AROUND = 40;          // words on each side of the cursor; a list may have thousands

    function meaning(word) {
        switch (word.kind) {
        case "DESTINATION": return `the next page goes to ${hex(word.page)}`;
        case "SOURCE": return `copy ${hex(word.page)} to ${hex(word.to)}`;
        case "ZERO": return `fill ${hex(word.to)} with zeros`;
        case "INDIRECTION": return `go on reading at ${hex(word.page)}`;
        default: return "the end";
        }
    }

    function show(n) {
        if (n < R.begins) {
            by("words").replaceChildren(element("p", {}, "not written yet"));
            by("list-title").textContent = "The list";
            return;
        }
        const step = R.steps[n], read = R.read[n];
        const [first, many] = step.list ?? [read, 0];
        const from = Math.max(0, first - AROUND);
        const rows = R.list.slice(from, first + many + AROUND).map((word, i) => {
            const number = from + i, current = number >= first && number < first + many;
            const state = current ? "current" : number < read ? "done" : "";
            const cells = [{ current: "▶", done: "✓" }[state] ?? "", `${number}`, hex(word.at),
                           hex(word.word), word.kind, meaning(word)];
            return element("tr", { class: state, "data-word": number,
                                   "aria-current": current ? "true" : null },
                           ...cells.map(text => element("td", {}, text)));
        });
        by("words").replaceChildren(element("table", {},
            element("thead", {}, element("tr", {}, ...["", "no.", "at", "word", "flag", "meaning"]
                .map(name => element("th", { scope: "col" }, name)))),
            element("tbody", {}, ...rows)));
        by("list-title").textContent = `The list: ${read} of ${count(R.list.length, "word")} read`;
        const scroll = by("words"), cursor = rows[first - from] ?? rows.at(-1);
        scroll.scrollTop = Math.max(0, cursor.offsetTop - scroll.clientHeight / 2);
    }

    return { show, meaning };
})();
