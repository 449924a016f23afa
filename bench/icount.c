/* icount.c - a QEMU plug-in (TCG plug-in interface, version 1) that counts guest instructions exactly.
 *
 * Counting starts behind `mov r11, r11` (0x46db) and ends before `mov r12, r12` (0x46e4), on RISC-V behind `li x0, 1`
 * and before `li x0, 2`; each end prints one line `COUNT k n` to stderr. The interface is declared here as far as it is
 * used: distributions ship QEMU without its header. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef struct {
    const char *target_name;
    struct {
        int min, cur;
    } version;
    bool system_emulation;
    union {
        struct {
            int smp, max;
        } system;
    } u;
} plugin_info;

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, void (*cb)(plugin_id, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *i, void (*cb)(unsigned, void *), int flags,
                                            void *user);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *i, int op, void *counter, uint64_t add);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t k);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *i);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *i);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;
static uint64_t executed, from;
static unsigned counts;
static uint32_t first = 0x46db, last = 0x46e4;
static size_t mark_size = 2;

static void begin(unsigned cpu, void *user) { (void)cpu; (void)user; from = executed + 1; /* this one is not yet in */ }
static void end(unsigned cpu, void *user)
{
    (void)cpu; (void)user;
    fprintf(stderr, "COUNT %u %llu\n", counts++, (unsigned long long)(executed - from));
}

static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
    const size_t n = qemu_plugin_tb_n_insns(tb);
    size_t k;
    (void)id;
    for (k = 0; k < n; k++) {
        struct qemu_plugin_insn *i = qemu_plugin_tb_get_insn(tb, k);
        uint32_t code = 0; /* at a page's end QEMU counts the instruction behind as part of this one */
        if (qemu_plugin_insn_size(i) >= mark_size) { memcpy(&code, qemu_plugin_insn_data(i), mark_size); }
        if (code == first) { qemu_plugin_register_vcpu_insn_exec_cb(i, begin, 0, NULL); }
        if (code == last) { qemu_plugin_register_vcpu_insn_exec_cb(i, end, 0, NULL); }
        qemu_plugin_register_vcpu_insn_exec_inline(i, 0, &executed, 1);
    }
}

__attribute__((visibility("default"))) int qemu_plugin_install(plugin_id id, const plugin_info *info, int argc,
                                                               char **argv)
{
    (void)argc; (void)argv;
    if (strncmp(info->target_name, "riscv", 5) == 0) { first = 0x00100013; last = 0x00200013; mark_size = 4; }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    return 0;
}
