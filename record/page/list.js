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
        const from = Math.max(0, first - AROUND), to = Math.min(R.list.length, first + many + AROUND);
        const rows = R.list.slice(from, to).map((word, i) => {
            const number = from + i, current = number >= first && number < first + many;
            const row = element("tr", { class: current ? "current" : number < read ? "done" : "",
                                        "aria-current": current ? "true" : null, "data-word": number },
                element("td", {}, current ? "▶" : number < read ? "✓" : ""), element("td", {}, `${number}`),
                element("td", {}, hex(word.at)), element("td", {}, hex(word.word)),
                element("td", {}, word.kind), element("td", {}, meaning(word)));
            return row;
        });
        by("words").replaceChildren(element("table", {},
            element("thead", {}, element("tr", {}, ...["", "no.", "at", "word", "flag", "meaning"]
                .map(name => element("th", { scope: "col" }, name)))),
            element("tbody", {}, ...rows)));
        by("list-title").textContent = `The list: ${read} of ${count(R.list.length, "word")} read`;
        const cursor = by("words").querySelector(".current") ?? by("words").querySelectorAll("tr")[1 + first - from];
        by("words").scrollTop = cursor ? Math.max(0, cursor.offsetTop - by("words").clientHeight / 2) : 1e6;
    }

    return { show, meaning };
})();
