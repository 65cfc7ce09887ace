# Read by ./baton lab debug, after gdb is connected.
set confirm off
set pagination off

define console
    shell tail -n 30 "$BATON_CONSOLE"
end
document console
console: what the machine said on its serial port.
end
printf "\n  The machine stops where the lab begins. console shows what Baton has said so far;\n"
printf "  next, step, info locals and x/8i $pc are gdb's own. quit ends the machine.\n\n"
