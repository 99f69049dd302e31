/* --version: the versions of libraries are those loaded now, not those compiled against. */
#include "cli/version.h"

#include <csv.h>
#include <jansson.h>
#include <sqlite3.h>
#include <yaml.h>
#include <zlib.h>

#include "base/sample.h"
#include "store/store.h"

#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

void hb_print_version(FILE *out)
{
    fprintf(out, "http-benchmark %s\n", HB_VERSION);
    fprintf(out, "libraries: libyaml %s, sqlite3 %s, jansson %s, zlib %s, libcsv %d.%d.%d\n",
            yaml_get_version_string(), sqlite3_libversion(), jansson_version_str(), zlibVersion(),
            CSV_MAJOR, CSV_MINOR, CSV_RELEASE);
    fprintf(out, "protocols: worker %d, http/1.1 and h2 by client (see 'list clients')\n",
            HB_PROTOCOL_VERSION);
    fprintf(out, "compiler: %s\n", COMPILER);
}
