/*
 * Gathering facts. Most are the first line of some file, so they are a table; the rest are small
 * functions. Each is read at the time it is asked for: nothing is cached.
 */
#include "exec/environment.h"

#include <dirent.h>
#include <gnu/libc-version.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/memory.h"
#include "exec/cgroup.h"
#include "exec/placement.h"
#include "exec/proc_file.h"

#define TEXT_BYTES 4096

struct file_fact {
    const char *key, *path;
};

static const struct file_fact machine_files[] = {
    {"clock_source", "/sys/devices/system/clocksource/clocksource0/current_clocksource"},
    {"cpus_online", "/sys/devices/system/cpu/online"},
    {"governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"},
    {"numa_nodes", "/sys/devices/system/node/online"},
    {"product", "/sys/class/dmi/id/product_name"},
    {"scaling_driver", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_driver"},
    {"smt", "/sys/devices/system/cpu/smt/control"},
    {"transparent_hugepages", "/sys/kernel/mm/transparent_hugepage/enabled"},
};

static const struct file_fact settings_files[] = {
    {"fs.nr_open", "/proc/sys/fs/nr_open"},
    {"fs.pipe-max-size", "/proc/sys/fs/pipe-max-size"},
    {"kernel.pid_max", "/proc/sys/kernel/pid_max"},
    {"kernel.threads-max", "/proc/sys/kernel/threads-max"},
    {"net.core.somaxconn", "/proc/sys/net/core/somaxconn"},
    {"net.ipv4.ip_local_port_range", "/proc/sys/net/ipv4/ip_local_port_range"},
    {"net.ipv4.tcp_congestion_control", "/proc/sys/net/ipv4/tcp_congestion_control"},
    {"net.ipv4.tcp_max_syn_backlog", "/proc/sys/net/ipv4/tcp_max_syn_backlog"},
    {"net.ipv4.tcp_tw_reuse", "/proc/sys/net/ipv4/tcp_tw_reuse"},
    {"vm.max_map_count", "/proc/sys/vm/max_map_count"},
};

/* `text` up to its first newline; null when it is NULL, empty or not UTF-8. */
static json_t *line_json(const char *text)
{
    size_t length = text != NULL ? strcspn(text, "\n") : 0;
    json_t *value = length > 0 ? json_stringn(text, length) : NULL;

    return value != NULL ? value : json_null();
}

static json_t *file_json(const char *path)
{
    char text[TEXT_BYTES];

    return line_json(hb_proc_read(path, text, sizeof text) == 0 ? text : NULL);
}

static void add_files(json_t *object, const struct file_fact *facts, size_t count)
{
    for (size_t i = 0; i < count; ++i)
        json_object_set_new(object, facts[i].key, file_json(facts[i].path));
}

/* What stands behind "NAME<tabs>: " in a text of such lines; NULL when it is not there. */
static const char *value_of(const char *text, const char *name)
{
    const char *found = strstr(text, name);
    const char *colon = found != NULL ? strchr(found, ':') : NULL;

    if (colon == NULL)
        return NULL;
    return colon + 1 + strspn(colon + 1, " \t");
}

/* Kilobytes of a line of /proc/meminfo; 0 when unknown. */
static uint64_t meminfo_kb(const char *name)
{
    char text[TEXT_BYTES];
    const char *value =
        hb_proc_read("/proc/meminfo", text, sizeof text) == 0 ? value_of(text, name) : NULL;

    return value != NULL ? strtoull(value, NULL, 10) : 0;
}

static json_t *number_or_null(uint64_t number)
{
    return number > 0 ? json_integer((json_int_t)number) : json_null();
}

static void add_cpu(json_t *machine)
{
    char text[TEXT_BYTES];
    bool known = hb_proc_read("/proc/cpuinfo", text, sizeof text) == 0;
    const char *flags = known ? value_of(text, "\nflags") : NULL;
    struct hb_cpu_map map;
    char allowed[HB_CPU_LIST_BYTES];

    json_object_set_new(machine, "cpu_model",
                        line_json(known ? value_of(text, "\nmodel name") : NULL));
    json_object_set_new(machine, "hypervisor",
                        flags != NULL ? json_boolean(strstr(flags, " hypervisor") != NULL)
                                      : json_null());
    hb_cpu_map_read(&map);
    json_object_set_new(
        machine, "cpus_allowed",
        line_json(hb_cpu_list_format(&map.allowed, allowed, NULL) == 0 ? allowed : NULL));
    json_object_set_new(machine, "cpu_quota",
                        hb_cgroup_cpu_quota() > 0 ? json_real(hb_cgroup_cpu_quota()) : json_null());
}

/* Intel's driver says "no turbo", the others say "boost". */
static void add_turbo(json_t *machine)
{
    char text[16];
    json_t *turbo = json_null();

    if (hb_proc_read("/sys/devices/system/cpu/intel_pstate/no_turbo", text, sizeof text) == 0)
        turbo = json_boolean(text[0] == '0');
    else if (hb_proc_read("/sys/devices/system/cpu/cpufreq/boost", text, sizeof text) == 0)
        turbo = json_boolean(text[0] == '1');
    json_object_set_new(machine, "turbo", turbo);
}

static void add_mitigations(json_t *machine)
{
    static const char directory[] = "/sys/devices/system/cpu/vulnerabilities";
    DIR *dir = opendir(directory);
    json_t *all = dir != NULL ? json_object() : json_null();
    struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        char path[sizeof directory + sizeof entry->d_name + 1];

        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        json_object_set_new(all, entry->d_name, file_json(path));
    }
    if (dir != NULL)
        closedir(dir);
    json_object_set_new(machine, "mitigations", all);
}

static void add_kernel(json_t *machine)
{
    char text[TEXT_BYTES];
    struct utsname name;
    bool known = uname(&name) == 0;
    const char *pretty = hb_proc_read("/etc/os-release", text, sizeof text) == 0
                             ? strstr(text, "PRETTY_NAME=\"")
                             : NULL;

    json_object_set_new(machine, "kernel", line_json(known ? name.release : NULL));
    json_object_set_new(machine, "architecture", line_json(known ? name.machine : NULL));
    json_object_set_new(machine, "libc", json_sprintf("glibc %s", gnu_get_libc_version()));
    if (pretty != NULL)
        pretty += strlen("PRETTY_NAME=\"");
    json_object_set_new(machine, "os",
                        pretty != NULL ? json_stringn_nocheck(pretty, strcspn(pretty, "\"\n"))
                                       : json_null());
}

static json_t *container_json(void)
{
    if (access("/.dockerenv", F_OK) == 0)
        return json_string("docker");
    if (access("/run/.containerenv", F_OK) == 0)
        return json_string("podman");
    return file_json("/run/systemd/container");
}

static json_t *machine_json(void)
{
    json_t *machine = json_object();
    uint64_t memory_kb = meminfo_kb("MemTotal");

    add_files(machine, machine_files, HB_ARRAY_LEN(machine_files));
    add_cpu(machine);
    add_turbo(machine);
    add_mitigations(machine);
    add_kernel(machine);
    json_object_set_new(machine, "container", container_json());
    /* the kernel's own share differs by some megabytes from boot to boot */
    json_object_set_new(machine, "memory_gib", number_or_null((memory_kb + (1 << 19)) >> 20));
    return machine;
}

static json_t *limit_json(__rlimit_resource_t resource)
{
    struct rlimit limit;

    if (getrlimit(resource, &limit) != 0)
        return json_null();
    return limit.rlim_max == RLIM_INFINITY ? json_string("unlimited")
                                           : json_integer((json_int_t)limit.rlim_max);
}

static json_t *settings_json(void)
{
    json_t *settings = json_object();

    add_files(settings, settings_files, HB_ARRAY_LEN(settings_files));
    json_object_set_new(settings, "hard_limit_nofile", limit_json(RLIMIT_NOFILE));
    json_object_set_new(settings, "hard_limit_nproc", limit_json(RLIMIT_NPROC));
    return settings;
}

static json_t *now_json(void)
{
    json_t *now = json_object();
    double load[3];

    json_object_set_new(now, "load_average",
                        getloadavg(load, 3) == 3 ? json_pack("[fff]", load[0], load[1], load[2])
                                                 : json_null());
    json_object_set_new(now, "memory_available_bytes",
                        number_or_null(meminfo_kb("MemAvailable") << 10));
    json_object_set_new(now, "memory_total_bytes", number_or_null(meminfo_kb("MemTotal") << 10));
    json_object_set_new(now, "pressure_cpu", file_json("/proc/pressure/cpu"));
    return now;
}

static json_t *hash_json(const void *data, size_t bytes)
{
    return json_sprintf("%016" PRIx64, (uint64_t)XXH3_64bits(data, bytes));
}

static json_t *program_json(void)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf binary;
    json_t *program = json_object();

    hb_buf_init(&binary, 256u << 20);
    json_object_set_new(program, "version", json_string(HB_VERSION));
    json_object_set_new(program, "executable_hash",
                        hb_buf_read_file(&binary, "/proc/self/exe", NULL) == 0
                            ? hash_json(binary.data, binary.length)
                            : json_null());
    return program;
}

static char *dump(json_t *owned)
{
    char *text = json_dumps(owned, JSON_SORT_KEYS | JSON_COMPACT | JSON_REAL_PRECISION(6));

    json_decref(owned);
    return text;
}

void hb_environment_json(struct hb_buf *ret_json)
{
    HB_CLEANUP(hb_free_ptr)
    char *text =
        dump(json_pack("{s:o, s:o, s:o, s:o}", "machine", machine_json(), "now", now_json(),
                       "program", program_json(), "settings", settings_json()));

    hb_buf_puts(ret_json, text);
}

void hb_environment_fingerprint(char text[HB_FINGERPRINT_BYTES])
{
    HB_CLEANUP(hb_free_ptr) char *facts = dump(machine_json());

    snprintf(text, HB_FINGERPRINT_BYTES, "%016" PRIx64,
             (uint64_t)XXH3_64bits(facts, strlen(facts)));
}
