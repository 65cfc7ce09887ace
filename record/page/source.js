// The source, with the lines of this step and the next one.
const Source = (() => {
    const { element, by } = Text;
    const R = Recording;
    const NEAR = 6;             // lines around this step's that are printed
    let shownFile = null;

    function open(file) {
        const lines = R.sources[file].replace(/\n$/, "").split("\n");
        by("code").replaceChildren(element("ol", {}, ...lines.map((line, i) =>
            element("li", { value: i + 1, "data-line": i + 1 },
                    element("code", {}, line || " ")))));
        shownFile = file;
    }

    const lineOf = number => by("code").querySelector(`li[data-line="${number}"]`);

    function show(n) {
        const { lines, next } = R.steps[n];
        const place = lines[0] ?? next;
        const file = place ? place[0] : shownFile ?? Object.keys(R.sources)[0];
        if (file !== shownFile)
            open(file);
        for (const marked of by("code").querySelectorAll(".executed, .next")) {
            marked.classList.remove("executed", "next");
            marked.removeAttribute("aria-current");
        }
        for (const [name, number] of lines)
            if (name === file)
                lineOf(number).classList.add("executed");
        if (next && next[0] === file) {
            lineOf(next[1]).classList.add("next");
            lineOf(next[1]).setAttribute("aria-current", "step");
        }
        const numbers = [...lines, ...next ? [next] : []]
            .filter(([name]) => name === file).map(([, number]) => number);
        by("code").querySelectorAll("li").forEach((line, i) => {
            line.classList.toggle("near", numbers.some(at => Math.abs(at - i - 1) <= NEAR));
        });
        by("source-title").textContent = `Source: ${file}`;
        const shown = place && lineOf(place[1]);
        if (shown)
            by("code").scrollTop = Math.max(0, shown.offsetTop - by("code").clientHeight / 2);
    }

    // The text of an executed line, for the caption.
    const textOf = ([file, number]) => R.sources[file].split("\n")[number - 1];

    return { show, textOf };
})();
