// The recording, and what follows from it: record/recorder.py describes the fields.
const Recording = (() => {
    const data = JSON.parse(document.getElementById("recording").textContent);
    const PAGE = 4096;
    const PG = 0x80000000;
    const { steps, list, snapshots, phases } = data;

    // The role of each page when the hand-off begins.
    const roles = [];
    for (const [start, end, role] of data.roles)
        for (let at = start; at < end; at += PAGE)
            roles[at / PAGE] = role;

    const begins = steps.findIndex(step => step.phase === "prepared");

    // Pages that the load prepares are free before; the naive way adds its page later still.
    const PREPARED = new Set(["control", "new", "fault", "list", "digest", "prepared"]);
    const spoils = steps.findIndex(step => step.phase === "naive");
    const exists = (role, n) => n >= (role === "added" ? spoils : PREPARED.has(role) ? begins : 0);

    // How many words of the list have been read after step n.
    const read = [];
    for (const step of steps)
        read.push(step.list ? step.list[0] + step.list[1] : read.at(-1) ?? 0);

    const wordsOf = step => step.list ? list.slice(step.list[0], step.list[0] + step.list[1]) : [];
    const moves = words => words.filter(word => word.to);

    // Does the payload get this page? One of the load's own pages is a step on the way.
    const isPayloads = page => roles[page / PAGE] !== "prepared";
    const placesOf = words => new Set(moves(words).map(word => word.to).filter(isPayloads));
    const destinations = [...placesOf(list)];
    const arrived = n => placesOf(list.slice(0, read[n]));

    // {table:index -> value} of the entries of a snapshot, as BigInt.
    const entries = snapshots.map(snapshot => {
        const found = new Map();
        for (const { at, runs } of snapshot.tables)
            for (const [first, count, value, step] of runs)
                for (let i = 0; i < count; i++)
                    found.set(`${at}:${first + i}`, BigInt(value) + BigInt(step) * BigInt(i));
        return found;
    });

    function changed(before, after, table, index) {
        const key = `${table}:${index}`;
        return before !== null && entries[before].get(key) !== entries[after].get(key);
    }

    // How many entries differ between two snapshots.
    function differing(before, after) {
        const keys = new Set([...entries[before].keys(), ...entries[after].keys()]);
        return [...keys].filter(key => entries[before].get(key) !== entries[after].get(key)).length;
    }

    // Where an address leads by a snapshot's tables; null: nowhere.
    function translate(snapshot, va) {
        let found = null;
        for (const { at, level, va: base, shift, runs } of snapshots[snapshot].tables)
            for (const [first, count, value, step] of runs) {
                const offset = va - base - first * 2 ** shift;
                if (step && offset >= 0 && offset < count * 2 ** shift) {
                    const page = Number(BigInt(value) & 0x000ffffffffff000n);
                    found = { table: at, level, pa: page + offset };
                }
            }
        return found;
    }

    // The physical page that the next instruction comes from.
    function codePage(step) {
        const eip = step.regs.EIP;
        const space = step.space === "physical" ? null : step[step.space];
        const pa = space === null ? eip : translate(space, eip)?.pa;
        return pa === undefined ? null : pa - pa % PAGE;
    }

    return { ...data, PAGE, PG, pageRoles: roles, begins, exists, read, wordsOf, moves,
             destinations, arrived, isPayloads, changed, differing, translate, codePage };
})();
