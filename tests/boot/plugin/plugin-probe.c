/*
 * A QEMU plugin that prints which versions of the plugin interface QEMU takes, "MIN CURRENT", and
 * ends QEMU. QEMU calls it only if the version that it says of itself is one of them: that is what
 * BATON_PLUGIN_API in the environment says. See plugin-api.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "plugin.h"

EXPORT int qemu_plugin_version;

/* QEMU reads the version when it has opened this file, which runs constructors. */
__attribute__((constructor)) static void say_version(void)
{
    const char *version = getenv("BATON_PLUGIN_API");

    qemu_plugin_version = version ? atoi(version) : 0;
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
    (void)id, (void)argc, (void)argv;
    printf("%d %d\n", info->version.min, info->version.cur);
    fflush(stdout);
    _exit(0);
}
