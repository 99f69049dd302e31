/* The stored JSON of a profile is passed on as it is, with the axis values around it. */
#include "report/wire_json.h"

#include "base/json.h"
#include "base/macros.h"

static void write_wire(const struct hb_wire_row *wire, FILE *out)
{
    const struct {
        const char *name, *text;
    } texts[] = {
        {"cell", wire->cell_id},
        {"client", wire->client},
        {"subject", wire->subject[0] != '\0' ? wire->subject : NULL},
        {"server", wire->server},
        {"method", wire->method},
        {"url", wire->url},
        {"protocol", wire->protocol},
        {"failure", wire->failure[0] != '\0' ? wire->failure : NULL},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(texts); i++) {
        fprintf(out, "%s\"%s\": ", i > 0 ? ", " : "{", texts[i].name);
        hb_json_write_string(out, texts[i].text);
    }
    fprintf(out, ", \"profile\": %s}", wire->profile_json[0] != '\0' ? wire->profile_json : "null");
}

void hb_wire_write_json(const struct hb_wire_row *wires, size_t count, FILE *out)
{
    fputs("[", out);
    for (size_t i = 0; i < count; i++) {
        fputs(i > 0 ? ",\n  " : "\n  ", out);
        write_wire(&wires[i], out);
    }
    fputs("]", out);
}
