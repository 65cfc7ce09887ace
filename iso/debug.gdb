# Read by ./baton debug, after gdb is connected: runs to the trampoline, and defines commands to go
# on from there.
set confirm off
set pagination off

define facts
    printf "\n  at          0x%08x, in ", $pc
    if ($cr0 & 0x80000000) == 0
        printf "physical memory: paging is off\n"
    else
        if $cr3 == $live
            printf "the old kernel's live tables, root 0x%08x\n", $cr3
        else
            printf "the new tables, root 0x%08x\n", $cr3
        end
    end
    printf "  trampoline  template at 0x%08x, ", (unsigned)baton_trampoline_page
    printf "its copy at 0x%08x\n\n", $copy
end
document facts
facts: where the hand-off stands.
end

define maps
    if $cr0 & 0x80000000
        printf "  the trampoline's kernel address   0x%08x  ", (unsigned)baton_trampoline_page
        eval "monitor gva2gpa 0x%x", (unsigned)baton_trampoline_page
        printf "  its copy's physical address       0x%08x  ", $copy
        eval "monitor gva2gpa 0x%x", $copy
    else
        printf "  paging is off: every address is physical\n"
    end
end
document maps
maps: what the two addresses of the trampoline lead to, in the tables that are loaded now.
end

define to-switch
    if $cr3 == $live
        while $cr3 == $live
            stepi
        end
        maps
    end
end
document to-switch
to-switch: steps to the first instruction in the new tables: the same address, another page.
end

define to-physical
    to-switch
    if !$arrived
        while ((unsigned)$pc & ~0xfff) != $copy
            stepi
        end
        set $shift = (long long)$copy - (unsigned)baton_trampoline_page
        add-symbol-file build/baton.elf -o $shift
        set $arrived = 1
        facts
    end
end
document to-physical
to-physical: steps to the copy at its physical address, and loads the source lines for it.
end

define to-list
    to-physical
    while $cr0 & 0x80000000
        stepi
    end
    # 0x980 is CONTROL_PARAMS of include/baton/control.h; the first word of the list is there.
    printf "\n  the first 16 words of the indirection list:\n"
    eval "monitor xp /16wx 0x%x", *(unsigned *)($copy + 0x980) & ~0xfff
end
document to-list
to-list: steps until paging is off, and shows the list; include/baton/list.h says what a word means.
end

define to-payload
    to-physical
    # The entry address is after the list's first word.
    eval "thbreak *0x%x", *(unsigned *)($copy + 0x904)
    continue
    printf "\n  eax 0x%08x  ebx 0x%08x  ecx 0x%08x  edx 0x%08x\n", $eax, $ebx, $ecx, $edx
    printf "  esi 0x%08x  edi 0x%08x  ebp 0x%08x  esp 0x%08x\n", $esi, $edi, $ebp, $esp
    printf "  eip 0x%08x  eflags 0x%x  cs 0x%x  ds 0x%x  ss 0x%x\n", $pc, $eflags, $cs, $ds, $ss
    printf "  cr0 0x%x  cr3 0x%x  cr4 0x%x\n\n", $cr0, $cr3, $cr4
end
document to-payload
to-payload: runs to the payload's first instruction, and shows what it is entered with.
end

define console
    shell tail -n 30 "$BATON_CONSOLE"
end
document console
console: what the machine said on its serial port.
end

hbreak baton_trampoline
continue
set $live = $cr3
set $copy = (unsigned)$edx
set $arrived = 0
printf "\n  The trampoline's first instruction. The old kernel's tables are loaded; eax holds\n"
printf "  the root of the new ones, edx the control page, which holds a copy of this code.\n\n"
printf "    facts  maps  console     show the current state\n"
printf "    to-switch  to-physical  to-list  to-payload     go on to there\n"
printf "    stepi  next  info registers  x/8i $pc  continue     are gdb's own\n"
facts
