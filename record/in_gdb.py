"""Runs in gdb, with Baton loaded: prints, as JSON, which source line each address belongs to.

The variable WANTED has pairs: a symbol, and its bytes; 0: all of the function.
"""
import json

import gdb


def rows(symbol, size):
    """[first address, address behind it, file, line]"""
    start = int(gdb.parse_and_eval(f"(unsigned long)&{symbol}"))
    end = start + size if size else gdb.block_for_pc(start).end
    pc, found = start, []
    while pc < end:
        at = gdb.find_pc_line(pc)
        last = at.last or pc
        if at.symtab:
            found.append([pc, last + 1, at.symtab.filename, at.line])
        pc = last + 1
    return found


print(json.dumps({symbol: rows(symbol, size) for symbol, size in WANTED}))     # noqa: F821
