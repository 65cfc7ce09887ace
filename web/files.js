// Gets the files of the machine, and checks that each has come whole.

// A file that did not come; its message is a sentence.
export class Missing extends Error {}

// Reads machine.json: {memory: bytes of RAM, files: {name: size in bytes, ...}}.
export async function readPlan() {
    const answer = await request("machine.json");
    try {
        return await answer.json();
    } catch {
        throw new Missing(`The file "machine.json" is damaged.`);
    }
}

// Gets every file of the plan. Returns {name: ArrayBuffer}; calls progress(bytes so far, all bytes).
export async function getFiles(plan, progress) {
    const all = Object.values(plan.files).reduce((sum, size) => sum + size, 0);
    const got = {};
    let before = 0;
    for (const [name, size] of Object.entries(plan.files)) {
        got[name] = await getFile(name, size, bytes => progress(before + bytes, all));
        before += size;
    }
    return got;
}

async function getFile(name, size, progress) {
    const answer = await request(name);
    const reader = answer.body.getReader();
    const whole = new Uint8Array(size);
    let count = 0;
    for (;;) {
        const { done, value } = await reader.read().catch(error => {
            throw new Missing(`The file "${name}" broke off after ${count} of ${size} bytes: ${error.message}.`);
        });
        if (done)
            break;
        if (count + value.length <= size)
            whole.set(value, count);
        count += value.length;
        progress(count);
    }
    if (count !== size)
        throw new Missing(`The file "${name}" has ${count} bytes, but should have ${size}.`);
    return whole.buffer;
}

async function request(name) {
    let answer;
    try {
        answer = await fetch(name, { cache: "no-cache" });
    } catch (error) {
        throw new Missing(`The file "${name}" did not come, because the server does not answer: ${error.message}.`);
    }
    if (!answer.ok)
        throw new Missing(`The file "${name}" did not come: the server says ${answer.status} ${answer.statusText}.`);
    return answer;
}
