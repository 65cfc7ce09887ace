/*
 * The CPU state for the next kernel: multiboot's state, changed by the words
 *
 *   eax= ebx= ecx= ... esp= eflags= cr0= cr4= efer= dr0= dr7= cs= ds=    (0x...)
 *   gdt=gone    there is no GDT any more, as multiboot allows
 *   idt=none    IDT limit 0
 *   pic=open    both interrupt controllers let all interrupts through
 *   a20=closed  A20 disabled through port 0x92
 */
#include "liar/liar.h"

#include "lib/machine.h"

#define CR0_PE_ET 0x11u
#define CR4_FEATURES (1u << 1 | 1u << 2 | 1u << 3 | 1u << 6 | 1u << 13 | 1u << 24)

extern const char liar_gdt[], liar_gdt_end[];

static bool has_cr4(void)
{
    return has_cpuid() && (cpuid(1).edx & CR4_FEATURES) != 0;
}

void make_state(struct entry_state *s)
{
    if (!word("enter", "record")) {
        s->cs = 0x08;
        s->data = 0x18;
        s->gdt_base = (uint32_t)(uintptr_t)liar_gdt;
        s->gdt_limit = (uint16_t)(liar_gdt_end - liar_gdt - 1);
        s->esp = 0x7c00;
    }
    s->eax = word_number("eax", s->eax);
    s->ebx = word_number("ebx", s->ebx);
    s->ecx = word_number("ecx", s->ecx);
    s->edx = word_number("edx", s->edx);
    s->esi = word_number("esi", s->esi);
    s->edi = word_number("edi", s->edi);
    s->ebp = word_number("ebp", s->ebp);
    s->esp = word_number("esp", s->esp);
    s->eflags = word_number("eflags", 2);
    s->cs = word_number("cs", s->cs);
    s->data = word_number("ds", s->data);
    s->cr0 = word_number("cr0", CR0_PE_ET);
    s->has_cr4 = has_cr4();
    s->cr4 = word_number("cr4", 0);
    s->dr0 = word_number("dr0", 0);
    s->dr7 = word_number("dr7", 0x400);
    s->gdt_limit = (uint16_t)word_number("gdt_limit", s->gdt_limit);
    s->gdt_gone = word("gdt", "gone");
    s->idt_limit = word("idt", "none") ? 0 : (uint16_t)word_number("idt_limit", s->idt_limit);
    if (word_given("efer"))
        wrmsr(MSR_EFER, word_number("efer", 0));
    outb(0x21, word("pic", "open") ? 0 : 0xff);
    outb(0xa1, word("pic", "open") ? 0 : 0xff);
    if (word("a20", "closed"))
        outb(0x92, inb(0x92) & (uint8_t)~2);
}
