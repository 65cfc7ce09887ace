// Which step is shown: by buttons, keys, the slider, phases, and the address (#step=N).
const Navigation = (() => {
    const { element, by, size } = Text;
    const R = Recording;
    const LAST = R.steps.length - 1;
    const PARTS = [Memory, Tables, Source, List, Registers, Caption];
    const starts = R.phases.map(({ id }) => R.steps.findIndex(step => step.phase === id));
    let shown = -1;

    function go(n) {
        const step = Math.max(0, Math.min(LAST, n));
        if (step === shown)
            return;
        shown = step;
        for (const part of PARTS)
            part.show(step);
        by("slider").value = step;
        by("position").textContent = `${step} of ${LAST}`;
        by("link").href = `#step=${step}`;
        by("slider").setAttribute("aria-valuetext",
                                  `${step} of ${LAST}, ${by("phase-title").textContent}`);
        for (const id of ["first", "phase-back", "back"])
            by(id).disabled = step === 0;
        for (const id of ["forward", "phase-forward", "last"])
            by(id).disabled = step === LAST;
        const phase = R.phases.findIndex(({ id }) => id === R.steps[step].phase);
        by("phases").querySelectorAll("button").forEach((button, i) => {
            button.setAttribute("aria-current", i === phase ? "step" : "false");
        });
        document.body.dataset.step = step;
        history.replaceState(null, "", `#step=${step}`);
    }

    const phaseBack = () => go(starts.filter(start => start < shown).at(-1) ?? 0);
    const phaseForward = () => go(starts.find(start => start > shown) ?? LAST);

    const ACTIONS = { first: () => go(0), "phase-back": phaseBack, back: () => go(shown - 1),
                      forward: () => go(shown + 1), "phase-forward": phaseForward,
                      last: () => go(LAST) };
    const KEYS = { ArrowLeft: "back", ArrowRight: "forward", Home: "first", End: "last",
                   PageUp: "phase-back", PageDown: "phase-forward" };

    // The slider has its own arrow keys; a part that scrolls keeps the keys that scroll it.
    function key(event) {
        const action = KEYS[event.key];
        if (!action || event.altKey || event.ctrlKey || event.metaKey)
            return;
        if (event.target.closest(".scroll") && !event.key.startsWith("Arrow"))
            return;
        event.preventDefault();
        ACTIONS[action]();
    }

    function fromAddress() {
        const match = /^#step=(\d+)$/.exec(location.hash);
        go(match ? Number(match[1]) : Math.max(shown, 0));
    }

    function theme() {
        const { style } = document.documentElement;
        const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
        style.colorScheme = (style.colorScheme || system) === "dark" ? "light" : "dark";
    }

    function begin() {
        by("title").textContent = document.title;
        by("about").textContent = `Payload ${R.payload}, ${size(R.machine.memory)} of memory, ` +
            `CPU ${R.machine.cpu}. Recorded from a run in QEMU, instruction by instruction.`;
        by("said-before").textContent = R.console.before;
        by("said-after").textContent = R.console.after.trim() || "(nothing)";
        by("slider").max = LAST;
        by("phases").append(...R.phases.map(({ id, short, title }, i) => {
            const end = starts[i + 1] ?? LAST + 1;
            const button = element("button", { type: "button", title },
                element("span", { class: "number" }, /^\d$/.test(id) ? `${id} ` : ""), short);
            button.addEventListener("click", () => go(starts[i]));
            return element("li", { style: `flex-grow: ${Math.log2(1 + end - starts[i])}` }, button);
        }));
        for (const [id, action] of Object.entries(ACTIONS))
            by(id).addEventListener("click", action);
        by("slider").addEventListener("input", () => go(Number(by("slider").value)));
        by("theme").addEventListener("click", theme);
        addEventListener("keydown", key);
        addEventListener("hashchange", fromAddress);
        fromAddress();
    }

    return { begin, go };
})();
Navigation.begin();
