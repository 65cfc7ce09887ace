// The PC: v86 with a BIOS, a CD and a serial port.
//
// v86 has no public way to see that its CPU has halted, or to end after an error. Here, the fields
// cpu.in_hlt and cpu.flags and the method next_tick are those of the version that iso/npm-packages
// names.

const VIDEO_MEMORY = 8 << 20;
const INTERRUPTS = 1 << 9;              // EFLAGS.IF [SDM1 3.4.3.3]

export class Machine {
    // V86: the emulator's class. files: those of machine.json. screen: the element that shows it.
    // serial(text): called with each piece of output on COM1.
    constructor(V86, plan, files, screen, serial) {
        this.V86 = V86;
        this.plan = plan;
        this.files = files;
        this.screen = screen;
        this.serial = serial;
        this.pc = null;
        this.fault = null;              // what has ended it, if anything has
        this.pieces = [];
        addEventListener("error", event => this.broken(event.error));
        addEventListener("unhandledrejection", event => this.broken(event.reason));
    }

    // Switches the PC on; one that runs is switched off first.
    async start() {
        const old = this.pc;
        this.pc = null;
        if (old !== null)
            await this.discard(old);
        this.fault = null;
        const pc = new this.V86({
            wasm_fn: imports => this.instantiate(imports),
            memory_size: this.plan.memory,
            vga_memory_size: VIDEO_MEMORY,
            bios: { buffer: this.files["seabios.bin"] },
            vga_bios: { buffer: this.files["vgabios.bin"] },
            cdrom: { buffer: this.files["baton.iso"] },
            screen: { container: this.screen },
            disable_mouse: true,
            disable_speaker: true,
            autostart: true,
        });
        pc.add_listener("serial0-output-byte", byte => {
            if (pc === this.pc)
                this.output(byte);
        });
        this.pc = pc;
    }

    // v86 ends at its next tick. After an error no tick comes any more; this is one.
    async discard(pc) {
        const gone = pc.destroy();
        if (this.fault !== null)
            pc.v86.next_tick(0);
        await gone;
    }

    async instantiate(imports) {
        const { instance } = await WebAssembly.instantiate(this.files["v86.wasm"], imports);
        return instance.exports;
    }

    // Hands bytes on together: one by one they would be too many.
    output(byte) {
        if (this.pieces.length === 0)
            setTimeout(() => this.serial(this.pieces.splice(0).join("")), 50);
        this.pieces.push(String.fromCharCode(byte));
    }

    // An error in a program that is not handled. v86 has no triple fault: the fault in the handler of
    // a fault is a call in a call, until the browser's stack is full.
    broken(error) {
        if (this.pc === null || this.fault !== null)
            return;
        if (error instanceof RangeError || /call stack|recursion/.test(error?.message))
            this.fault = "triple";
        else
            this.fault = String(error);
    }

    // "on", "halted" (an interrupt cannot wake it), "triple" after a triple fault, or the emulator's
    // own error.
    state() {
        const cpu = this.pc?.v86?.cpu;
        if (this.fault !== null)
            return this.fault;
        return cpu?.in_hlt[0] && !(cpu.flags[0] & INTERRUPTS) ? "halted" : "on";
    }

    // Types on the keyboard.
    type(text) {
        this.pc.keyboard_send_text(text);
    }

    // Sends to COM1.
    send(text) {
        this.pc.serial0_send(text);
    }
}
