/*
 * QEMU's plugin interface, the part of it that the plugins here use: Debian does not package the
 * header. BATON_PLUGIN_API is the version of the QEMU at hand, which plugin-api asks for. What the
 * versions change of this part [QEMU: include/plugins/qemu-plugin.h]:
 *
 *     2   QEMU 9.0    registers can be read
 *     6   QEMU 11.0   reading one returns whether it went well, before: its size
 *     7   QEMU 11.1   calls at translation and at exit get the plugin's data, and no id
 */
#ifndef TESTS_BOOT_PLUGIN_H
#define TESTS_BOOT_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLUGIN_API_KNOWN 7 /* the newest that this file describes */

/* What QEMU looks for in a plugin. */
#define EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
typedef uint32_t qemu_plugin_meminfo_t;
typedef struct {
    const char *target;
    struct {
        int min, cur;
    } version; /* of the interface, that this QEMU takes */
    /* there is more */
} qemu_info_t;

EXPORT extern int qemu_plugin_version;
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv);

#ifdef BATON_PLUGIN_API
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_hwaddr;

enum { QEMU_PLUGIN_CB_NO_REGS = 0, QEMU_PLUGIN_CB_R_REGS = 1 };
enum { QEMU_PLUGIN_MEM_W = 2, QEMU_PLUGIN_MEM_RW = 3 };

typedef void (*exec_cb)(unsigned vcpu, void *data);
typedef void (*mem_cb)(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t vaddr, void *data);

/* A block of instructions is being translated; QEMU ends. These have the same head in all versions:
 * ON_TRANSLATION(name, tb) { ... } */
#if BATON_PLUGIN_API >= 7
#define ON_TRANSLATION(name, tb)                                                                   \
    static void name(struct qemu_plugin_tb *tb, __attribute__((unused)) void *data)
#define ON_EXIT(name) static void name(__attribute__((unused)) void *data)
typedef void (*tb_trans_cb)(struct qemu_plugin_tb *tb, void *data);
typedef void (*exit_cb)(void *data);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, tb_trans_cb cb, void *data);
#define register_translation(id, cb) qemu_plugin_register_vcpu_tb_trans_cb(id, cb, NULL)
#else
#define ON_TRANSLATION(name, tb)                                                                   \
    static void name(__attribute__((unused)) qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
#define ON_EXIT(name)                                                                              \
    static void name(__attribute__((unused)) qemu_plugin_id_t id,                                  \
                     __attribute__((unused)) void *data)
typedef void (*tb_trans_cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*exit_cb)(qemu_plugin_id_t id, void *data);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, tb_trans_cb cb);
#define register_translation(id, cb) qemu_plugin_register_vcpu_tb_trans_cb(id, cb)
#endif
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, exit_cb cb, void *data);

void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, exec_cb cb, int flags,
                                          void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, exec_cb cb, int flags,
                                            void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, mem_cb cb, int flags, int rw,
                                      void *data);

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn); /* when it was translated */
void *qemu_plugin_insn_haddr(const struct qemu_plugin_insn *insn);    /* where QEMU has it */
bool qemu_plugin_mem_is_store(qemu_plugin_meminfo_t info);
unsigned qemu_plugin_mem_size_shift(qemu_plugin_meminfo_t info);
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(qemu_plugin_meminfo_t info, uint64_t vaddr);
bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *h);
uint64_t qemu_plugin_hwaddr_phys_addr(const struct qemu_plugin_hwaddr *h);

#if BATON_PLUGIN_API >= 2
/* Lists and bytes are GLib's. A description is longer in newer versions: elements are as far apart
 * as g_array_get_element_size() says. */
typedef struct {
    uint8_t *data;
    unsigned len;
} GByteArray;
typedef struct {
    char *data;
    unsigned len;
} GArray;
GByteArray *g_byte_array_new(void);
GByteArray *g_byte_array_set_size(GByteArray *array, unsigned size);
unsigned g_array_get_element_size(GArray *array);
char *g_array_free(GArray *array, int data_too);

struct qemu_plugin_register;
struct register_description {
    struct qemu_plugin_register *handle;
    const char *name;
    /* there is more */
};
GArray *qemu_plugin_get_registers(void);
#if BATON_PLUGIN_API >= 6
bool qemu_plugin_read_register(struct qemu_plugin_register *handle, GByteArray *to);
#else
int qemu_plugin_read_register(struct qemu_plugin_register *handle, GByteArray *to);
#endif
#endif

#endif
#endif
